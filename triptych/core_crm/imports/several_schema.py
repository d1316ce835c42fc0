"""Several files with links between them in the API: what they hold is found out, they run as one job."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import strawberry
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from strawberry import relay

from triptych.core_crm.imports import access, actions, models, uploads
from triptych.core_crm.imports.checking import check_together
from triptych.core_crm.imports.choices import ALL, Choice, Do
from triptych.core_crm.imports.limits import UnreadableFile
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.order import in_order
from triptych.core_crm.imports.plan import ALIKE
from triptych.core_crm.imports.receiving import GivenFile
from triptych.core_crm.imports.schema_inputs import ColumnMappingInput, ImportAlike, content_of, mapped
from triptych.graphql.context import ApiInfo
from triptych.graphql.mutations import Answer, acting, mutation


@strawberry.input(description="One of the files. Give its content as `text` or as `base64`.")
class ImportFileInput:
    file_name: str
    text: str | None = strawberry.field(default=None, description="The content of a CSV file.")
    base64: str | None = strawberry.field(
        default=None, description="The content of a CSV or XLSX file, or of a ZIP of them, in base64."
    )
    object: str = strawberry.field(default="", description="What it holds, else that is found out from its columns.")
    mapping: list[ColumnMappingInput] = strawberry.field(
        default_factory=list, description="Over what is proposed from headings and values."
    )


@strawberry.input(description="Files that come in together, and how.")
class ImportFilesInput:
    files: list[ImportFileInput]
    mode: models.Import.Mode = models.Import.Mode.CREATE
    split: bool = strawberry.field(
        default=True, description="Whether one file whose rows hold several objects is taken apart."
    )
    dry_run: bool = strawberry.field(default=False, description="Only say what would happen; nothing is kept.")
    accept_suggestions: bool = strawberry.field(default=False, description="Take what is suggested for odd values.")
    create_missing: bool = strawberry.field(default=False, description="Add records that rows name and nobody knows.")
    alike: ImportAlike | None = strawberry.field(
        default=None,
        description="What becomes of rows that look like a record that is here: null doubts them.",
    )


@strawberry.type(description="What a table of the files holds and what would become of its rows.")
class ImportForecast:
    file_name: str
    object: str
    row_count: int
    created_count: int
    updated_count: int
    rejected_count: int
    doubtful_count: int
    messages: list[str] = strawberry.field(description="What was found, the rejections first; fifty at most.")


def _ids(root: Answer) -> list[relay.GlobalID]:
    return [relay.GlobalID("ImportJob", str(record.pk)) for record in root.records.get("imports", ())]


def _forecast(root: Answer) -> list[ImportForecast]:
    return list(root.records.get("forecasts", ()))


@strawberry.type
class ImportFilesPayload(Answer):
    ids: list[relay.GlobalID] = strawberry.field(
        resolver=_ids, description="The imports in the order in which they are written; empty after a dry run."
    )
    forecasts: list[ImportForecast] = strawberry.field(
        resolver=_forecast, description="After a dry run, the tables in the order in which they would be written."
    )


@strawberry.type
class SeveralMutations:
    @mutation
    def import_files(self, info: ApiInfo, input: ImportFilesInput) -> ImportFilesPayload:
        """Begin to import files whose rows name each other's records as one; `undoImport` of any takes all back."""
        access.may_import(info.context.member)
        given = [GivenFile(io.BytesIO(content_of(one)), one.file_name, one.object) for one in input.files]
        records = uploads.receive_files(given=given, **acting(info))
        try:
            records = _as_asked(records, input, info)
            if not input.dry_run:
                begun = uploads.begin_upload(records=records, **acting(info))
                return ImportFilesPayload.of(imports=in_order(begun))
            forecasts = _forecasts(records, info)
            uploads.discard_upload(records=records)
        except BaseException:
            for record in records:  # the rows go with the transaction
                default_storage.delete(record.file)
            raise
        return ImportFilesPayload.of(forecasts=forecasts)


def _as_asked(records: list[Import], input: ImportFilesInput, info: ApiInfo) -> list[Import]:
    by, now = info.context.member, info.context.now
    pairs = {one.file_name: one.mapping for one in input.files}
    if input.split and len(records) == 1 and not any(pairs.values()) and uploads.split_of(records[0], by):
        records = uploads.split_import(record=records[0], by=by, now=now)
    known = [record for record in records if record.object_name]
    if not any(record.mapping for record in known):
        raise UnreadableFile(_("The columns fit nothing that can be imported. Say what the rows are."), field="files")
    do = Do.CREATE if input.create_missing else Do.ACCEPT if input.accept_suggestions else None
    for record in known:
        mapped(record, pairs.get(record.file_name.split(" · ")[0], []), mode=input.mode, info=info)
        if input.alike:
            actions.decide(record=record, field=ALIKE, value=ALL, choice=Choice(input.alike.value), now=now)
        for name in record.mapping if do else ():
            actions.decide(record=record, field=name, value=ALL, choice=Choice(do), now=now)  # type: ignore[arg-type]
    return records


def _forecasts(records: Sequence[Import], info: ApiInfo) -> list[ImportForecast]:
    told: dict[Any, Any] = check_together(records, by=info.context.member, at=info.context.now)
    return [
        ImportForecast(
            file_name=record.file_name,
            object=record.object_name,
            row_count=record.row_count,
            created_count=told[record.pk].created,
            updated_count=told[record.pk].updated,
            rejected_count=told[record.pk].rejected,
            doubtful_count=told[record.pk].doubtful,
            messages=list(record.findings.worst_first().values_list("message", flat=True)[:50]),
        )
        for record in in_order([record for record in records if record.object_name])
    ]
