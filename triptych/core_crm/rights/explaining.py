"""Why somebody may or may not do something to a record, in words: the chain of what decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from triptych.core_crm.rights.access import may
from triptych.core_crm.rights.levels import ACT_WORDS, WRITES, Act, Level, Noun
from triptych.core_crm.rights.models import Share, Team
from triptych.core_crm.rights.sight import Sight, sight_of
from triptych.tenants.members.models import Member

ASKED = (Act.READ, Act.CHANGE, Act.DELETE, Act.EXPORT)


@dataclass(frozen=True)
class Verdict:
    """Whether an act is allowed on one record, and the sentences that lead there."""

    act: Act
    allowed: bool
    reasons: list[str]

    @property
    def label(self) -> str:
        return str(ACT_WORDS[self.act])


def explain(member: Member, record: Any) -> list[Verdict]:
    """For each act whether the member may do it to the record, and why. `allowed` is what `access.may` says."""
    explaining = _Explaining(member, record)
    return [Verdict(act, may(member, act, record), explaining.reasons(act)) for act in ASKED]


class _Explaining:
    """The facts behind one member and one record, asked of the database once for all acts."""

    def __init__(self, member: Member, record: Any) -> None:
        self.member, self.record = member, record
        self.sight: Sight = sight_of(member)
        self.noun: Noun | None = self.sight.nouns.get(type(record))
        self.shares: list[Share] | None = None

    def reasons(self, act: Act) -> list[str]:
        facts = {"who": self.member.name, "role": self.member.role_name, "act": ACT_WORDS[act]}
        if act in WRITES and not self.member.may_write:
            return [_("%(who)s has the role “%(role)s”, which changes nothing.") % facts]
        if self.noun is None or self.sight.is_plain:
            return [_("%(who)s has the role “%(role)s”, which includes “%(act)s” for every record.") % facts]
        first = self._level_said(act, facts)
        level = self.sight.level(self.noun, act)
        reasons = [first] if level in (Level.ALL, Level.NONE) else [first, *self._chain(act, level)]
        if act is not Act.READ and not may(self.member, Act.READ, self.record):
            reasons.append(_("What somebody does not see they cannot do anything to."))
        return reasons

    def _level_said(self, act: Act, facts: dict[str, Any]) -> str:
        assert self.noun is not None
        words = {
            Level.ALL: _("%(who)s has the role “%(role)s”, which includes “%(act)s” for all %(kind)s."),
            Level.TEAM: _("%(who)s has the role “%(role)s”, which includes “%(act)s” for %(kind)s of their teams."),
            Level.OWN: _("%(who)s has the role “%(role)s”, which includes “%(act)s” for their own %(kind)s."),
            Level.NONE: _("%(who)s has the role “%(role)s”, which does not include “%(act)s” for %(kind)s."),
        }
        return words[self.sight.level(self.noun, act)] % {**facts, "kind": self.noun.label}

    def _chain(self, act: Act, level: Level) -> list[str]:
        """Owner, then team, then shares: up to the first that opens the record."""
        assert self.noun is not None
        owner: Member | None = getattr(self.record, self.noun.owner)
        facts = {"who": self.member.name, "owner": owner.name if owner else ""}
        if owner is not None and owner.pk == self.member.pk:
            return [_("It belongs to %(who)s.") % facts]
        said = [_("It belongs to %(owner)s.") % facts if owner else _("It belongs to nobody.")]
        if level is Level.TEAM:
            if owner is None:
                return [*said, _("What belongs to nobody every team may take up.")]
            if owner.pk in self.sight.reach.colleagues:
                return [*said, self._team_said(owner)]
            said.append(_("%(owner)s is in none of the teams of %(who)s, nor in one below a team they manage.") % facts)
        shared = self._shares_said(act)
        return [*said, *(shared or [_("Nobody has shared it with %(who)s to that end.") % facts])]

    def _team_said(self, owner: Member) -> str:
        there = Q(places__member=owner) | Q(territories__contains=[owner.region]) if owner.region else None
        teams = Team.objects.filter(there or Q(places__member=owner), pk__in=self.sight.reach.teams)
        names = ", ".join(f"“{team}”" for team in teams.distinct().by_name())
        facts = {"owner": owner.name, "teams": names, "who": self.member.name}
        return _("%(owner)s is in a team whose records %(who)s sees: %(teams)s.") % facts

    def _shares_said(self, act: Act) -> list[str]:
        if act is Act.DELETE:
            return []
        if self.shares is None:
            found = Share.objects.filter(Q(member=self.member) | Q(team__in=self.sight.reach.teams))
            found = found.filter(object_id=self.record.pk).select_related("member", "team", "shared_by")
            self.shares = list(found.order_by("created_at", "pk"))
        words = _("%(by)s shared it with %(whom)s.")
        return [
            words % {"by": share.shared_by or _("Somebody"), "whom": share.with_whom}
            for share in self.shares
            if share.may_change or act is not Act.CHANGE
        ]
