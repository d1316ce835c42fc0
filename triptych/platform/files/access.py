"""Who may fetch a file: every member of the tenant. Who may put one on a record is asked of the record's own app."""

from typing import Protocol
from uuid import UUID

from django.shortcuts import get_object_or_404

from triptych.platform.files.models import File, FileQuerySet
from triptych.platform.refusals import MayOnlyRead


class Reader(Protocol):
    """A member, as far as access to files is concerned."""

    @property
    def may_write(self) -> bool: ...


def files_visible_to(member: Reader) -> FileQuerySet:
    """The files that the member may fetch, without those in the bin."""
    return File.objects.alive()


def file_to_see(member: Reader, pk: UUID) -> File:
    """Raises Http404 for a file that is not there, or in the bin."""
    return get_object_or_404(files_visible_to(member), pk=pk)


def file_to_change(member: Reader, pk: UUID, *, deleted: bool = False) -> File:
    """A file, or one in the bin; raises Http404 if there is none, Forbidden if the member only may read."""
    file = get_object_or_404(File, pk=pk, deleted_at__isnull=not deleted)
    if not member.may_write:
        raise MayOnlyRead()
    return file
