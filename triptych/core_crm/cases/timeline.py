"""What cases put on the timelines of contacts, companies and deals: that they were opened, and what was said."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from triptych.core_crm.activities.timeline import Entry, TimelineSource, Wanted
from triptych.core_crm.cases.access import cases_visible_to
from triptych.core_crm.cases.models import CaseMessage, CaseQuerySet
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.models import Deal
from triptych.platform.records import Record
from triptych.tenants.members.models import Member

KINDS = {"case": gettext_lazy("Cases")}


def cases_around(record: Record, member: Member) -> CaseQuerySet | None:
    """The cases that a record's timeline tells of; None for records that have nothing to do with cases."""
    cases = cases_visible_to(member)
    if isinstance(record, Contact):
        return cases.filter(contact=record)
    if isinstance(record, Company):
        return cases.filter(company=record)
    if isinstance(record, Deal):
        return cases.filter(deal=record)
    return None


def openings(cases: CaseQuerySet) -> TimelineSource:
    def entries(wanted: Wanted) -> list[Entry]:
        return [
            Entry(
                at=case.created_at,
                key=case.pk,
                kind="case",
                title=_("Case opened: %(case)s") % {"case": case},
                icon="lifebuoy",
                tone="red",
                body=case.description,
                url=case.get_absolute_url(),
            )
            for case in wanted.page_of(cases, at="created_at")
        ]

    return TimelineSource(KINDS, entries)


def messages(cases: CaseQuerySet) -> TimelineSource:
    def entries(wanted: Wanted) -> list[Entry]:
        rows = CaseMessage.objects.filter(case__in=cases)
        page = wanted.page_of(rows).select_related("case", "author", "contact")
        return [message_entry(message) for message in page]

    return TimelineSource(KINDS, entries)


def message_entry(message: CaseMessage) -> Entry:
    if message.is_internal:
        said = _("Internal note on #%(number)s")
    elif message.author_id:
        said = _("Reply on #%(number)s")
    else:
        said = _("Customer wrote on #%(number)s")
    return Entry(
        at=message.at,
        key=message.pk,
        kind="case",
        title=said % {"number": message.case.number},
        icon="lock" if message.is_internal else "message",
        tone="amber" if message.is_internal else "blue",
        by=message.said_by,
        body=message.body,
        url=message.case.get_absolute_url(),
        internal=message.is_internal,
    )
