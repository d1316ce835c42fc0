"""What cases contribute to the generic hooks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from triptych.core_crm.activities.records import RecordRef, concerned_by
from triptych.core_crm.activities.timeline import TimelineSource
from triptych.core_crm.cases import access
from triptych.core_crm.cases.defaults import make_defaults, name_defaults
from triptych.core_crm.cases.findable import found_in
from triptych.core_crm.cases.listing import LIST
from triptych.core_crm.cases.models import Case
from triptych.core_crm.cases.timeline import cases_around, messages, openings
from triptych.core_crm.lists.spec import ListSpec
from triptych.core_crm.rights.levels import Noun
from triptych.platform.plugins import Fragment, hookimpl
from triptych.platform.records import Record
from triptych.platform.search.hookspecs import FoundText
from triptych.platform.web.hookspecs import Tile
from triptych.platform.web.templatetags.parts import figure
from triptych.tenants.members.models import Member

CASES = Noun(
    Case,
    gettext_lazy("Cases"),
    title="subject",
    fields=("description",),
    follows={"requester_email": ("contact", "emails")},
)


@hookimpl
def record_nouns() -> list[Noun]:
    """Cases, their conversations with them."""
    return [CASES]


@hookimpl
def record_lists() -> list[ListSpec]:
    return [LIST]


@hookimpl
def tenant_defaults(now: datetime) -> None:
    make_defaults(now)


@hookimpl
def tenant_named() -> None:
    name_defaults()


@hookimpl
def timeline_sources(record: Record, member: Member) -> list[TimelineSource]:
    cases = cases_around(record, member)
    return [] if cases is None else [openings(cases), messages(cases)]


@hookimpl
def found_texts(kind: str, ids: Collection[UUID]) -> list[FoundText]:
    return found_in(ids) if kind == "case" else []


@hookimpl
def also_concerned(records: Sequence[RecordRef]) -> list[tuple[RecordRef, RecordRef]]:
    """The contact, the company and the deal of a case."""
    cases = {ref.id: ref for ref in records if ref.kind == "case"}
    return concerned_by(cases, Case, contact="contact_id", company="company_id", deal="deal_id")


SLOTS = {"contact_side": "contact", "company_side": "company", "deal_side": "deal"}
SHOWN = 5


@hookimpl
def slot(name: str, page: Mapping[str, Any], member: Member) -> list[Fragment]:
    """The cases of a contact, a company or a deal, on its page: open ones first; one statement."""
    kind = SLOTS.get(name)
    if kind is None:
        return []
    record = page[kind]
    cases = access.cases_visible_to(member).filter(**{kind: record})
    found = list(cases.order_by(F("resolved_at").desc(nulls_first=True), "-number", "pk")[: SHOWN + 1])
    found.sort(key=lambda case: (not case.is_open, -case.number))
    context = {"cases": found[:SHOWN], "more": len(found) > SHOWN, "kind": kind, "record": record}
    return [Fragment("cases/related_card.html", context, position=40)]


@hookimpl
def home_tiles(member: Member) -> list[Tile]:
    """How many cases are open, and how many of them wait for an answer."""
    cases = access.cases_visible_to(member).open()
    counts = cases.aggregate(count=Count("pk"), waiting=Count("pk", filter=Q(awaits_reply=True)))
    waiting = counts["waiting"]
    note = ngettext("%(count)s not yet answered", "%(count)s not yet answered", waiting) % {"count": waiting}
    return [Tile(_("How many customers wait for help?"), str(figure(counts["count"])), note, "/cases/", 40)]
