"""Who takes part: asking members and contacts, and their answers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.activities.models import Activity, Attendee
from triptych.core_crm.contacts.models import Contact
from triptych.platform import events
from triptych.platform.events.tenancy import current as current_tenant
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

MOST = 100


@transaction.atomic
def set_attendees(
    *, activity: Activity, members: Collection[Member], contacts: Collection[Contact], by: Member | None, now: datetime
) -> Activity:
    """Let exactly these people take part; who is asked anew has not answered yet.

    Announces `activity.attendee_invited` for each of them: members are told, contacts get a mail with a link.

    Raises:
        Refused: there are too many, or it is a task, a note or an email.
    """
    if len(members) + len(contacts) > MOST:
        raise Refused(_("Ask %d people at most.") % MOST, field="attendees")
    if (members or contacts) and activity.kind not in (Activity.Kind.CALL, Activity.Kind.MEETING):
        raise Refused(_("Only calls and meetings have people who take part."), field="attendees")
    known = list(activity.attendees.all())
    wanted = {("member", one.pk) for one in members} | {("contact", one.pk) for one in contacts}
    there = {("member", one.member_id) if one.member_id else ("contact", one.contact_id): one for one in known}
    gone = [one.pk for key, one in there.items() if key not in wanted]
    activity.attendees.filter(pk__in=gone).delete()
    made = [Attendee(activity=activity, **{f"{kind}_id": pk}) for kind, pk in sorted(wanted - there.keys(), key=str)]
    Attendee.objects.bulk_create(made)
    for one in made:
        events.announce("activity.attendee_invited", activity, by=by, at=now, attendee=str(one.pk))
    return activity


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
