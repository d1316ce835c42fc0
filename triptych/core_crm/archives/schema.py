"""The export of everything in the API."""

from __future__ import annotations

import binascii
import io
from base64 import b64decode
from datetime import datetime
from uuid import UUID

import strawberry
from django.http import Http404
from django.utils.translation import gettext as _

from triptych.core_crm import kept_files
from triptych.core_crm.archives import access, actions, bringing
from triptych.core_crm.archives.states import state_of
from triptych.graphql.context import ApiInfo
from triptych.graphql.mutations import Answer, acting, mutation
from triptych.platform.events import jobs
from triptych.platform.events.models import Job
from triptych.platform.plugins import GraphQLExtension
from triptych.platform.refusals import Refused


@strawberry.type(description="An export of everything, on its way or ready.")
class ArchiveJob:
    id: strawberry.ID
    state: Job.State
    percent: int | None = strawberry.field(description="How much of it is written, once that can be told.")
    error: str
    row_count: int | None = strawberry.field(description="How many rows it holds, once it is done.")
    byte_count: int | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None = strawberry.field(description="Until when the file is kept.")
    download_path: str | None = strawberry.field(
        description="Where on this host the file is fetched; null without a file. A program's address needs no sign-in "
        "for an hour and as long as its token is valid."
    )

    @classmethod
    def of(cls, job: Job, info: ApiInfo) -> ArchiveJob:
        """The job as the API tells of it."""
        result = job.result or {}
        has_file = bool(kept_files.file_of(job, at=info.context.now))
        path = access.download_path(job, info.context.caller.token) if has_file else None
        return cls(
            id=strawberry.ID(str(job.pk)),
            state=state_of(job),
            percent=job.percent,
            error=job.error,
            row_count=result.get("rows"),
            byte_count=result.get("bytes"),
            created_at=job.created_at,
            finished_at=job.finished_at,
            expires_at=job.finished_at + kept_files.KEPT if has_file and job.finished_at else None,
            download_path=path,
        )


@strawberry.type(description="An archive that is being read into this workspace, or was.")
class ArchiveImport:
    id: strawberry.ID
    state: Job.State
    percent: int | None
    error: str = strawberry.field(description="Why nothing has come in, if so.")
    row_count: int | None
    file_count: int | None
    signing_in: list[str] = strawberry.field(description="The e-mail addresses of those who can sign in.")
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, job: Job) -> ArchiveImport:
        """The job as the API tells of it."""
        result = job.result or {}
        return cls(
            id=strawberry.ID(str(job.pk)),
            state=Job.State(job.state),
            percent=job.percent,
            error=job.error,
            row_count=result.get("rows"),
            file_count=result.get("files"),
            signing_in=result.get("signing_in", []),
            created_at=job.created_at,
            finished_at=job.finished_at,
        )


@strawberry.type
class Queries:
    @strawberry.field(description="An archive on its way in, by id; null if there is none. For owners.")
    def archive_import(self, info: ApiInfo, id: strawberry.ID) -> ArchiveImport | None:
        try:
            return ArchiveImport.of(access.bringing_to_see(info.context.member, UUID(id)))
        except (Http404, ValueError):
            return None

    @strawberry.field(description="An export of everything by id; null if there is none. For owners and admins.")
    def archive_job(self, info: ApiInfo, id: strawberry.ID) -> ArchiveJob | None:
        try:
            return ArchiveJob.of(access.export_to_see(info.context.member, UUID(id)), info)
        except (Http404, ValueError):
            return None


@strawberry.input(description="What to take along.")
class ExportEverythingInput:
    with_files: bool = strawberry.field(default=True, description="With the bytes of files, mails and imports.")


@strawberry.input
class CancelExportInput:
    id: strawberry.ID = strawberry.field(description="Of the archive job.")


@strawberry.type
class ArchivePayload(Answer):
    @strawberry.field(description="Null when there is a problem.")
    def archive_job(self, info: ApiInfo) -> ArchiveJob | None:
        job = self.records.get("job")
        return ArchiveJob.of(job, info) if job else None


@strawberry.input(description="An archive for this workspace, which must be empty.")
class ImportArchiveInput:
    base64: str = strawberry.field(description="What “Export everything” has made, in base64.")


@strawberry.type
class ArchiveImportPayload(Answer):
    @strawberry.field(description="Null when there is a problem.")
    def archive_import(self, info: ApiInfo) -> ArchiveImport | None:
        job = self.records.get("job")
        return ArchiveImport.of(job) if job else None


@strawberry.type
class Mutations:
    @mutation
    def import_archive(self, info: ApiInfo, input: ImportArchiveInput) -> ArchiveImportPayload:
        """Begin to read an archive into this empty workspace; ask `archiveImport` how far it is. For owners."""
        access.bringing_everything(info.context.member)
        try:
            content = b64decode(input.base64, validate=True)
        except (binascii.Error, ValueError):
            raise Refused(_("This is not base64."), field="base64") from None
        tenant = info.context.tenant
        return ArchiveImportPayload.of(
            job=bringing.begin_bringing(file=io.BytesIO(content), tenant=tenant, **acting(info))
        )

    @mutation
    def export_everything(self, info: ApiInfo, input: ExportEverythingInput) -> ArchivePayload:
        """Begin to write everything into one file; ask `archiveJob` how far it is and where it is fetched."""
        return ArchivePayload.of(job=actions.begin_export(with_files=input.with_files, **acting(info)))

    @mutation
    def cancel_export(self, info: ApiInfo, input: CancelExportInput) -> ArchivePayload:
        """Ask an export of everything to stop. Nothing of it is kept."""
        try:
            job = access.export_to_see(info.context.member, UUID(input.id))
        except ValueError:
            raise Http404 from None
        jobs.cancel(job)
        job.refresh_from_db()
        return ArchivePayload.of(job=job)


extensions = [
    GraphQLExtension(on="Query", fields=Queries),
    GraphQLExtension(on="Mutation", fields=Mutations),
]
