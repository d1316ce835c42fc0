"""What those who take part are told: that they are invited, and later that it moves, is elsewhere or called off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from triptych.core_crm.activities.models import Activity, Attendee
from triptych.core_crm.activities.planning.attendees import charge_mails, token_of
from triptych.core_crm.activities.planning.feed import calendar_of
from triptych.core_crm.activities.planning.plans import lasting
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.notifications.actions import notify
from triptych.core_crm.notifications.mails import base_url, in_words_of_the_workspace
from triptych.core_crm.rights.access import as_seen, visible
from triptych.platform.events import Event
from triptych.platform.events.tenancy import current as current_tenant
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

TOLD = frozenset({"start_at", "end_at", "due_at", "duration_minutes", "location", "rule", "zone"})
"""Fields whose change those who take part are told of."""


def invitation(attendee: Attendee, event: Event, *, change: str = "") -> EmailMessage:
    """The mail that asks a contact to come; with `change` the one that tells what became of it: `changed`, `off`, or
    `removed` for whom alone it is off."""
    activity, tenant = attendee.activity, current_tenant()
    host = base_url(tenant).partition("://")[2].partition(":")[0]
    words = {
        "activity": activity,
        "attendee": attendee,
        "workspace": tenant,
        "change": change,
        "link": base_url(tenant) + reverse("calendar:invitation", args=[token_of(attendee)], urlconf="triptych.urls"),
    }
    owner: Member | None = activity.owner
    message = EmailMessage(
        " ".join((_title(activity, change) if change else _("Invitation: %(what)s") % {"what": activity}).split()),
        render_to_string("calendar/change.txt" if change else "calendar/invitation.txt", words),
        None,
        [attendee.contact.primary_email] if attendee.contact else [],
        reply_to=[owner.email] if owner and owner.email else None,
        headers={"Message-ID": f"<{event.id}.{attendee.pk}@{settings.BASE_DOMAIN}>"},
    )
    method = "CANCEL" if change in ("off", "removed") else "REQUEST"
    file = calendar_of(
        [activity, *_parts(attendee, change)], name=str(tenant), host=host, guest=attendee, method=method
    )
    message.attach("invitation.ics", file.decode(), f"text/calendar; method={method}")
    return message


def tell_those_invited(event: Event, *, now: datetime) -> None:
    """Tell everybody who was invited, and has not declined, what became of an activity that is still to come.

    They are told how it stands now, so whoever was told after the event happened is not told again.
    """
    activity = Activity.objects.select_related("owner", "series").filter(pk=event.object_id).first()
    change = _change(activity, event) if activity else ""
    if activity is None or not change:
        return
    asked = Attendee.objects.filter(activity=activity, invited_at__lt=event.at).exclude(answer="declined")
    people = list(asked.select_for_update(of=("self",)).select_related("member", "contact").order_by("pk"))
    for one in people:
        one.activity = activity
    members = [one.member for one in people if one.member] + ([activity.owner] if activity.owner else [])
    _tell_members(members if people else [], activity, change, event, now)
    _mail([one for one in people if _address(one)], activity, change, event, now)
    Attendee.objects.filter(pk__in=[one.pk for one in people]).update(invited_at=now)


def tell_removed(event: Event, *, now: datetime) -> None:
    """Tell a contact who was invited and is no more, if what they were asked to is still to come."""
    activity = Activity.objects.alive().select_related("owner", "series").filter(pk=event.object_id).first()
    contact = Contact.objects.alive().filter(pk=UUID(event.facts["contact"])).first()
    if activity is None or contact is None or activity.status != Activity.Status.PLANNED:
        return
    is_asked_again = activity.attendees.filter(contact=contact).exists()
    if _is_to_come(activity, event) and contact.primary_email and not is_asked_again:
        guest = Attendee(pk=UUID(event.facts["attendee"]), activity=activity, contact=contact)
        _mail([guest], activity, "removed", event, now)


def _is_to_come(activity: Activity, event: Event) -> bool:
    last = activity.until_at if activity.is_series else activity.due_at
    is_over = last is not None and last + lasting(activity) <= event.at
    return not is_over and (activity.due_at is not None or activity.is_series)


def _change(activity: Activity, event: Event) -> str:
    """What people are to be told: `changed`, `off`, or nothing."""
    if not _is_to_come(activity, event):
        return ""
    changed = frozenset(event.facts.get("changed", ()))
    if activity.deleted_at:
        with_all = activity.series is not None and activity.series.deleted_at == activity.deleted_at
        return "off" if event.name == "activity.deleted" and not with_all else ""
    if activity.status == Activity.Status.NOT_HELD:
        return "off" if "status" in changed else ""
    if activity.status != Activity.Status.PLANNED:
        return ""
    is_back = event.name == "activity.restored" or "status" in changed
    return "changed" if is_back or TOLD & changed else ""


def _title(activity: Activity, change: str) -> str:
    words = {
        "changed": _("Changed: %(what)s"),
        "off": _("Called off: %(what)s"),
        "removed": _("You are not expected any more: %(what)s"),
    }
    return words[change] % {"what": activity}


def _parts(attendee: Attendee, change: str) -> Sequence[Activity]:
    """The moments of a series that have become activities of their own, to which the same contact is asked."""
    if not attendee.activity.is_series or change in ("off", "removed"):
        return ()
    parts = attendee.activity.exceptions.alive().filter(attendees__contact=attendee.contact_id)
    return list(parts.select_related("owner", "series").order_by("occurs_at", "pk"))


def _address(attendee: Attendee) -> str:
    contact = attendee.contact
    return contact.primary_email if contact and not contact.deleted_at else ""


def _tell_members(members: Sequence[Member], activity: Activity, change: str, event: Event, now: datetime) -> None:
    """In the app. What is called off may be in the bin: it is nowhere to be opened, but who could see it is told."""
    gone = activity.deleted_at is not None
    seeing = [one for one in members if visible(one, Activity.objects.filter(pk=activity.pk)).exists()]
    notify(
        to=seeing, kind="invited", title=lambda reader: _title(as_seen(reader, activity), change), by=event.by, now=now,
        about=None if gone else RecordRef.of(activity), url="/calendar/" if gone else activity.get_absolute_url(),
        key=f"{change}:{activity.pk}:{event.id}",
    )  # fmt: skip


def _mail(guests: Sequence[Attendee], activity: Activity, change: str, event: Event, now: datetime) -> None:
    """By mail, as far as the workspace may send invitations today; else the owner hears that nobody was told."""
    try:
        charge_mails(len(guests), now=now)
    except Refused:
        notify(
            to=[activity.owner] if activity.owner else [], kind="invited", now=now, key=f"untold:{event.id}",
            title=lambda reader: _("Today's invitation mails are used up. Tell the guests yourself: %(what)s") % {
                "what": as_seen(reader, activity)
            },
            url="/calendar/" if activity.deleted_at else activity.get_absolute_url(),
        )  # fmt: skip
        return
    with in_words_of_the_workspace():
        for guest in guests:
            invitation(guest, event, change=change).send()
