"""What one member's role and teams come to, worked out once for each request and kept on the member."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q

from triptych.core_crm.rights.levels import FIELD_RIGHTS, Act, FieldRight, Level, Noun, level_of, role_of
from triptych.platform.plugins import hooks

if TYPE_CHECKING:
    from triptych.tenants.members.models import Member


@dataclass(frozen=True)
class Reach:
    """The teams of a member, those below included where they manage; everybody in them; what is shared with them.

    `shared` says of each record, by its id, whether it may be changed as well.
    """

    teams: frozenset[UUID]
    colleagues: frozenset[UUID]
    shared: dict[UUID, bool]


class Sight:
    """The rights of one member. Nothing is asked of the database until a level needs it."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.role = role_of(member)

    @property
    def is_plain(self) -> bool:
        """Whether the role is a built-in one, all of which see everything."""
        return self.role is None

    @cached_property
    def nouns(self) -> dict[Any, Noun]:
        """The kinds of record under rights, by model."""
        return {noun.model: noun for noun in hooks.gather("record_nouns")}

    @cached_property
    def reach(self) -> Reach:
        """At most four statements, for members whose role has a level below all."""
        return _reach_of(self.member)

    def level(self, noun: Noun, act: Act) -> Level:
        """The level for an act on a kind of record, all or none where nobody owns such records."""
        level = level_of(self.role, self.member.role, noun.kind, act)
        return level if level in noun.levels else Level.NONE

    def sees_all(self, noun: Noun) -> bool:
        """Whether every record of that kind is theirs to see."""
        return self.level(noun, Act.READ) is Level.ALL

    def field_rights(self, noun: Noun) -> dict[str, FieldRight]:
        """The fields of that kind that are hidden or read-only for them."""
        said = self.role.field_rights.get(noun.kind, {}) if self.role is not None else {}
        return {
            name: FieldRight(right) for name, right in said.items() if name in noun.fields and right in FIELD_RIGHTS
        }

    def hidden(self, noun: Noun) -> frozenset[str]:
        """The fields of that kind that they may not know, with what is read off those."""
        own = self._hides(noun)
        if not noun.follows:
            return noun.with_derived(own)
        hidden = {(other.kind, name) for other in self.nouns.values() for name in self._hides(other)}
        return noun.with_derived((*own, *(name for name, source in noun.follows.items() if source in hidden)))

    def _hides(self, noun: Noun) -> list[str]:
        """The fields that the role itself hides."""
        return [name for name, right in self.field_rights(noun).items() if right is FieldRight.HIDDEN]

    @property
    def is_narrow(self) -> bool:
        """Whether there is a record or a field that they may not see."""
        if self.is_plain:
            return False
        return any(not self.sees_all(noun) or self.hidden(noun) for noun in self.nouns.values())

    def shared_for(self, act: Act) -> set[UUID]:
        """The records that somebody has shared with them to that end. Nothing is shared to be deleted."""
        if act in (Act.READ, Act.EXPORT):
            return set(self.reach.shared)
        return {key for key, may_change in self.reach.shared.items() if may_change} if act is Act.CHANGE else set()

    def condition(self, noun: Noun, act: Act) -> Q | None:
        """The records of one level as a condition, None for all of them. The same as `covers` says of one."""
        level = self.level(noun, act)
        if level is Level.ALL:
            return None
        if level is Level.NONE:
            return Q(pk__in=[])
        shared = self.shared_for(act)
        condition = Q(**{f"{noun.owner}_id": self.member.pk})
        if level is Level.TEAM:
            colleagues = sorted({self.member.pk, *self.reach.colleagues})
            condition = Q(**{f"{noun.owner}_id__in": colleagues}) | Q(**{f"{noun.owner}_id": None})
        return condition | Q(pk__in=sorted(shared)) if shared else condition

    def covers(self, noun: Noun, act: Act, record: Any) -> bool:
        """Whether the level for that act takes in one record."""
        level = self.level(noun, act)
        if level in (Level.ALL, Level.NONE):
            return level is Level.ALL
        owner = noun.owner_of(record)
        if owner == self.member.pk:
            return True
        if level is Level.TEAM and (owner is None or owner in self.reach.colleagues):
            return True
        return record.pk in self.shared_for(act)


def sight_of(member: Member) -> Sight:
    """The rights of a member, the same object for as long as the member's own."""
    sight: Sight | None = member.__dict__.get("_sight")
    if sight is None or sight.role is not role_of(member):
        sight = member.__dict__["_sight"] = Sight(member)
    return sight


def _reach_of(member: Member) -> Reach:
    from triptych.core_crm.rights.models import Share

    teams, colleagues = _teams_of(member)
    shares = Share.objects.filter(Q(member=member) | Q(team__in=teams)).values_list("object_id", "may_change")
    shared: dict[UUID, bool] = {}
    for object_id, may_change in shares:
        shared[object_id] = shared.get(object_id, False) or may_change
    return Reach(teams, colleagues, shared)


def _teams_of(member: Member) -> tuple[frozenset[UUID], frozenset[UUID]]:
    """The keys of the member's teams, and of everybody in them."""
    from triptych.core_crm.rights.models import Team
    from triptych.tenants.members.models import Member as Members

    below: dict[UUID | None, list[UUID]] = defaultdict(list)
    in_team: dict[UUID, set[UUID]] = defaultdict(set)
    territories: dict[str, list[UUID]] = defaultdict(list)
    mine: set[UUID] = set()
    managed: set[UUID] = set()
    rows = Team.objects.values_list("pk", "parent_id", "territories", "places__member_id", "places__is_manager")
    for team, parent, regions, who, is_manager in rows:
        if team not in below[parent]:
            below[parent].append(team)
            for region in regions:
                territories[region].append(team)
        if who is not None:
            in_team[team].add(who)
        if who == member.pk:
            (managed if is_manager else mine).add(team)
    if territories:
        for pk, region in Members.objects.filter(region__in=list(territories)).values_list("pk", "region"):
            for team in territories[region]:
                in_team[team].add(pk)
                if pk == member.pk and team not in managed:
                    mine.add(team)
    waiting = list(managed)
    while waiting:
        team = waiting.pop()
        mine.add(team)
        waiting.extend(child for child in below[team] if child not in mine)
    return frozenset(mine), frozenset(pk for team in mine for pk in in_team[team])
