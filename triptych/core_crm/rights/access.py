"""The one place that decides who may do what to which record.

`visible` compiles a member's rights into a queryset, `may` answers for one record, `explain` says why; the three agree
(a property test compares them over random rights). What a role rules out entirely (level none) no share gives.
"""

from __future__ import annotations

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
    "CHANGE", "CREATE", "DELETE", "EXPORT", "READ", "Act", "Level", "NotAllowed", "field_rights", "may", "may_at_all",
    "must", "must_at_all", "noun_of", "visible",
]  # fmt: skip

READ, CREATE, CHANGE, DELETE, EXPORT = Act.READ, Act.CREATE, Act.CHANGE, Act.DELETE, Act.EXPORT
Records = TypeVar("Records", bound=QuerySet[Any])


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
    if isinstance(records, RecordQuerySet) and not all(map(sight.sees_all, sight.nouns.values())):
        records = records.then(lambda rows: veil(sight, rows))
    return records


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


def field_rights(member: Member, model: type[Model]) -> dict[str, FieldRight]:
    """The fields of that kind of record that are hidden from the member, or that they may only read."""
    sight = sight_of(member)
    noun = None if sight.is_plain else sight.nouns.get(model)
    return sight.field_rights(noun) if noun else {}


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
