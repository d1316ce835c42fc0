"""Opening a single record to somebody whose role does not reach it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.rights.access import CHANGE, must
from triptych.core_crm.rights.models import Share, Team
from triptych.platform import events
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

MOST_SHARES = 50
"""With how many members and teams one record is shared at most; more want a team or another role."""


@transaction.atomic
def share_record(
    *,
    record: Any,
    member: Member | None = None,
    team: Team | None = None,
    may_change: bool = False,
    by: Member,
    now: datetime,
) -> Share:
    """Share a record with a member or a team, to see or also to change it; once more with another right changes that.

    Whoever may change a record may share it. Announces `record.shared`.

    Raises:
        Forbidden: `by` may not change the record.
        Refused: neither or both of `member` and `team` are given, or it is shared with 50 already.
    """
    must(by, CHANGE, record)
    if (member is None) == (team is None):
        raise Refused(_("Choose a person or a team to share it with."), field="member")
    if Share.objects.filter(object_id=record.pk).count() >= MOST_SHARES:
        raise Refused(
            _("This is shared with 50 people and teams already. Put them into a team, and share it with that.")
        )
    share, _made = Share.objects.update_or_create(
        object_id=record.pk,
        member=member,
        team=team,
        defaults={
            "kind": str(record._meta.model_name),
            "may_change": may_change,
            "shared_by": by,
            "created_at": now,
        },
    )
    whom = {"member": str(member.pk) if member else None, "team": str(team.pk) if team else None}
    events.announce("record.shared", record, by=by, at=now, may_change=may_change, **whom)
    return share


@transaction.atomic
def unshare_record(*, share: Share, record: Any, by: Member, now: datetime) -> None:
    """Take a share back. Announces `record.unshared`.

    Raises:
        Forbidden: `by` may not change the record.
    """
    must(by, CHANGE, record)
    whom = {
        "member": str(share.member_id) if share.member_id else None,
        "team": str(share.team_id) if share.team_id else None,
    }
    events.announce("record.unshared", record, by=by, at=now, **whom)
    share.delete()
