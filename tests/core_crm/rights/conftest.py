"""What the tests of rights share: a role given to the member of the cast, and a team."""

import pytest

from triptych.core_crm.rights import actions
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

ACTS = ("read", "create", "change", "delete", "export")


@pytest.fixture
def rights_of():
    """`rights_of("own", "deal", delete="none")`: one level for all acts on some kinds, but for those given."""

    def made(level, *kinds, **acts):
        return {kind: {**dict.fromkeys(ACTS, level), **acts} for kind in kinds}

    return made


@pytest.fixture
def role_given(tenant, members, now):
    """`role_given(rights, who="member")` makes a role with these rights and gives it to somebody of the cast."""

    def give(rights, *, who="member", fields=None, base="member", name="Sales, own"):
        with entered(tenant):
            by = members["owner"]
            role = actions.create_role(name=name, base=base, rights=rights, field_rights=fields or {}, by=by, now=now)
            return actions.give_role(member=Member.objects.get(pk=members[who].pk), role=role, by=by, now=now)

    return give


@pytest.fixture
def team_of(tenant, members, now):
    """`team_of("North", "member", manager="admin", parent=team)` makes a team with people of the cast."""

    def make(name, *who, manager=None, parent=None, territories=()):
        with entered(tenant):
            by = members["owner"]
            team = actions.create_team(name=name, parent=parent, territories=territories, by=by, now=now)
            for one in who:
                actions.put_in_team(team=team, member=members[one], by=by, now=now)
            if manager:
                actions.put_in_team(team=team, member=members[manager], is_manager=True, by=by, now=now)
            return team

    return make
