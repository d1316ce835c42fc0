"""The inputs by which people say how an activity repeats, when they are reminded and who takes part."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from triptych.core_crm.activities.models import Activity
from triptych.core_crm.activities.planning.recurrence import DAYS, parts_of, text_of
from triptych.core_crm.contacts.access import contacts_visible_to
from triptych.tenants.members.models import Member

REPEATS = {
    "": _("Does not repeat"),
    "FREQ=DAILY": _("Every day"),
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR": _("Monday to Friday"),
    "FREQ=WEEKLY": _("Every week"),
    "FREQ=WEEKLY;INTERVAL=2": _("Every two weeks"),
    "FREQ=MONTHLY": _("Every month, on the same date"),
    "FREQ=MONTHLY;BYDAY=NTH": _("Every month, on the same weekday"),
    "FREQ=YEARLY": _("Every year"),
}
REMINDERS = [
    ("", _("None")),
    ("0", _("When it begins")),
    ("5", _("5 minutes before")),
    ("15", _("15 minutes before")),
    ("60", _("An hour before")),
    ("1440", _("A day before")),
]
DAY_REMINDERS = [
    ("899", _("On the day, at 9:00")),
    ("2339", _("The day before, at 9:00")),
    ("10979", _("A week before, at 9:00")),
]
"""Minutes before the last minute of the day on which a task is due."""


def repeat_words(rule: str) -> str:
    """How people say that a rule repeats; its own text for one that the calendar does not offer."""
    parts = parts_of(rule)
    parts.pop("UNTIL", None)
    if parts.get("FREQ") == "MONTHLY" and re.fullmatch(r"-?\d[A-Z]{2}", parts.get("BYDAY", "")):
        parts["BYDAY"] = "NTH"
    text = text_of(parts)
    return str(REPEATS.get(text, text))


def repeat_choices(current: str) -> list[tuple[str, Any]]:
    """How something may repeat, with the way in which it does now."""
    choices: dict[str, Any] = dict(REPEATS)
    choices.setdefault(current, repeat_words(current))
    return list(choices.items())


def reminder_choices(offered: Collection[tuple[str, Any]], current: Collection[int]) -> list[tuple[str, Any]]:
    """When one may be reminded, with the reminders that there are now."""
    choices = {value: label for value, label in offered if value}
    for minutes in current:
        words = ngettext("%(minutes)d minute before", "%(minutes)d minutes before", minutes)
        choices.setdefault(str(minutes), words % {"minutes": minutes})
    return list(choices.items())


def repeating(activity: Activity) -> dict[str, Any]:
    """What the inputs `repeats` and `until` show of an activity."""
    parts = parts_of(activity.rule)
    until = parts.pop("UNTIL", "")
    return {
        "repeats": text_of(parts),
        "until": datetime.strptime(until[:8], "%Y%m%d").date() if until else None,
    }


def rule_of(repeats: str, until: Any, *, start: datetime | None) -> str:
    """The rule that was chosen, from its first moment up to and with the day `until`; empty for none."""
    if not repeats or start is None:
        return repeats
    local = timezone.localtime(start)
    place = (local.day - 1) // 7 + 1 if local.day <= 28 else -1
    rule = str(repeats).replace("BYDAY=NTH", f"BYDAY={place}{DAYS[local.weekday()]}")
    if until:
        last = timezone.make_aware(datetime.combine(until, time(23, 59, 59)))
        rule += f";UNTIL={last.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return rule


def offer_people(fields: Mapping[str, Any], member: Member, data: Any, initial: Mapping[str, Any]) -> None:
    """Let the inputs `members` and `contacts` offer whom the member may ask.

    Of contacts only those chosen stand in the page; the rest is found while typing.
    """
    fields["members"].queryset = Member.objects.active().by_name()
    fields["members"].widget.attrs["data-picker"] = "1"
    field = fields["contacts"]
    field.queryset = contacts_visible_to(member)
    chosen = data.getlist("contacts") if data is not None else initial.get("contacts", [])
    known = [key for one in chosen if len(key := str(getattr(one, "pk", one))) == 36]
    field.choices = [(one.pk, str(one)) for one in field.queryset.filter(pk__in=known)] if known else []
    field.widget.attrs.update({"data-picker": "1", "data-url": "/contacts/pick/"})


def people_of(activity: Activity, member: Member) -> dict[str, list[Any]]:
    """Who takes part, as far as the member sees them, for the inputs `members` and `contacts`."""
    asked = list(activity.attendees.select_related("member").order_by("pk"))
    contacts = contacts_visible_to(member).filter(pk__in=[one.contact_id for one in asked if one.contact_id])
    return {"members": [one.member for one in asked if one.member], "contacts": list(contacts.by_name())}
