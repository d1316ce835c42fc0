"""What is known of people, in the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from django.http import Http404
from strawberry.scalars import JSON

from triptych.core_crm import kept_files
from triptych.core_crm.archives.states import state_of
from triptych.core_crm.privacy import access, actions
from triptych.core_crm.privacy.models import BACKUPS, Erasure
from triptych.core_crm.privacy.other_files import ON_A_PAGE, files_naming
from triptych.core_crm.privacy.people import Person, person_at
from triptych.core_crm.privacy.rows import Found, everything_about
from triptych.graphql.context import ApiInfo
from triptych.graphql.mutations import Answer, acting, mutation
from triptych.platform.events import jobs
from triptych.platform.events.models import Job

MOST_RECEIPTS = 100

strawberry.enum(Erasure.State, name="ErasureState")


@strawberry.type(description="One kind of what is known of a person.")
class PersonKind:
    kind: str = strawberry.field(description="Stable: contacts, activities, mails; a plugin's begin with its id.")
    label: str
    count: int
    fate: str = strawberry.field(
        description="What erasing does: deleted, blanked or kept; left means somebody has to look."
    )


@strawberry.type(description="A file on a record of somebody else, which erasing leaves as it is.")
class FileToLookAt:
    name: str
    path: str = strawberry.field(description="Where on this host the file is fetched.")
    record: str = strawberry.field(description="The page of the record that it is on.")


@strawberry.type(description="What is known of one natural person. `exportPerson` gives all of it as a file.")
class PersonData:
    names: list[str]
    emails: list[str]
    phones: list[str]
    kinds: list[PersonKind]
    files_to_look_at: list[FileToLookAt] = strawberry.field(
        description="Files on other records that hold an address, phone or the name: texts and XLSX are read."
    )
    unread_file_count: int = strawberry.field(description="Files on other records that were not read.")

    @classmethod
    def of(cls, person: Person, found: Found) -> PersonData:
        """What was found, as the API tells of it."""
        kinds = [PersonKind(**part) for part in found.counts()]
        others = files_naming(found, ON_A_PAGE)
        return cls(
            names=list(person.called),
            emails=list(person.emails),
            phones=list(person.phones),
            kinds=kinds,
            files_to_look_at=[FileToLookAt(**row) for row in others.as_rows()],
            unread_file_count=others.unread_count,
        )


@strawberry.type(description="A person's dossier, on its way or ready.")
class PersonExport:
    id: strawberry.ID
    state: Job.State
    percent: int | None
    error: str
    row_count: int | None
    created_at: datetime
    expires_at: datetime | None = strawberry.field(description="Until when the file is kept.")
    download_path: str | None = strawberry.field(
        description="Where on this host the file is fetched; null without a file. A program's address needs no sign-in "
        "for an hour and as long as its token is valid."
    )

    @classmethod
    def of(cls, job: Job, info: ApiInfo) -> PersonExport:
        """The job as the API tells of it."""
        has_file = bool(kept_files.file_of(job, at=info.context.now))
        path = access.download_path(job, info.context.caller.token) if has_file else None
        return cls(
            id=strawberry.ID(str(job.pk)),
            state=state_of(job),
            percent=job.percent,
            error=job.error,
            row_count=(job.result or {}).get("rows"),
            created_at=job.created_at,
            expires_at=job.finished_at + kept_files.KEPT if has_file and job.finished_at else None,
            download_path=path,
        )


@strawberry.type(name="Erasure", description="The erasure of a person: underway, or its receipt, which names nobody.")
class ErasureReceipt:
    id: strawberry.ID
    state: Erasure.State
    asked_at: datetime
    done_at: datetime | None
    by: str = strawberry.field(description="Who did it; empty for the command line and for rules.")
    why: str = strawberry.field(description="Why it was not done, or which rule did it.")
    hashes: list[str] = strawberry.field(description="Keyed hashes of the addresses.")
    counts: list[PersonKind]
    backups: str = strawberry.field(description="What still holds the person.")
    receipt: JSON = strawberry.field(description="All of it in one, to be kept.")

    @classmethod
    def of(cls, erasure: Erasure) -> ErasureReceipt:
        """The receipt as the API tells of it."""
        return cls(
            id=strawberry.ID(str(erasure.pk)),
            state=Erasure.State(erasure.state),
            asked_at=erasure.asked_at,
            done_at=erasure.done_at,
            by=str(erasure.by or ""),
            why=erasure.why,
            hashes=erasure.hashes,
            counts=[PersonKind(**part) for part in erasure.counts],
            backups=str(BACKUPS),
            receipt=JSON(erasure.as_receipt()),
        )


@strawberry.type
class Queries:
    @strawberry.field(description="What is known of whoever has that address. For owners and admins.")
    def person_data(self, info: ApiInfo, email: str) -> PersonData:
        access.answering(info.context.member)
        person = person_at(email)
        return PersonData.of(person, everything_about(person, now=info.context.now))

    @strawberry.field(description="A dossier by id; null if there is none. For owners and admins.")
    def person_export(self, info: ApiInfo, id: strawberry.ID) -> PersonExport | None:
        try:
            return PersonExport.of(access.dossier_to_see(info.context.member, UUID(id)), info)
        except (Http404, ValueError):
            return None

    @strawberry.field(description="Erasures, the newest first, at most 100. For owners and admins.")
    def erasures(self, info: ApiInfo) -> list[ErasureReceipt]:
        return [ErasureReceipt.of(one) for one in access.receipts_visible_to(info.context.member)[:MOST_RECEIPTS]]

    @strawberry.field(description="An erasure by id; null if there is none. For owners and admins.")
    def erasure(self, info: ApiInfo, id: strawberry.ID) -> ErasureReceipt | None:
        try:
            return ErasureReceipt.of(access.receipt_to_see(info.context.member, UUID(id)))
        except (Http404, ValueError):
            return None


@strawberry.input(description="Who is meant.")
class ExportPersonInput:
    email: str


@strawberry.input(description="Who is to be erased for good.")
class ErasePersonInput:
    email: str
    confirmation: str = strawberry.field(description="The address once more.")


@strawberry.input
class CancelErasureInput:
    id: strawberry.ID


@strawberry.type
class PersonExportPayload(Answer):
    @strawberry.field(description="Null when there is a problem.")
    def person_export(self, info: ApiInfo) -> PersonExport | None:
        job = self.records.get("job")
        return PersonExport.of(job, info) if job else None


@strawberry.type
class ErasurePayload(Answer):
    @strawberry.field(description="Null when there is a problem.")
    def erasure(self) -> ErasureReceipt | None:
        found: Any = self.records.get("erasure")
        return ErasureReceipt.of(found) if found else None


@strawberry.type
class Mutations:
    @mutation
    def export_person(self, info: ApiInfo, input: ExportPersonInput) -> PersonExportPayload:
        """Begin to write all that is known of a person into a file; ask `personExport` where it is fetched."""
        access.answering(info.context.member)
        job = actions.begin_dossier(person=person_at(input.email), **acting(info))
        return PersonExportPayload.of(job=job)

    @mutation
    def erase_person(self, info: ApiInfo, input: ErasePersonInput) -> ErasurePayload:
        """Begin to erase a person, which cannot be undone; ask `erasure` how far it is."""
        access.erasing(info.context.member)
        person = person_at(input.email)
        erasure = actions.begin_erasure(person=person, confirmation=input.confirmation, **acting(info))
        return ErasurePayload.of(erasure=erasure)

    @mutation
    def cancel_erasure(self, info: ApiInfo, input: CancelErasureInput) -> ErasurePayload:
        """Ask an erasure to stop. What was done already stays done."""
        access.erasing(info.context.member)
        try:
            erasure = access.receipt_to_see(info.context.member, UUID(input.id))
        except ValueError:
            raise Http404 from None
        job = Job.objects.filter(pk=str(erasure.job_id)).first() if erasure.job_id else None
        if job is not None:
            jobs.cancel(job)
        return ErasurePayload.of(erasure=erasure)
