"""Files on records in the API, the same for every noun."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry
import strawberry_django
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils.translation import gettext as _
from strawberry import relay
from strawberry.scalars import Base64

from triptych.core_crm.rights.access import CHANGE, must
from triptych.graphql.context import ApiInfo
from triptych.graphql.errors import NOT_FOUND
from triptych.graphql.filters import DateTimeFilter, IdFilter, IntFilter, TextFilter, Where, filter_input
from triptych.graphql.listings import Listing, listing_of
from triptych.graphql.mutations import Answer, IdInput, acting, answered, key_of, mutation, record_chosen
from triptych.graphql.orderings import By, ordering_input
from triptych.platform.files import access, actions, models
from triptych.platform.files.kinds import FileRefused
from triptych.platform.plugins import GraphQLExtension
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

WITH_FILES = ("Contact", "Company", "Lead", "Deal", "Case")
KINDS = [name.lower() for name in WITH_FILES]

LARGEST = 3 * 1024 * 1024
"""In bytes. As base64 they are 4 MB, which leaves room for the rest of a request of `DATA_UPLOAD_MAX_MEMORY_SIZE`."""


@strawberry_django.type(models.File, name="File", description="A file that somebody put on a record.")
class File(relay.Node):
    name: str
    content_type: str
    size: int = strawberry_django.field(description="In bytes.")
    uploaded_by: str = strawberry_django.field(
        field_name="uploaded_by_name", description="The name of the member who put it there, as it was then."
    )
    created_at: datetime
    deleted_at: datetime | None = strawberry_django.field(description="When it was put into the bin.")

    @strawberry_django.field(only=["pk"], description="Where a GET with the token fetches its bytes.")
    def url(self) -> str:
        return reverse("graphql_file", args=[self.pk])  # type: ignore[attr-defined]


def files_visible_to(member: Member) -> models.FileQuerySet:
    """The files that the member sees on records; their kinds are named for the sake of the index."""
    return access.files_visible_to(member).filter(kind__in=KINDS)


file_list = Listing(
    node=File,
    model=models.File,
    visible_to=files_visible_to,
    filter=filter_input(
        "FileFilter",
        models.File,
        {
            "id": Where(IdFilter, "pk", of="File"),
            "name": Where(TextFilter, "name"),
            "content_type": Where(TextFilter, "content_type"),
            "size": Where(IntFilter, "size"),
            "created_at": Where(DateTimeFilter, "created_at"),
        },
    ),
    order=ordering_input("FileOrder", {"CREATED_AT": By("created_at"), "NAME": By("name"), "SIZE": By("size")}),
    default_order=(By("created_at", descending=True),),
)


@strawberry.type
class RecordLists:
    files = file_list.nested("The files on it, the newest first.", via="object_id")


@strawberry.input
class AttachFileInput:
    record: relay.GlobalID = strawberry.field(description="A contact, company, lead, deal or case.")
    name: str = strawberry.field(description="With the ending of its kind, e.g. offer.pdf.")
    content: Base64 = strawberry.field(description="At most 3 MB.")


@strawberry.input
class DeleteFileInput(IdInput):
    pass


@strawberry.input
class RestoreFileInput(IdInput):
    pass


@strawberry.type
class FilePayload(Answer):
    file = answered("file", file_list)


@strawberry.type
class Mutations:
    @mutation
    def attach_file(self, info: ApiInfo, input: AttachFileInput) -> FilePayload:
        """Put a file on a record."""
        record = _record_chosen(info, input.record)
        if len(input.content) > LARGEST:
            message = _("This file is larger than 3 MB. Put it on the record in the web app, which takes 25 MB.")
            raise FileRefused(message, field="content")
        upload = ContentFile(input.content, name=input.name)
        kind = str(record._meta.model_name)
        try:
            file = actions.attach_file(upload=upload, kind=kind, object_id=record.pk, **acting(info))
        except FileRefused as refused:
            raise FileRefused(refused.message, field="content") from None
        return FilePayload.of(file=file)

    @mutation
    def delete_file(self, info: ApiInfo, input: DeleteFileInput) -> FilePayload:
        """Put a file into the bin."""
        return FilePayload.of(file=actions.delete_file(file=_chosen(info, input), **acting(info)))

    @mutation
    def restore_file(self, info: ApiInfo, input: RestoreFileInput) -> FilePayload:
        """Take a file out of the bin."""
        file = _chosen(info, input, deleted=True)
        return FilePayload.of(file=actions.restore_file(file=file, **acting(info)))


def _record_chosen(info: ApiInfo, given: relay.GlobalID) -> Any:
    """The record on which a file is put, which the caller may change.

    Raises:
        Refused: there is none, or it is of a kind that has no files.
        NotAllowed: the caller sees it and may not change it.
    """
    listing = listing_of(given.type_name) if given.type_name in WITH_FILES else None
    if listing is None:
        message = _("“record” is not the id of a contact, company, lead, deal or case.")
        raise Refused(message, field="record", code=NOT_FOUND)
    record = record_chosen(info, given, listing, field="record")
    must(info.context.member, CHANGE, record)
    return record


def _chosen(info: ApiInfo, input: IdInput, *, deleted: bool = False) -> models.File:
    """The file that a mutation is about; raises what `access.file_to_change` raises."""
    return access.file_to_change(info.context.member, key_of(input.id, file_list), deleted=deleted)


extensions = [
    *(GraphQLExtension(on=name, fields=RecordLists) for name in WITH_FILES),
    GraphQLExtension(on="Mutation", fields=Mutations),
]
