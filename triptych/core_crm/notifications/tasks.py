"""Who is told of what happened: each handler looks at the record as it is now and tells those whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.utils.translation import gettext as _

from triptych.core_crm.activities.models import Activity, ActivityLink
from triptych.core_crm.activities.records import RecordRef, models_by_kind, named
from triptych.core_crm.cases.models import CaseMessage
from triptych.core_crm.notifications.actions import notify
from triptych.core_crm.notifications.hooks import ASSIGNED, MENTIONED, REPLY, SHARED, UNSENT
from triptych.core_crm.notifications.mails import send_waiting
from triptych.core_crm.notifications.mentions import mentioned
from triptych.core_crm.notifications.models import Notification
from triptych.core_crm.rights.access import as_seen, hidden_fields
from triptych.core_crm.words import words_of
from triptych.platform import clock, events
from triptych.platform.events import Event, schedules
from triptych.platform.events.tenancy import current as current_tenant
from triptych.tenants.members.language import in_words_for
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant

NOUNS = ("contact", "company", "lead", "deal", "case", "activity")


@events.handles(*(f"{noun}.{verb}" for noun in NOUNS for verb in ("created", "updated")), "case.assigned")
def tell_the_new_owner(event: Event) -> None:
    """Somebody was given a record by somebody else: once a day for each. Nobody is told of what no person did, and of
    what is part of an import or of a change to many only as a whole (`notifications.assigned`)."""
    if (
        event.by is None
        or "part_of" in event.facts
        or (event.name.endswith(".updated") and "owner" not in event.facts.get("changed", ()))
    ):
        return
    record = _record(event)
    owner: Member | None = getattr(record, "owner", None)
    if record is None or owner is None or owner.pk == event.by or event.facts.get("series"):
        return

    def title(reader: Member) -> str:
        return _("%(kind)s for you: %(what)s") % {"kind": words_of(type(record)), "what": as_seen(reader, record)}

    _tell([owner], ASSIGNED, title, record, event, key=f"assigned:{record.pk}:{owner.pk}:{event.at:%Y%m%d}")


@events.handles("activity.created", "activity.updated")
def tell_who_is_mentioned(event: Event) -> None:
    """“@Ada” in a note: once for each note, also when it is edited."""
    note: Any = _record(event)
    if note is None or note.kind != Activity.Kind.NOTE or "@" not in note.description:
        return
    links = ActivityLink.objects.filter(activity=note).order_by("pk").values_list("kind", "object_id")
    first = [RecordRef(kind, key) for kind, key in links[:1]]

    def place(reader: Member) -> tuple[str, str]:
        about = next(iter(named(first, reader).values()), None)
        return (about.title, about.url) if about else (_("a note"), note.get_absolute_url())

    _tell_mentioned(note.description, note, event, place)


@events.handles("case.noted", "case.message_received", "case.replied")
def tell_of_messages(event: Event) -> None:
    """An internal note may mention somebody; what others write on a case concerns its owner."""
    case: Any = _record(event)
    message = CaseMessage.objects.filter(pk=UUID(event.facts["message"])).first()
    if case is None or message is None:
        return
    if event.name == "case.noted":
        place = (str(case), case.get_absolute_url())
        _tell_mentioned(message.body, case, event, lambda reader: place, key=str(message.pk))
    if case.owner is None:
        return

    def title(reader: Member) -> str:
        return _("%(who)s on %(what)s") % {"who": message.said_by, "what": as_seen(reader, case)}

    _tell([case.owner], REPLY, title, case, event, key=f"reply:{message.pk}", body=message.body[:200])


@events.handles("case.reply_failed")
def tell_that_it_has_not_left(event: Event) -> None:
    """Whoever wrote a reply hears that it could not be sent, and why."""
    case: Any = _record(event)
    message = CaseMessage.objects.select_related("author").filter(pk=UUID(event.facts["message"])).first()
    if case is None or message is None or message.author is None:
        return

    def title(reader: Member) -> str:
        return _("Your reply on %(what)s has not left") % {"what": as_seen(reader, case)}

    _tell([message.author], UNSENT, title, case, event, key=f"unsent:{event.id}", body=message.delivery_note[:200])


@events.handles("record.shared")
def tell_of_share(event: Event) -> None:
    """A record was shared with a member, or with a team of which they are."""
    record = _record(event)
    if record is None:
        return
    member, team = event.facts.get("member"), event.facts.get("team")
    people = Member.objects.active()
    shared = people.filter(pk=member) if member else people.filter(team_places__team=team) if team else people.none()
    title = partial(_shared, record)
    _tell(list(shared), SHARED, title, record, event, key=f"shared:{event.id}")


@schedules.every(timedelta(minutes=5))
def queue_mails(event: Event) -> None:
    """Have mails sent whose time has come: each member's in a transaction of its own."""
    due = Notification.objects.filter(mail_at__lte=event.at, mailed_at=None).values_list("member_id", flat=True)
    for member_id in due.order_by("member_id").distinct()[:1000]:
        events.announce("notification.mail_due", None, by=None, at=event.at, member=str(member_id))


@events.handles("notification.mail_due")
def send_mails(event: Event) -> None:
    """One mail for all that waits for a member."""
    member = Member.objects.filter(pk=UUID(event.facts["member"])).first()
    if member is not None:
        send_waiting(member, now=clock.now())


def _shared(record: Any, reader: Member) -> str:
    return _("Shared with you: %(what)s") % {"what": as_seen(reader, record)}


def _record(event: Event) -> Any:
    """The record as it is now; None when it is in the bin or of a kind without pages."""
    model = models_by_kind().get(event.kind.rpartition(".")[2])
    if model is None or event.object_id is None:
        return None
    return model.objects.alive().filter(pk=event.object_id).first()


def _tell(
    people: list[Member],
    kind: str,
    title: Callable[[Member], str],
    record: Any,
    event: Event,
    *,
    key: str,
    body: str = "",
) -> None:
    about, url = RecordRef.of(record), record.get_absolute_url()
    notify(to=people, kind=kind, title=title, body=body, url=url, about=about, by=event.by, key=key, now=clock.now())


def _tell_mentioned(
    text: str, record: Any, event: Event, place: Callable[[Member], tuple[str, str]], *, key: str = ""
) -> None:
    """`place` gives the name and the address of where it stands, as far as the reader sees it."""
    everybody = {one.pk: one for one in Member.objects.active()}
    by = everybody.pop(event.by, None) if event.by else None
    for reader in mentioned(text, list(everybody.values())):
        with in_words_for(reader, cast(Tenant, current_tenant())):
            where, url = place(reader)
            title = _("%(who)s mentioned you on %(where)s") % {"who": by or _("Somebody"), "where": where}
        notify(
            to=[reader], kind=MENTIONED, title=title, body=_told_to(reader, record, text)[:200], url=url, by=event.by,
            about=RecordRef.of(record), key=f"mentioned:{key or record.pk}", now=clock.now(),
        )  # fmt: skip


def _told_to(reader: Member, record: Any, text: str) -> str:
    """The text of a note, unless the texts of such records are hidden from the reader."""
    kind = str(record._meta.model_name)
    return "" if kind == "activity" and "description" in hidden_fields(reader, kind) else text
