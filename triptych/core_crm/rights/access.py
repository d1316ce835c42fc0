"""The one place that decides who may do what to which record.

`visible` compiles a member's rights into a queryset, `may` answers for one record, `explain` says why; the three agree
(a property test compares them over random rights). What a role rules out entirely (level none) no share gives.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from triptych.core_crm.rights.levels import ACT_WORDS, Act, FieldRight, Level, Noun
from triptych.core_crm.rights.sight import Sight, sight_of
from triptych.core_crm.rights.veil import veil
from triptych.platform.records import RecordQuerySet
from triptych.platform.refusals import Forbidden, MayOnlyRead

if TYPE_CHECKING:
    from triptych.tenants.members.models import Member

__all__ = [
    "CHANGE", "CREATE", "DELETE", "EXPORT", "READ", "Act", "Level", "NotAllowed", "as_seen", "field_rights",
    "hidden_fields", "keys_seen", "may", "may_all", "may_at_all", "must", "must_at_all", "must_set", "noun_of",
    "through", "veiled", "visible",
]  # fmt: skip

READ, CREATE, CHANGE, DELETE, EXPORT = Act.READ, Act.CREATE, Act.CHANGE, Act.DELETE, Act.EXPORT
Records = TypeVar("Records", bound=QuerySet[Any])
Row = TypeVar("Row")


class NotAllowed(Forbidden):
    """The member's role does not include that act on that record."""


def noun_of(member: Member, model: type[Model]) -> Noun | None:
    """How rights know that kind of record; None if it is not under rights."""
    return sight_of(member).nouns.get(model)


def visible(member: Member, records: Records, act: Act = READ) -> Records:
    """Those of the records on which the member may do that; without an act those that they see.

    The condition is part of the queryset's own statement. Related records that come with them (`select_related`,
    prefetched) and that the member does not see are replaced by ones that tell nothing, see `veil`.
    """
    sight = sight_of(member)
    if sight.is_plain:
        return records.none() if act in (CREATE, CHANGE, DELETE) and not member.may_write else records
    noun = sight.nouns.get(records.model)
    if noun is not None:
        for asked in dict.fromkeys((READ, act)):
            condition = sight.condition(noun, asked)
            records = records if condition is None else records.filter(condition)
    if isinstance(records, RecordQuerySet) and sight.is_narrow:
        records = records.then(lambda rows: veil(sight, rows))
    return records


def keys_seen(member: Member, model: type[Model]) -> QuerySet[Any, Any] | None:
    """The keys of the records of that kind that the member sees, as a subquery; None for who sees all of them.

    Whoever sorts, filters or groups by a related record takes those beyond it for no record at all.
    """
    sight = sight_of(member)
    noun = None if sight.is_plain else sight.nouns.get(model)
    condition = sight.condition(noun, READ) if noun else None
    return None if condition is None else model._base_manager.filter(condition).values("pk")


def through(member: Member, rows: Records, path: str, model: type[Model]) -> Records:
    """Those of the rows whose record, which `path` leads to, the member sees. Rows as they are for who sees all."""
    seen = keys_seen(member, model)
    return rows if seen is None else rows.filter(**{f"{path}__in": seen})


def veiled(member: Member, rows: Iterable[Row]) -> list[Row]:
    """The rows, with related records that the member does not see replaced by ones that tell nothing."""
    found, sight = list(rows), sight_of(member)
    if not sight.is_plain:
        veil(sight, found)
    return found


def as_seen(member: Member, record: Row) -> Row:
    """The record with nothing that the member may not know: to name or show them one that was fetched for somebody
    else, or by an action. Whoever may know everything gets the record itself.
    """
    return record if sight_of(member).is_plain else veiled(member, [copy(record)])[0]


def may(member: Member, act: Act, record: Any) -> bool:
    """Whether the member may do that to the record. To create it, it need not be saved yet, only have its owner."""
    sight = sight_of(member)
    if act in (CREATE, CHANGE, DELETE) and not member.may_write:
        return False
    if sight.is_plain:
        return True
    noun = sight.nouns.get(type(record))
    if noun is None:
        return True
    sees = act is CREATE or sight.covers(noun, READ, record)
    return sees and sight.covers(noun, act, record)


def may_at_all(member: Member, act: Act, model: type[Model]) -> bool:
    """Whether there are records of that kind on which the member could do that; for buttons and forms."""
    sight = sight_of(member)
    if act in (CREATE, CHANGE, DELETE) and not member.may_write:
        return False
    noun = None if sight.is_plain else sight.nouns.get(model)
    return noun is None or sight.level(noun, act) is not Level.NONE


def may_all(member: Member, act: Act, model: type[Model]) -> bool:
    """Whether the member could do that to every record of the kind."""
    sight = sight_of(member)
    noun = None if sight.is_plain else sight.nouns.get(model)
    return may_at_all(member, act, model) and (noun is None or sight.level(noun, act) is Level.ALL)


def must(member: Member | None, act: Act, record: Any) -> None:
    """Make sure that the member may do that to the record, before a write; None is the house itself, which may.

    Raises:
        MayOnlyRead: they may write nothing.
        NotAllowed: their role does not go that far.
    """
    if member is None or may(member, act, record):
        return
    if not member.may_write:
        raise MayOnlyRead()
    raise _refusal(sight_of(member), act, record)


def must_at_all(member: Member, act: Act, model: type[Model]) -> None:
    """Make sure that there are records of that kind on which the member could do that.

    Raises:
        MayOnlyRead: they may write nothing.
        NotAllowed: their role rules it out.
    """
    if may_at_all(member, act, model):
        return
    if act in (CREATE, CHANGE, DELETE) and not member.may_write:
        raise MayOnlyRead()
    raise _refusal(sight_of(member), act, model())


def field_rights(member: Member, kind: str | type[Model]) -> dict[str, FieldRight]:
    """The fields of that kind of record that are hidden from the member, or that they may only read."""
    sight = sight_of(member)
    nouns = () if sight.is_plain else sight.nouns.values()
    return next((sight.field_rights(noun) for noun in nouns if kind in (noun.kind, noun.model)), {})


def hidden_fields(member: Member, kind: str) -> frozenset[str]:
    """The fields of that kind that the member may not know, with what is read off those."""
    sight = sight_of(member)
    nouns = () if sight.is_plain else sight.nouns.values()
    return next((sight.hidden(noun) for noun in nouns if noun.kind == kind), frozenset())


def must_set(member: Member | None, record: Any, names: Iterable[str]) -> None:
    """Make sure that the member may change these fields of the record; None is the house itself, which may.

    Raises:
        NotAllowed: their role withholds one of them; it names the field.
    """
    if member is None:
        return
    barred = sorted(field_rights(member, str(record._meta.model_name)).keys() & set(names))
    if barred:
        message = _("Your role “%(role)s” does not change this field. An owner or admin can do it.")
        raise NotAllowed(message % {"role": sight_of(member).role}, field=barred[0])


def _refusal(sight: Sight, act: Act, record: Any) -> NotAllowed:
    noun = sight.nouns[type(record)]
    level = sight.level(noun, act)
    facts = {"role": sight.role, "act": ACT_WORDS[act], "kind": noun.label}
    if level is Level.NONE:
        message = _("Your role “%(role)s” does not include “%(act)s” for %(kind)s. An owner or admin can change it.")
    elif level is Level.OWN:
        message = _("Your role “%(role)s” includes “%(act)s” for %(kind)s that are your own, and this one is not.")
    else:
        message = _("Your role “%(role)s” includes “%(act)s” for %(kind)s of your teams, and this one is not.")
    return NotAllowed(message % facts, field="owner" if act is CREATE and level is not Level.NONE else None)
