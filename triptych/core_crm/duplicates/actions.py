"""Merging two records into one, and taking that back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from triptych.core_crm.contacts.actions.companies import one_family_at_a_time
from triptych.core_crm.contacts.models import ContactCompany
from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.duplicates.choosing import Choices, take_over
from triptych.core_crm.duplicates.hookspecs import MergedValue
from triptych.core_crm.duplicates.kinds import KINDS, MergeKind
from triptych.core_crm.duplicates.links import CUSTOM, Change, Moving, columns_now, differing, full_image, update
from triptych.core_crm.duplicates.models import Merge
from triptych.core_crm.duplicates.unique_links import settle_companies
from triptych.core_crm.rights.access import CHANGE, DELETE, hidden_fields, must
from triptych.core_crm.words import words_of
from triptych.platform import events, search
from triptych.platform.changes import check_fields
from triptych.platform.plugins import hooks
from triptych.platform.records import Record
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


@transaction.atomic
def merge_records(
    *,
    winner: Any,
    loser: Any,
    choices: Choices | None = None,
    winner_version: int | None = None,
    loser_version: int | None = None,
    by: Member,
    now: datetime,
) -> Merge:
    """Merge a record into another one of its kind, which goes on with the chosen values and everything that belonged
    to either. The merged one goes into the bin and remembers where it went. Versions are those that were seen.

    Announces `<kind>.merged` on the one that goes on, and `<kind>.deleted` on the other.

    Raises:
        Conflict: somebody changed one of them since it was seen.
        Forbidden: `by` may not change the one that goes on or not delete the other.
        Refused: it is the same record, one is in the bin, a choice is impossible, or a plugin refuses.
    """
    kind = KINDS[str(winner._meta.model_name)]
    winner, loser = _locked(kind, winner.pk, loser.pk)
    winner.expect_version(winner_version)
    loser.expect_version(loser_version)
    must(by, CHANGE, winner)
    must(by, DELETE, loser)
    check_merge(kind, winner, loser)
    hooks.check("record_merge", winner=winner, loser=loser, by=by)

    before = full_image(winner)
    moving = Moving(winner, loser, now)
    _take_all_over(kind, moving, choices or {}, by)
    moved_count = moving.moved_count
    was, becomes = differing(before, full_image(winner))
    if was:
        moving.changes.append(Change(winner._meta.label_lower, [str(winner.pk)], was, becomes))

    kind.delete(loser, by=by, now=now)
    search.index(kind.entry(winner))
    _index_again(moving.changes)
    merge = Merge.objects.create(
        kind=kind.name,
        winner_id=winner.pk,
        loser_id=loser.pk,
        loser_name=str(loser)[:300],
        changes=[change.as_json() for change in moving.changes],
        moved_count=moved_count,
        by=by,
        merged_at=now,
    )
    events.announce(f"{kind.name}.merged", winner, by=by, at=now, merged=str(loser.pk))
    return merge


def _take_all_over(kind: MergeKind, moving: Moving, choices: Choices, by: Member) -> None:
    """Give the winner the chosen values and everything that belonged to the loser."""
    winner, loser = moving.winner, moving.loser
    take_over(kind, winner, loser, choices, by)
    kind.settle(winner, loser)
    settle_companies(moving)
    moving.move_all()
    values: list[MergedValue] = hooks.gather("merged_values", winner=winner, loser=loser)
    for one in values:
        setattr(winner, one.field, one.value)
    check_fields(winner)
    _save(winner, moving.at)


def check_merge(kind: MergeKind, winner: Any, loser: Any) -> None:
    """Make sure that one can be merged into the other.

    Raises:
        Refused: it cannot; the sentence says why.
    """
    if winner.pk == loser.pk:
        raise Refused(_("A record cannot be merged into itself."), field="loser")
    if winner.deleted_at or loser.deleted_at:
        raise Refused(_("One of the two is in the bin. Restore it first."), field="loser")
    kind.check(winner, loser)


@transaction.atomic
def unmerge(*, merge: Merge, by: Member, now: datetime) -> list[str]:
    """Take a merge back: the merged record is there again, with everything that was its own, and the other one has
    its former values. What somebody has changed since stays as it is; answers with a sentence for each such thing.

    Announces `<kind>.unmerged` on the record that went on.

    Raises:
        Forbidden: `by` may not change the record that went on or not restore the other.
        Refused: it is taken back already, or something was merged since that has to be taken back before.
    """
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    kind = KINDS[merge.kind]
    if merge.unmerged_at:
        raise Refused(_("This merge is taken back already."))
    winner, loser = _locked(kind, merge.winner_id, merge.loser_id)
    must(by, CHANGE, winner)
    must(by, DELETE, loser)
    _must_be_last(merge, winner)
    kind.restore(loser, by=by, now=now)
    changes = [Change(**change) for change in merge.changes]
    kept = [sentence for change in reversed(changes) for sentence in _taken_back(change, winner, by, now)]
    winner.refresh_from_db()
    search.index(kind.entry(winner))
    _index_again(changes)
    loser.refresh_from_db()
    search.index(kind.entry(loser))
    merge.unmerged_at = now
    merge.save(update_fields=["unmerged_at"])
    events.announce(f"{kind.name}.unmerged", winner, by=by, at=now, merged=str(loser.pk))
    return kept


def _locked(kind: MergeKind, winner: UUID, loser: UUID) -> tuple[Any, Any]:
    if kind.name == "company":
        one_family_at_a_time()
    rows = kind.model._default_manager.select_for_update().filter(pk__in=[winner, loser]).order_by("pk")
    found = {row.pk: row for row in rows}
    if winner not in found or loser not in found:
        raise Refused(_("One of the two is not there any more."))
    return found[winner], found[loser]


def _must_be_last(merge: Merge, winner: Any) -> None:
    later = Merge.objects.into(merge.winner_id).filter(pk__gt=merge.pk).first()
    if later is not None:
        raise Refused(_("“%(name)s” was merged into it since. Take that back first.") % {"name": later.loser_name})
    if winner.deleted_at:
        onward = Merge.objects.of_loser(winner.pk).first()
        if onward is not None:
            raise Refused(_("“%(name)s” was merged itself since. Take that back first.") % {"name": winner})
        raise Refused(_("“%(name)s” is in the bin. Restore it first.") % {"name": winner})


def _save(record: Any, now: datetime) -> None:
    """Write all columns of a record as one change."""
    record.touch(at=now)
    record.save()


def _taken_back(change: Change, winner: Any, by: Member, now: datetime) -> list[str]:
    """Write what stood before, where nobody has changed it since; a sentence for each row or value that stays."""
    if change.ids == [str(winner.pk)] and change.of is type(winner):
        return _values_back(change, winner, by, now)
    there = columns_now(change.of, change.ids, change.after)
    back = [pk for pk in change.ids if there.get(pk) == change.after]
    refused: set[str] = set()
    try:
        with transaction.atomic():
            if back:
                update(change.of, back, change.before, at=now)
    except IntegrityError:
        refused = set(_one_by_one(change, back, now))
    stay = [pk for pk in change.ids if pk in there and (pk not in back or pk in refused)]
    rows = change.of._default_manager.in_bulk(stay)
    label = words_of(change.of)
    return [
        _("%(kind)s “%(row)s” stays: somebody has changed it since.") % {"kind": label, "row": row}
        for row in rows.values()
    ]


def _one_by_one(change: Change, ids: Iterable[str], now: datetime) -> Iterable[str]:
    for pk in ids:
        try:
            with transaction.atomic():
                update(change.of, [pk], change.before, at=now)
        except IntegrityError:
            yield pk


def _values_back(change: Change, winner: Any, by: Member, now: datetime) -> list[str]:
    winner.refresh_from_db()
    current = full_image(winner)
    kept = []
    for name, after in change.after.items():
        if current.get(name) != after:
            if _is_known_to(by, winner, name):
                kept.append(_("“%(field)s” stays: somebody has changed it since.") % {"field": _label(winner, name)})
            continue
        _put(winner, name, change.before.get(name))
    _save(winner, now)
    return kept


def _is_known_to(member: Member, record: Any, name: str) -> bool:
    """Whether the member sees that field of such records."""
    kind = str(record._meta.model_name)
    if name.startswith(CUSTOM):
        return definitions.of(kind).seen_by(member).find(name.removeprefix(CUSTOM)) is not None
    return name not in hidden_fields(member, kind)


def _put(record: Any, name: str, value: Any) -> None:
    if name.startswith(CUSTOM):
        key = name.removeprefix(CUSTOM)
        rest = {one: held for one, held in record.custom.items() if one != key}
        record.custom = rest if value is None else {**rest, key: value}
        return
    column = next(one for one in record._meta.concrete_fields if one.attname == name)
    setattr(record, name, None if value is None else column.to_python(value))


def _label(record: Record, name: str) -> str:
    if name.startswith(CUSTOM):
        return str(definitions.of(str(record._meta.model_name)).find(name.removeprefix(CUSTOM)) or name)
    column = next(one for one in record._meta.concrete_fields if one.attname == name)
    return str(column.verbose_name).capitalize()


def _index_again(changes: Iterable[Change]) -> None:
    """Let the search know the names of other companies and contacts beside the records that have moved."""
    wanted: dict[str, set[Any]] = {}
    for change in changes:
        if change.of is ContactCompany:
            links = ContactCompany.objects.filter(pk__in=change.ids)
            wanted.setdefault("contact", set()).update(links.values_list("contact_id", flat=True))
        elif change.of._meta.model_name in KINDS:
            wanted.setdefault(str(change.of._meta.model_name), set()).update(change.ids)
    for name, ids in wanted.items():
        kind = KINDS[name]
        rows: models.QuerySet[Any] = kind.model._default_manager.filter(pk__in=ids, deleted_at=None)
        for row in rows.iterator(chunk_size=500):
            search.index(kind.entry(row))
