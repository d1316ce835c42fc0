"""What the page of a deal shows of it, and how."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.deals.listing import stage_tag
from triptych.core_crm.deals.models import Deal, Stage
from triptych.core_crm.deals.rates import rates_for
from triptych.core_crm.deals.templatetags.deals import lasted
from triptych.core_crm.editing.pages import Fact, facts_of
from triptych.core_crm.lists.cells import link_to
from triptych.core_crm.money import own_currency
from triptych.platform.plugins import hooks
from triptych.platform.web.templatetags import parts


def plain(name: str, label: Any, **more: Any) -> Fact:
    """A field shown as it is."""
    return Fact(name, label, lambda deal: getattr(deal, name), **more)


def _amount(deal: Deal) -> SafeString | str:
    return "" if deal.amount is None else parts.money(deal.amount, deal.currency)


def _worth(deal: Deal) -> SafeString | str:
    """The amount in the tenant's own currency, with the rate; nothing for a deal that is in that currency."""
    if deal.amount is None or deal.currency == own_currency():
        return ""
    rates = rates_for([deal.currency])
    rate, worth = rates.of_deal(deal), rates.worth(deal)
    if rate is None or worth is None:
        return parts.tag(_t("No rate for %(currency)s") % {"currency": deal.currency}, "amber")
    said = (
        _t("1 {} = {} {}, fixed when it closed") if deal.closing_rate is not None else _t("1 {} = {} {}, today's rate")
    )
    how = format_html(said, deal.currency, parts.figure(rate, 6), rates.base)
    return format_html('{} <span class="quiet small d-block">{}</span>', parts.money(worth, rates.base), how)


def _owner(deal: Deal) -> SafeString | str:
    return parts.person(deal.owner.name) if deal.owner else ""


def _expected(deal: Deal) -> SafeString | str:
    return parts.when(deal.close_date, due=deal.is_open) if deal.close_date else ""


def _next_step_date(deal: Deal) -> SafeString | str:
    return parts.when(deal.next_step_date, due=deal.is_open) if deal.next_step_date else ""


NEXT_STEP = (
    plain("next_step", _("Next step")),
    Fact("next_step_date", _("Next step on"), _next_step_date, plain=lambda deal: str(deal.next_step_date or "")),
)
FACTS = (
    plain("name", _("Name")),
    Fact("amount", _("Amount"), _amount, plain=lambda deal: str(deal.amount or "")),
    plain("currency", _("Currency")),
    Fact("worth", _("In own currency"), _worth),
    Fact("close_date", _("Expected close"), _expected, plain=lambda deal: str(deal.close_date or "")),
    Fact("probability", _("Probability"), lambda deal: f"{deal.probability} %"),
    Fact("owner", _("Owner"), _owner, plain=lambda deal: deal.owner.name if deal.owner else ""),
    *NEXT_STEP,
    Fact("company", _("Company"), lambda deal: deal.company, heading=_("Who")),
    Fact("primary_contact", _("Primary contact"), lambda deal: deal.primary_contact),
    Fact("type", _("Type"), Deal.get_type_display, heading=_("More")),
    plain("lead_source", _("Lead source")),
    plain("campaign", _("Campaign")),
    plain("lost_reason", _("Lost reason")),
    plain("lost_details", _("More on why it was lost")),
    plain("description", _("Description")),
)


def facts_shown(deal: Deal, *, may_write: bool) -> list[dict[str, Any]]:
    """The facts of a deal; those that its stage or its lines set can be read but not typed."""
    fixed = {"worth", "amount", "currency"} if deal.amount_is_total else {"worth"}
    if not deal.is_open:
        fixed.add("probability")
    shown = facts_of(FACTS, deal, may_write=may_write)
    left_out = set() if deal.is_lost else {"lost_reason", "lost_details"}
    if deal.currency == own_currency():
        left_out.add("worth")
    return [
        {**fact, "edit_url": ""} if fact.get("name") in fixed else fact
        for fact in shown
        if fact.get("name") not in left_out
    ]


def head_of(deal: Deal, stages: Sequence[Stage], *, may_write: bool, now: datetime) -> dict[str, Any]:
    """What the head of a deal's page says; `stages` are those that it may be moved to."""
    own = [stage for stage in stages if stage.pipeline_id == deal.pipeline_id]
    facts: list[Any] = [stage_tag(deal)]
    if deal.amount is not None:
        facts.append(format_html("<b>{}</b>", parts.money(deal.amount, deal.currency)))
    facts.extend(link_to(record) for record in (deal.company, deal.primary_contact) if record)
    if deal.is_open:
        facts.append(_time_in_stage(deal, now))
    if deal.is_open and not deal.next_step:
        facts.append(parts.tag(_t("No next step"), "amber"))
    for badge in hooks.gather_rows("deal_badges", deals=[deal], now=now).get(deal.pk, []):
        facts.append(parts.tag(badge.label, badge.colour))
    if deal.closed_at:
        facts.append(format_html("{} {}", _t("Closed"), parts.when(deal.closed_at)))
    return {
        "title": deal.name,
        "subtitle": "",
        "icon": "layout-kanban",
        "facts": facts,
        "acts_template": "deals/acts.html" if may_write else "",
        "deal": deal,
        "elsewhere": sorted(
            (stage for stage in stages if stage.pipeline_id != deal.pipeline_id),
            key=lambda stage: (stage.pipeline.position, stage.pipeline_id),
        ),
        "won": next((stage for stage in own if stage.is_won), None),
        "lost": next((stage for stage in own if stage.is_lost), None),
    }


def _time_in_stage(deal: Deal, now: datetime) -> SafeString:
    """How long it has stood in its stage, marked when that is too long."""
    said = format_html(_t("{} in this stage"), lasted(deal.time_in_stage(now=now)))
    return format_html("{} {}", parts.tag(_t("Stale"), "amber"), said) if deal.is_stale(now=now) else said


def path_of(deal: Deal, stages: Sequence[Stage]) -> list[dict[str, Any]]:
    """The stages of a deal's pipeline as the component `stage_path.html` takes them."""
    own = [stage for stage in stages if stage.pipeline_id == deal.pipeline_id]
    shown = [stage for stage in own if not stage.is_closed or stage.pk == deal.stage_id]
    if not any(stage.pk == deal.stage_id for stage in shown):
        shown.append(deal.stage)  # a retired stage that it still stands in
    place = next(number for number, stage in enumerate(shown) if stage.pk == deal.stage_id)
    return [
        {
            "label": stage.name,
            "value": stage.pk,
            "state": "now" if number == place else "past" if number < place else "ahead",
        }
        for number, stage in enumerate(shown)
    ]
