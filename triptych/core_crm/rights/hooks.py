"""What rights contribute to the generic hooks: limits of the search and of files, and the card beside a record."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from triptych.core_crm.rights.access import keys_seen
from triptych.core_crm.rights.levels import Act, Level, Noun
from triptych.core_crm.rights.sight import Sight, sight_of
from triptych.graphql.hookspecs import Withheld
from triptych.platform.plugins import Fragment, hookimpl
from triptych.platform.search.hookspecs import Findable
from triptych.tenants.members.models import Member


@hookimpl
def findable(member: Member) -> list[Findable]:
    """The kinds of which the member's role does not open everything."""
    sight = sight_of(member)
    if sight.is_plain:
        return []
    narrow = not all(map(sight.sees_all, sight.nouns.values()))
    return [
        _findable(sight, noun, only_titles=narrow or bool(sight.field_rights(noun) or sight.hidden(noun)))
        for noun in sight.nouns.values()
        if narrow or sight.field_rights(noun) or sight.hidden(noun)
    ]


@hookimpl
def withheld_fields(member: Member) -> list[Withheld]:
    """What the member's role hides or makes read-only, for the API."""
    sight = sight_of(member)
    if sight.is_plain:
        return []
    return [
        Withheld(
            noun.model, sight.hidden(noun), frozenset(sight.field_rights(noun)), partial(keys_seen, member, noun.model)
        )
        for noun in sight.nouns.values()
    ]


def _findable(sight: Sight, noun: Noun, *, only_titles: bool) -> Findable:
    """As `Sight.condition` says it. An entry holds words of related records, so whoever does not see all of those, or
    not all fields, finds by titles."""
    level, hidden = sight.level(noun, Act.READ), sight.hidden(noun)
    if level is Level.ALL:
        return Findable(noun.kind, owners=None, only_titles=only_titles, hidden=hidden)
    if level is Level.NONE:
        return Findable(noun.kind, only_titles=only_titles)
    team = level is Level.TEAM
    owners = {sight.member.pk} | (sight.reach.colleagues if team else frozenset())
    shared = frozenset(sight.shared_for(Act.READ))
    return Findable(noun.kind, frozenset(owners), unowned=team, ids=shared, only_titles=only_titles, hidden=hidden)


@hookimpl
def slot(name: str, page: Mapping[str, Any], member: Member) -> list[Fragment]:
    """Beside each record: with whom it is shared, and “Why?”. One statement."""
    kind = name.removesuffix("_side")
    record = page.get(kind) if kind != name else None
    if record is None or type(record) not in sight_of(member).nouns:
        return []
    from triptych.core_crm.rights.views.records import shares_of

    return [Fragment("rights/share_card.html", shares_of(record, member), position=90)]
