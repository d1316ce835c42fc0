"""What deals contribute to the generic hooks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from triptych.core_crm.activities.records import RecordRef, concerned_by
from triptych.core_crm.activities.timeline import TimelineSource
from triptych.core_crm.deals import access
from triptych.core_crm.deals.defaults import make_defaults, name_defaults
from triptych.core_crm.deals.list_fields import order_by_company, worth_fields
from triptych.core_crm.deals.listing import LIST
from triptych.core_crm.deals.models import Deal, DealQuerySet
from triptych.core_crm.deals.timeline import moves_around, stage_moves
from triptych.core_crm.deals.totals import totals_by
from triptych.core_crm.lists.fields import Field
from triptych.core_crm.lists.spec import ListSpec
from triptych.core_crm.rights.access import hidden_fields
from triptych.core_crm.rights.levels import Noun
from triptych.platform.plugins import Fragment, hookimpl
from triptych.platform.records import Record
from triptych.platform.web.hookspecs import OnboardingStep, Tile
from triptych.platform.web.templatetags.parts import figure
from triptych.tenants.members.models import Member

DEALS = Noun(
    Deal,
    gettext_lazy("Deals"),
    title="name",
    fields=(
        "amount",
        "close_date",
        "lead_source",
        "campaign",
        "next_step",
        "next_step_date",
        "lost_reason",
        "description",
    ),
)


@hookimpl
def record_nouns() -> list[Noun]:
    """Deals. Pipelines are settings."""
    return [DEALS]


@hookimpl
def record_lists() -> list[ListSpec]:
    return [LIST]


@hookimpl
def list_fields(kind: str, member: Member) -> list[Field]:
    return [order_by_company(member), *worth_fields(member)] if kind == "deal" else []


@hookimpl
def tenant_defaults(now: datetime) -> None:
    make_defaults(now)


@hookimpl
def tenant_named() -> None:
    name_defaults()


@hookimpl
def timeline_sources(record: Record, member: Member) -> list[TimelineSource]:
    moves = moves_around(record, member)
    return [] if moves is None else [stage_moves(record, moves)]


@hookimpl
def also_concerned(records: Sequence[RecordRef]) -> list[tuple[RecordRef, RecordRef]]:
    """The company and the primary contact of a deal."""
    deals = {ref.id: ref for ref in records if ref.kind == "deal"}
    return concerned_by(deals, Deal, company="company_id", contact="primary_contact_id")


@hookimpl
def slot(name: str, page: Mapping[str, Any], member: Member) -> list[Fragment]:
    """The deals of a contact or a company, on its page."""
    if name == "company_side":
        deals = access.deals_visible_to(member).of_company(page["company"].pk)
        return [_card(deals, "company", page["company"])]
    if name == "contact_side":
        deals = access.deals_visible_to(member).of_contact(page["contact"].pk)
        return [_card(deals, "contact", page["contact"])]
    return []


SHOWN = 6


def _card(deals: DealQuerySet, kind: str, record: Record) -> Fragment:
    """Open deals first, then the latest; one statement."""
    found = list(deals.for_cards().order_by(F("closed_at").desc(nulls_first=True), "-created_at", "-pk")[: SHOWN + 1])
    context = {"deals": found[:SHOWN], "more": len(found) > SHOWN, "kind": kind, "record": record}
    return Fragment("deals/related_card.html", context, position=20)


@hookimpl
def home_tiles(member: Member) -> list[Tile]:
    """How many deals are open, and what they are worth times their probability, in the tenant's own currency."""
    totals = totals_by(access.deals_visible_to(member).open(), "closed_at")[None]
    if "amount" in hidden_fields(member, "deal"):
        totals.withhold()
    count, has = totals.count, totals.has_amounts
    return [
        Tile(
            _("How many deals are open?"),
            str(figure(count)),
            totals.value_text if has else _("No amounts yet"),
            "/deals/",
            10,
        ),
        Tile(
            _("What is the pipeline worth?"),
            totals.weighted_text if has else "—",
            ngettext("%(count)s deal, by probability", "%(count)s deals, by probability", count) % {"count": count},
            "/deals/?view=table&state=open",
            20,
        ),
    ]


@hookimpl
def onboarding_steps() -> list[OnboardingStep]:
    return [
        OnboardingStep(
            _("Put your first deal on the board"),
            _("Give it a name, what it may be worth, and the next step."),
            "/deals/new/",
            _("New deal"),
            Deal.objects.exists(),
            position=30,
        )
    ]
