"""Imports in the API: what was imported, starting one, undoing one."""

import io
from datetime import datetime
from itertools import islice
from typing import Any, cast

import strawberry
import strawberry_django
from django.utils.translation import gettext as _
from strawberry import relay

from triptych.core_crm.imports import access, actions, models
from triptych.core_crm.imports.choices import ALL, Choice, Do
from triptych.core_crm.imports.downloads import MOST_AT_ONCE, rows_found
from triptych.core_crm.imports.plan import ALIKE
from triptych.core_crm.imports.schema_inputs import ColumnMappingInput, ImportAlike, content_of, mapped
from triptych.core_crm.imports.several_schema import SeveralMutations
from triptych.graphql.context import ApiInfo
from triptych.graphql.errors import bad_input
from triptych.graphql.filters import DateTimeFilter, IdFilter, TextFilter, Where, choice_filter, filter_input
from triptych.graphql.listings import Listing
from triptych.graphql.mutations import Answer, IdInput, acting, answered, key_of, mutation
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.schema import Member
from triptych.platform.plugins import GraphQLExtension

strawberry.enum(models.Import.State, name="ImportState")
strawberry.enum(models.Import.Mode, name="ImportMode")


@strawberry_django.type(
    models.ImportFinding, name="ImportFinding", description="Something odd about rows, all alike together."
)
class ImportFinding:
    field: str
    code: str
    value: str
    is_rejection: bool = strawberry_django.field(description="Whether the rows were left out.")
    message: str
    suggestion: str
    is_taken: bool = strawberry_django.field(description="Whether the suggestion was taken.")
    row_count: int

    @strawberry_django.field(only=["rows"], description="Numbers of the first hundred rows; the heading is row 1.")
    def first_rows(self) -> list[int]:
        return self.rows[:100]  # type: ignore[attr-defined,no-any-return]

    @classmethod
    def get_queryset(cls, queryset: Any, info: ApiInfo) -> Any:
        return queryset.worst_first()


@strawberry.type(description="A column of the file, and what becomes of it.")
class ImportColumn:
    name: str
    field: str | None = strawberry.field(description="The field that it feeds; null when it is left out.")
    overwrite: models.Import.Overwrite


@strawberry.type(description="A record that undoing an import left as it is.")
class KeptByUndo:
    name: str
    reason: str


@strawberry.type(description="What undoing an import has done.")
class ImportUndone:
    deleted_count: int
    restored_count: int
    kept_count: int
    kept: list[KeptByUndo] = strawberry.field(description="What stays, and why; the first hundred.")


@strawberry.type(description="A row that was left out, as the file has it, and why.")
class RejectedImportRow:
    number: int = strawberry.field(description="The heading is row 1.")
    cells: list[str] = strawberry.field(description="In the order of `columns`.")
    reasons: list[str]


@strawberry_django.type(models.Import, name="ImportJob", description="A file on its way in, or one that has come in.")
class ImportJob(relay.Node):
    file_name: str
    state: models.Import.State
    mode: models.Import.Mode
    row_count: int
    position: int = strawberry_django.field(description="How many rows are behind us, while it runs.")
    created_count: int
    updated_count: int
    rejected_count: int
    doubtful_count: int
    error: str
    started_by: Member | None
    findings: list[ImportFinding]
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None

    upload_id: strawberry.ID | None = strawberry_django.field(
        description="Imports that came in together have the same one, and are undone as one."
    )
    object: str = strawberry_django.field(field_name="object_name", description="What was imported: companies, deals.")

    @strawberry_django.field(only=["columns", "mapping", "overwrite"])
    def columns(self) -> list[ImportColumn]:
        record = cast(models.Import, self)
        fields = {column: name for name, column in record.mapping.items()}
        rules = {name: models.Import.Overwrite(rule) for name, rule in record.overwrite.items()}
        return [
            ImportColumn(
                name=column,
                field=fields.get(column),
                overwrite=rules.get(fields.get(column, ""), models.Import.Overwrite.ALWAYS),
            )
            for column in record.columns
        ]

    @strawberry_django.field(only=["undo_report"], description="Null until it is being undone.")
    def undone(self) -> ImportUndone | None:
        report = cast(models.Import, self).undo_report
        if not report:
            return None
        kept = [KeptByUndo(name=one["name"], reason=one["reason"]) for one in report.get("shown", ())]
        return ImportUndone(
            deleted_count=report.get("deleted", 0),
            restored_count=report.get("restored", 0),
            kept_count=report.get("kept", 0),
            kept=kept,
        )

    @strawberry_django.field(
        only=["columns", "layout", "file"],
        description="The rows that were left out, in the order of the file; their cells stand as `columns` do. "
        "Dear: ask it of single imports.",
        metadata={"cost": 500},
    )
    def rejected_rows(self, first: int = 100, after: int = 0) -> list[RejectedImportRow]:
        if not 1 <= first <= MOST_AT_ONCE or after < 0:
            raise bad_input(
                _("“first” is %(size)d. A page of rejected rows holds 1 to %(limit)d.")
                % {"size": first, "limit": MOST_AT_ONCE}
            )
        rows = rows_found(cast(models.Import, self), rejected=True, after=after)
        return [
            RejectedImportRow(number=row.number, cells=row.cells, reasons=row.reasons) for row in islice(rows, first)
        ]


import_list = Listing(
    node=ImportJob,
    model=models.Import,
    visible_to=access.imports_visible_to,
    filter=filter_input(
        "ImportJobFilter",
        models.Import,
        {
            "id": Where(IdFilter, "pk", of="ImportJob"),
            "object": Where(TextFilter, "object_name"),
            "state": Where(choice_filter(models.Import.State), "state"),
            "created_at": Where(DateTimeFilter, "created_at"),
        },
    ),
    order=ordering_input("ImportJobOrder", {"CREATED_AT": By("created_at")}),
    default_order=(By("created_at", descending=True),),
)


@strawberry.type
class Queries:
    import_job = import_list.singular("An import by id.")
    import_jobs = import_list.plural("Imports, the newest first; none for readers.")


@strawberry.input(description="A file and how to import it. Give its content as `text` or as `base64`.")
class StartImportInput:
    object: str = strawberry.field(
        description="companies, contacts, leads, deals, cases, activities, members, or a plugin's own."
    )
    file_name: str
    text: str | None = strawberry.field(default=None, description="The content of a CSV file.")
    base64: str | None = strawberry.field(default=None, description="The content of a CSV or XLSX file, in base64.")
    mapping: list[ColumnMappingInput] = strawberry.field(
        default_factory=list, description="Over what is proposed from headings and values."
    )
    mode: models.Import.Mode = models.Import.Mode.CREATE
    accept_suggestions: bool = strawberry.field(default=False, description="Take what is suggested for odd values.")
    create_missing: bool = strawberry.field(default=False, description="Add records that rows name and nobody knows.")
    alike: ImportAlike | None = strawberry.field(
        default=None,
        description="What becomes of rows that look like a record that is here: null doubts them.",
    )


@strawberry.input
class UndoImportInput(IdInput):
    pass


@strawberry.input
class CancelImportInput(IdInput):
    pass


@strawberry.input
class ResumeImportInput(IdInput):
    pass


@strawberry.type
class ImportPayload(Answer):
    import_job = answered("import_job", import_list)


@strawberry.type
class Mutations:
    @mutation
    def start_import(self, info: ApiInfo, input: StartImportInput) -> ImportPayload:
        """Upload a file and begin to import it; ask `importJob` how far it is."""
        access.may_import(info.context.member)
        record = actions.upload_import(
            file=io.BytesIO(content_of(input)), file_name=input.file_name, object_name=input.object, **acting(info)
        )
        now = info.context.now
        record = mapped(record, input.mapping, mode=input.mode, info=info)
        do = Do.CREATE if input.create_missing else Do.ACCEPT if input.accept_suggestions else None
        if input.alike:
            actions.decide(record=record, field=ALIKE, value=ALL, choice=Choice(input.alike.value), now=now)
        for name in record.mapping if do else ():
            actions.decide(record=record, field=name, value=ALL, choice=Choice(do), now=now)  # type: ignore[arg-type]
        return ImportPayload.of(import_job=actions.begin_import(record=record, **acting(info)))

    @mutation
    def undo_import(self, info: ApiInfo, input: UndoImportInput) -> ImportPayload:
        """Begin to undo all that an import has made and changed; what people have worked on since stays."""
        record = access.import_to_change(info.context.member, key_of(input.id, import_list))
        return ImportPayload.of(import_job=actions.begin_undo(record=record, **acting(info)))

    @mutation
    def cancel_import(self, info: ApiInfo, input: CancelImportInput) -> ImportPayload:
        """Ask a running import to stop after the rows that it is writing. What is written stays and can be undone."""
        record = access.import_to_change(info.context.member, key_of(input.id, import_list))
        actions.cancel_import(record=record)
        return ImportPayload.of(import_job=record)

    @mutation
    def resume_import(self, info: ApiInfo, input: ResumeImportInput) -> ImportPayload:
        """Go on with an import whose process ended before its time."""
        record = access.import_to_change(info.context.member, key_of(input.id, import_list))
        return ImportPayload.of(import_job=actions.resume_import(record=record, **acting(info)))


extensions = [
    GraphQLExtension(on="Query", fields=Queries),
    GraphQLExtension(on="Mutation", fields=Mutations),
    GraphQLExtension(on="Mutation", fields=SeveralMutations),
]
