"""Who may fetch a file: every member of the tenant. Who may put one on a record is asked of the record's own app."""

from typing import Protocol
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from triptych.platform.files.models import File
from triptych.platform.refusals import Forbidden


class Reader(Protocol):
    """A member, as far as access to files is concerned."""

    @property
    def may_write(self) -> bool: ...


def file_to_see(member: Reader, pk: UUID) -> File:
    """Raises Http404 for a file that is not there, or in the bin."""
    file = File.objects.alive().filter(pk=pk).first()
    if file is None:
        raise Http404
    return file


def file_to_change(member: Reader, pk: UUID, *, deleted: bool = False) -> File:
    """A file, or one in the bin; raises Http404 if there is none, Forbidden if the member only may read."""
    file = File.objects.filter(pk=pk, deleted_at__isnull=not deleted).first()
    if file is None:
        raise Http404
    if not member.may_write:
        raise Forbidden(_("You may read this but not change it. An owner or admin can give you the right."))
    return file
