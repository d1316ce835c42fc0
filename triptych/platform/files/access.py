"""Who may see or change a file: whoever may do so to the record that it is on. The hook `records_with_files` tells."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from triptych.platform.files.hookspecs import RecordsWithFiles
from triptych.platform.files.models import File, FileQuerySet
from triptych.platform.plugins import hooks
from triptych.platform.plugins.hookspecs import AnyMember
from triptych.platform.refusals import Forbidden, MayOnlyRead


def files_visible_to(member: AnyMember) -> FileQuerySet:
    """The files that the member may fetch, without those in the bin.

    They are on records that the member sees, or on ones in the bin that the member may restore.
    """
    kinds = _kinds(member)
    return File.objects.alive().filter(
        _on((kind.kind, records) for kind in kinds for records in (kind.seen, kind.restorable))
    )


def file_to_see(member: AnyMember, pk: UUID) -> File:
    """Raises Http404 for a file that is not there for this member, or in the bin."""
    return get_object_or_404(files_visible_to(member), pk=pk)


def file_to_change(member: AnyMember, pk: UUID, *, deleted: bool = False) -> File:
    """A file, with `deleted` also one in the bin, on a record that the member may change.

    Raises:
        Http404: there is none for this member, or its record is in the bin.
        Forbidden: the member may not change the record.
    """
    kinds = _kinds(member)
    files = File.objects.all() if deleted else File.objects.alive()
    seen = files.filter(_on((kind.kind, kind.seen) for kind in kinds))
    file = get_object_or_404(seen, pk=pk)
    if not member.may_write:
        raise MayOnlyRead()
    if not File.objects.filter(_on((kind.kind, kind.changeable) for kind in kinds), pk=pk).exists():
        raise Forbidden(
            _("Your role does not include changing the record of this file. An owner or admin can change it.")
        )
    return file


def _kinds(member: AnyMember) -> list[RecordsWithFiles]:
    return hooks.gather("records_with_files", member=member)


def _on(records_by_kind: Iterable[tuple[str, QuerySet[Any]]]) -> Q:
    """Files that are on one of these records."""
    condition = Q(pk__in=[])
    for kind, records in records_by_kind:
        condition |= Q(Exists(records.filter(pk=OuterRef("object_id"))), kind=kind)
    return condition
