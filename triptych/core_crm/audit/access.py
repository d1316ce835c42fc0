"""Who may read the audit: what happened to a record, whoever sees the record; everything, owners and admins."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from triptych.core_crm.duplicates.models import Merge
from triptych.core_crm.lists.nouns import UnknownList, all_lists, list_of
from triptych.core_crm.lists.spec import ListSpec
from triptych.core_crm.rights.access import DELETE, may, visible
from triptych.platform.audit.models import Entry, EntryQuerySet
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


def entries_visible_to(member: Member) -> EntryQuerySet:
    """Every entry for owners and admins, none for others."""
    return Entry.objects.all() if member.may_administer else Entry.objects.none()


def record_to_see(member: Member, kind: str, pk: UUID) -> tuple[ListSpec, Any]:
    """A record whose history is asked for, also one in the bin, with its list.

    Raises:
        Http404: there is none for this member.
        UnknownList: there are no records of that kind.
    """
    spec = list_of(kind)
    return spec, get_object_or_404(visible(member, spec.model._default_manager.all()), pk=pk)


def may_come_back(member: Member, record: Any) -> bool:
    """Whether the member may take the record out of the bin; what was merged comes back by unmerging."""
    is_merged = record.deleted_at is not None and Merge.objects.of_loser(record.pk).exists()
    return record.deleted_at is not None and not is_merged and may(member, DELETE, record)


def entry_to_restore(member: Member, pk: UUID) -> tuple[ListSpec, Any, Entry]:
    """A change of a record that the member may change, for taking values back.

    Raises:
        Http404: the member sees neither.
        Forbidden: they may not change the record.
        Refused: it tells of something that cannot be taken back.
    """
    entry = get_object_or_404(Entry, pk=pk)
    spec = list_by_table(entry.table)
    if spec is None or spec.editing is None or entry.act != Entry.Act.CHANGED or entry.about is None:
        raise Refused(_("This entry holds no earlier values that could be brought back."), code="NOT_RESTORABLE")
    return spec, spec.editing.to_change(member, entry.about), entry


def list_by_table(table: str) -> ListSpec | None:
    """The list whose records stand in that table."""
    return next((spec for spec in all_lists().values() if spec.model._meta.db_table == table), None)


__all__ = ["UnknownList", "entries_visible_to", "entry_to_restore", "list_by_table", "record_to_see"]
