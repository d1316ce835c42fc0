"""Writes to the tree of teams. Only owners and admins make them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.rights.models import Team, TeamMember
from triptych.platform import events
from triptych.platform.refusals import Refused
from triptych.tenants.members.access import administering
from triptych.tenants.members.models import Member

DEEPEST = 20
MOST_TEAMS = 500


@transaction.atomic
def create_team(
    *, name: str, parent: Team | None = None, territories: Sequence[str] = (), by: Member, now: datetime
) -> Team:
    """Make a team, below another one or at the top. Announces `team.created`.

    Raises:
        Forbidden: `by` does not administer.
        Refused: the name is taken or empty, or the tree would be deeper than 20 or larger than 500; it names the field.
    """
    administering(by)
    if Team.objects.count() >= MOST_TEAMS:
        raise Refused(_("There are 500 teams already. Delete one that is not needed."))
    team = Team(created_at=now, updated_at=now)
    _set(team, {"name": name, "parent": parent, "territories": territories})
    team.save(force_insert=True)
    events.announce("team.created", team, by=by, at=now)
    return team


@transaction.atomic
def update_team(*, team: Team, version: int | None = None, by: Member, now: datetime, **fields: Any) -> Team:
    """Change `name`, `parent` or `territories` of a team. Announces `team.updated`.

    Raises:
        Forbidden: `by` does not administer.
        Conflict: somebody changed the team since `version`.
        Refused: as in `create_team`, or the team would be below itself.
    """
    administering(by)
    list(Team.objects.select_for_update().order_by("pk"))  # two people cannot make a circle at once
    team = Team.objects.get(pk=team.pk)
    team.expect_version(version)
    _set(team, fields)
    team.save_fields(*fields, at=now)
    events.announce("team.updated", team, by=by, at=now)
    return team


@transaction.atomic
def delete_team(*, team: Team, by: Member, now: datetime) -> None:
    """Take a team away, and what was shared with it from its members. Announces `team.deleted`.

    Raises:
        Forbidden: `by` does not administer.
        Refused: there are teams below.
    """
    administering(by)
    if team.children.exists():
        raise Refused(_("There are teams below “%(team)s”. Move or delete them first.") % {"team": team})
    events.announce("team.deleted", team, by=by, at=now, called=team.name)
    team.delete()


@transaction.atomic
def put_in_team(*, team: Team, member: Member, is_manager: bool = False, by: Member, now: datetime) -> TeamMember:
    """Put somebody into a team, or change whether they manage it. Announces `team.member_added`.

    Raises:
        Forbidden: `by` does not administer.
    """
    administering(by)
    place, _made = TeamMember.objects.update_or_create(team=team, member=member, defaults={"is_manager": is_manager})
    events.announce("team.member_added", team, by=by, at=now, member=str(member.pk), is_manager=is_manager)
    return place


@transaction.atomic
def take_out_of_team(*, team: Team, member: Member, by: Member, now: datetime) -> None:
    """Take somebody out of a team. Announces `team.member_removed`, and nothing when they were not in it.

    Raises:
        Forbidden: `by` does not administer.
    """
    administering(by)
    count, _by_model = TeamMember.objects.filter(team=team, member=member).delete()
    if count:
        events.announce("team.member_removed", team, by=by, at=now, member=str(member.pk))


def _set(team: Team, fields: dict[str, Any]) -> None:
    if "name" in fields:
        team.name = fields["name"].strip()
        if not team.name or len(team.name) > 80:
            raise Refused(_("Give the team a name of up to 80 characters, such as “North”."), field="name")
        if Team.objects.filter(name__iexact=team.name).exclude(pk=team.pk).exists():
            raise Refused(_("There is a team of that name already. Choose another name."), field="name")
    if "parent" in fields:
        team.parent = fields["parent"]
        _refuse_circle(team)
    if "territories" in fields:
        words = [word.strip() for word in fields["territories"]]
        team.territories = list(dict.fromkeys(word for word in words if word))
        if len(team.territories) > 50 or any(len(word) > 100 for word in team.territories):
            raise Refused(_("Name at most 50 territories of up to 100 characters each."), field="territories")


def _refuse_circle(team: Team) -> None:
    above, depth = team.parent, 1
    while above is not None:
        depth += 1
        if above.pk == team.pk:
            raise Refused(_("A team cannot be below itself. Choose another team above it."), field="parent")
        if depth > DEEPEST:
            raise Refused(_("Teams stand at most 20 deep."), field="parent")
        above = above.parent
