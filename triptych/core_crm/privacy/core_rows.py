"""Core's own rows in which a person is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from triptych.core_crm.activities.models import Activity, ActivityLink, Attendee
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.core_crm.contacts.models import Contact, ContactCompany
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.duplicates.models import Merge, Pair
from triptych.core_crm.imports.models import ImportChange, ImportReference
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.lists.models import PastAct, PastChange
from triptych.core_crm.mail.models import Arrival
from triptych.core_crm.notifications.models import Notification
from triptych.core_crm.privacy.models import Consent
from triptych.core_crm.privacy.people import Person
from triptych.core_crm.privacy.rows import STAYS, PersonRows
from triptych.core_crm.rights.models import Share
from triptych.platform.audit.blanking import REPLACEMENT
from triptych.platform.audit.models import Entry
from triptych.platform.files.models import File
from triptych.platform.search.models import RecentRecord, SearchEntry, SearchText
from triptych.tenants.members.models import Invitation

CASE_SHOWN = (
    "id", "number", "subject", "description", "status", "type", "origin", "requester_name", "requester_email",
    "created_at", "resolved_at",
)  # fmt: skip
MESSAGE_SHOWN = (
    "id", "kind", "at", "sender_name", "sender_email", "sent_to", "body", "attachments", "is_automatic",
)  # fmt: skip
NO_MESSAGE = {
    "body": REPLACEMENT, "sender_name": "", "sender_email": "", "sent_to": "", "attachments": [], "message_id": "",
    "delivery": "", "delivery_note": "",
}  # fmt: skip

NO_ENTRY: dict[str, Any] = {"before": {}, "after": {}}
"""In words: `platform.audit.blanking` does it."""


def rows_of(person: Person, now: datetime) -> list[PersonRows]:
    """All of it, what people know of first."""
    own_activities, shared_activities = _activities(person)
    messages = _messages(person)
    activity_ids = list(own_activities.values_list("pk", flat=True))
    ids = [*person.own_ids, *activity_ids]
    return [
        *_records(person, now),
        PersonRows("activities", _("Activities and notes"), own_activities, whole=True),
        PersonRows("shared_activities", _("Activities that concern others, too"), shared_activities, blank=STAYS),
        *_cases(person, messages),
        PersonRows("files", _("Files"), _files(ids, messages), file="storage_key"),
        PersonRows("mails", _("Mails that came"), _arrivals(person), file="storage_key"),
        PersonRows("consents", _("Consents"), Consent.objects.filter(object_id__in=person.record_ids)),
        PersonRows("deals", _("Deals they take part in"), _deals(person), ("id", "name", "created_at"), blank=STAYS),
        PersonRows("invitations", _("Invitations"), Invitation.objects.filter(_one_of("email", person.emails))),
        PersonRows("history", _("Entries of the audit"), Entry.objects.filter(about__in=ids), blank=NO_ENTRY),
        *_machinery(ids, list(messages.values_list("pk", flat=True))),
    ]


def _records(person: Person, now: datetime) -> list[PersonRows]:
    gone: dict[str, Any] = {"last_name": _("Erased person"), "first_name": "", "job_title": "", "description": ""}
    gone |= {"custom": {}, "deleted_at": now}
    contact = gone | {"salutation": "", "emails": [], "phones": [], "addresses": []}
    contact |= {"do_not_call": True, "do_not_email": True}
    lead = gone | dict.fromkeys(("company_name", "email", "phone", "website", "lost_reason"), "") | {"conversion": {}}
    contacts, leads = Contact.objects.filter(pk__in=person.contact_ids), Lead.objects.filter(pk__in=person.lead_ids)
    links = ContactCompany.objects.filter(contact__in=person.contact_ids)
    return [
        PersonRows("contacts", _("Contacts"), contacts, blank=contact, whole=True),
        PersonRows("leads", _("Leads"), leads, blank=lead, whole=True),
        PersonRows("companies", _("Links to companies"), links),
    ]


def _activities(person: Person) -> tuple[QuerySet[Activity], QuerySet[Activity]]:
    """Those about this person alone, and those that concern others, too. What is written about a contact stands at
    their company as well, so a company is nobody else."""
    linked = ActivityLink.objects.filter(object_id__in=person.own_ids).values("activity")
    attended = Attendee.objects.filter(contact__in=person.contact_ids).values("activity")
    others = ActivityLink.objects.exclude(object_id__in=person.own_ids).exclude(kind="company").values("activity")
    with_others = Attendee.objects.exclude(contact=None).exclude(contact__in=person.contact_ids).values("activity")
    about = Activity.objects.filter(Q(pk__in=linked) | Q(pk__in=attended))
    alone = Activity.objects.filter(pk__in=linked).exclude(pk__in=others).exclude(pk__in=with_others)
    alone = Activity.objects.filter(Q(pk__in=alone.values("pk")) | Q(series__in=alone.values("pk")))
    return alone, about.exclude(pk__in=alone.values("pk"))


def _messages(person: Person) -> QuerySet[CaseMessage]:
    spoken = _one_of("sender_email", person.emails) | _one_of("sent_to", person.emails)
    return CaseMessage.objects.filter(Q(case__in=person.case_ids) | Q(contact__in=person.contact_ids) | spoken)


def _cases(person: Person, messages: QuerySet[CaseMessage]) -> list[PersonRows]:
    cases = Case.objects.filter(pk__in=person.case_ids)
    blank = {"subject": _("Erased person"), "description": "", "requester_name": "", "requester_email": ""}
    return [
        PersonRows("cases", _("Cases"), cases, CASE_SHOWN, blank=blank | {"custom": {}}, whole=True),
        PersonRows("messages", _("Messages of cases"), messages, MESSAGE_SHOWN, blank=NO_MESSAGE),
    ]


def _files(ids: Iterable[UUID], messages: QuerySet[CaseMessage]) -> QuerySet[File]:
    """On their records, and what came with their messages."""
    sent = [one["file"] for message in messages.exclude(attachments=[]) for one in message.attachments]
    return File.objects.filter(Q(object_id__in=ids) | Q(pk__in=[key for key in sent if key]))


def _arrivals(person: Person) -> QuerySet[Arrival]:
    known = _one_of("sender", person.emails) | _one_of("recipient", person.emails)
    return Arrival.objects.filter(known | Q(case__in=person.case_ids))


def _deals(person: Person) -> QuerySet[Deal]:
    roles = Deal.objects.filter(contacts__in=person.contact_ids).values("pk")
    led = Deal.objects.filter(leads__in=person.lead_ids).values("pk")
    return Deal.objects.filter(Q(primary_contact__in=person.contact_ids) | Q(pk__in=roles) | Q(pk__in=led))


def _machinery(ids: list[UUID], message_ids: list[UUID]) -> list[PersonRows]:
    """What would bring the person back, tells of them in passing, or leads to them."""
    merges = Merge.objects.filter(Q(winner_id__in=ids) | Q(loser_id__in=ids))
    pairs = Pair.objects.filter(Q(first_id__in=ids) | Q(second_id__in=ids))
    changes = PastChange.objects.filter(object_id__in=ids)
    acts = PastAct.objects.filter(record_ids__contained_by=ids, record_ids__len__gt=0)
    links = [*ContactCompany.objects.filter(contact__in=ids).values_list("pk", flat=True)]
    links += ActivityLink.objects.filter(Q(object_id__in=ids) | Q(activity__in=ids)).values_list("pk", flat=True)
    images = ImportChange.objects.filter(object_id__in=[*ids, *links])
    texts = SearchText.objects.filter(Q(object_id__in=ids) | Q(text_id__in=message_ids))
    return [
        PersonRows("merges", _("Merges"), merges),
        PersonRows("pairs", _("Likely duplicates"), pairs, is_shown=False),
        PersonRows("past_changes", _("What bulk changes could undo"), changes, is_shown=False),
        PersonRows("past_acts", _("Bulk changes of them alone"), acts, is_shown=False),
        PersonRows("import_changes", _("What imports could undo"), images, is_shown=False),
        PersonRows("keys", _("Keys in other systems"), ImportReference.objects.filter(object_id__in=ids)),
        PersonRows("notifications", _("Notifications"), Notification.objects.filter(object_id__in=ids)),
        PersonRows("shares", _("Shares"), Share.objects.filter(object_id__in=ids), is_shown=False),
        PersonRows("search", _("Search"), SearchEntry.objects.filter(object_id__in=ids), is_shown=False),
        PersonRows("search_texts", _("Search"), texts, is_shown=False),
        PersonRows("recent", _("Looked at lately"), RecentRecord.objects.filter(object_id__in=ids), is_shown=False),
    ]


def _one_of(column: str, values: Iterable[str]) -> Q:
    condition = Q(pk__in=[])
    for value in values:
        condition |= Q(**{f"{column}__iexact": value})
    return condition
