"""Who takes part: asking members and contacts, and their answers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from triptych.core_crm.activities.models import Activity, Attendee
from triptych.core_crm.contacts.access import contacts_visible_to
from triptych.core_crm.contacts.models import Contact
from triptych.platform import events
from triptych.platform.events.tenancy import current as current_tenant
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

MOST = 100
MAILED_A_DAY = 500
"""Invitations that a workspace may mail to contacts within a day, so that nobody makes a mailing of them."""


@transaction.atomic
def set_attendees(
    *, activity: Activity, members: Collection[Member], contacts: Collection[Contact], by: Member | None, now: datetime
) -> Activity:
    """Let exactly these people take part, beside contacts whom `by` does not see; who is asked anew has not answered.

    Announces `activity.attendee_invited` for each of them: members are told, contacts get a mail with a link; and
    `activity.attendee_removed` for each contact who was invited and is no more: they get a mail that calls it off.

    Raises:
        Refused: there are too many, the workspace has mailed as many invitations today as it may, or it is a task, a
            note or an email.
    """
    refuse_too_many(len(members) + len(contacts))
    if (members or contacts) and activity.kind not in (Activity.Kind.CALL, Activity.Kind.MEETING):
        raise Refused(_("Only calls and meetings have people who take part."), field="attendees")
    known = list(activity.attendees.all())
    wanted = {("member", one.pk) for one in members} | {("contact", one.pk) for one in contacts}
    there = {("member", one.member_id) if one.member_id else ("contact", one.contact_id): one for one in known}
    kept = wanted | _unseen(known, by)
    gone = [one for key, one in there.items() if key not in kept]
    activity.attendees.filter(pk__in=[one.pk for one in gone]).delete()
    _tell_removed(activity, [one for one in gone if one.contact_id and one.invited_at], by=by, now=now)
    made = [Attendee(activity=activity, **{f"{kind}_id": pk}) for kind, pk in sorted(wanted - there.keys(), key=str)]
    charge_mails(sum(one.contact_id is not None for one in made), now=now)
    Attendee.objects.bulk_create(made)
    for one in made:
        events.announce("activity.attendee_invited", activity, by=by, at=now, attendee=str(one.pk))
    return activity


def _tell_removed(activity: Activity, gone: Collection[Attendee], *, by: Member | None, now: datetime) -> None:
    """The version counts up: calendars take a cancellation only if it is newer than what they know."""
    if gone:
        Activity.objects.filter(pk=activity.pk).update(version=F("version") + 1, updated_at=now)
        activity.touch(at=now)
    for one in gone:
        if one.answer != Attendee.Answer.DECLINED:
            told = {"attendee": str(one.pk), "contact": str(one.contact_id)}
            events.announce("activity.attendee_removed", activity, by=by, at=now, **told)


def _unseen(known: Collection[Attendee], by: Member | None) -> set[tuple[str, UUID | None]]:
    """The contacts among them that whoever sets the list does not see, and so cannot have left out."""
    asked = {one.contact_id for one in known if one.contact_id}
    if by is None or not asked:
        return set()
    seen = contacts_visible_to(by).filter(pk__in=asked).values_list("pk", flat=True)
    return {("contact", pk) for pk in asked - set(seen)}


def refuse_too_many(count: int) -> None:
    """Raises Refused for more people than take part in one activity."""
    if count > MOST:
        raise Refused(_("Ask %d people at most.") % MOST, field="attendees")


def charge_mails(count: int, *, now: datetime) -> None:
    """Take that many mails from what the workspace may send today.

    Raises:
        Refused: so many are not left; none is taken.
    """
    if not count:
        return
    key = f"invitations-mailed:{now.astimezone(UTC):%Y%m%d}"
    cache.add(key, 0, timeout=int(timedelta(days=2).total_seconds()))
    if cache.incr(key, count) > MAILED_A_DAY:
        cache.decr(key, count)
        message = _("A workspace mails %d invitations a day at most. Invite the others tomorrow, or by a campaign.")
        raise Refused(message % MAILED_A_DAY, field="attendees")


@transaction.atomic
def answer_invitation(*, attendee: Attendee, answer: str, by: Member | None, now: datetime) -> Attendee:
    """Note what somebody answered; another answer later takes its place. Announces `activity.answered`.

    Raises:
        Refused: the answer is none, or the activity was deleted.
    """
    attendee = Attendee.objects.select_for_update(of=("self",)).select_related("activity").get(pk=attendee.pk)
    if answer not in Attendee.Answer.values or answer == Attendee.Answer.PENDING:
        raise Refused(_("Answer with accepted, tentative or declined."), field="answer")
    if attendee.activity.deleted_at:
        raise Refused(_("This meeting does not take place any more."))
    if attendee.answer != answer:
        attendee.answer, attendee.answered_at = answer, now
        attendee.save(update_fields=["answer", "answered_at"])
        told = {"attendee": str(attendee.pk), "answer": answer}
        events.announce("activity.answered", attendee.activity, by=by, at=now, **told)
    return attendee


def token_of(attendee: Attendee) -> str:
    """What the link in an invitation carries. It is good for this attendee of this workspace only."""
    return signing.dumps(str(attendee.pk), salt=_salt())


def attendee_of(token: str) -> Attendee | None:
    """The attendee to whom the link was sent, if they are still asked."""
    try:
        pk = UUID(signing.loads(token, salt=_salt()))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = Attendee.objects.select_related("activity__owner", "contact").filter(pk=pk, contact__isnull=False)
    return found.filter(activity__deleted_at=None).first()


def _salt() -> str:
    return f"attendee:{current_tenant().id}"
