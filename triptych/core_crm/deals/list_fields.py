"""What the list of deals knows of them: fields to filter, group and change in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter

from django import forms
from django.db.models import BinaryField, Case, CharField, F, Q, Value, When
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.contacts.access import companies_visible_to, contacts_visible_to
from triptych.core_crm.contacts.models import Company
from triptych.core_crm.deals import access, actions
from triptych.core_crm.deals.forms import DealForm
from triptych.core_crm.deals.lost_reasons import lost_reasons
from triptych.core_crm.deals.models import Deal, Stage
from triptych.core_crm.deals.rates import base_amount
from triptych.core_crm.lists.changing import Editing
from triptych.core_crm.lists.fields import Editor, Field, Type, field_of
from triptych.core_crm.lists.spec import Column
from triptych.core_crm.money import own_currency
from triptych.core_crm.rights.access import hidden_fields, keys_seen
from triptych.platform import clock
from triptych.platform.refusals import Refused
from triptych.platform.web.templatetags import parts
from triptych.tenants.members.models import Member

STATE = Case(
    When(stage__is_won=True, then=Value("won")),
    When(stage__is_closed=True, then=Value("lost")),
    default=Value("open"),
    output_field=CharField(),
)


def _stages(member: Member) -> list[tuple[str, str]]:
    """Every stage, named with its pipeline where there are several."""
    stages = access.stages_visible_to(member).select_related("pipeline")
    return _named(stages.order_by("pipeline__position", "position", "pk"))


def _named(stages: Iterable[Stage]) -> list[tuple[str, str]]:
    found = list(stages)
    several = len({stage.pipeline_id for stage in found}) > 1
    return [(str(stage.pk), f"{stage.pipeline} · {stage.name}" if several else stage.name) for stage in found]


def _pipelines(member: Member) -> list[tuple[str, str]]:
    return [(str(one.pk), str(one)) for one in access.pipelines_visible_to(member).in_order()]


def _stage_field(member: Member) -> forms.Field:
    stages = access.stages_visible_to(member).active().order_by("pipeline__position", "position", "pk")
    field = forms.ModelChoiceField(stages, label=_("Stage"), empty_label=None)
    field.choices = _named(stages.select_related("pipeline"))
    return field


def _reason_field(_member: Member) -> forms.Field:
    """Why they are lost, if the stage is a lost one."""
    reasons = [("", "—"), *((one, one) for one in lost_reasons())]
    return forms.ChoiceField(
        label=_("Why they are lost"), choices=reasons, required=False, help_text=_("Needed only for a lost stage.")
    )


def _stage_of(deal: Deal) -> dict[str, str]:
    return {"stage": str(deal.stage_id), "reason": deal.lost_reason}


def _move(deal: Deal, to: Stage | dict[str, str], *, by: Member, now: datetime, lost_reason: str = "") -> None:
    """To a stage, lost for that reason; or, undoing that, back into the one where it was."""
    if not isinstance(to, dict):
        actions.move_deal(deal=deal, to=to, by=by, now=now, lost_reason=lost_reason)
        return
    former = Stage.objects.filter(pk=to["stage"]).first()
    if former is None:
        raise Refused(_now("The stage it was in is no longer there."), field="stage")
    if deal.closed_at:
        actions.reopen_deal(deal=deal, to=former, by=by, now=now)
    else:
        actions.move_deal(deal=deal, to=former, by=by, now=now, lost_reason=to["reason"])


def _stale(operator: str, _values: Sequence[str]) -> Q:
    """Deals that have stood in their stage for longer than it allows."""
    stale = Q(pk__in=Deal.objects.stale(clock.now()).values("pk"))
    return stale if operator == "yes" else ~stale


FIELDS = (
    field_of(Deal, "owner", _("Owner")),
    field_of(Deal, "name"),
    Field(
        "state", _("State"), Type.CHOICE, STATE, can_group=True,
        choices=lambda _member: [("open", _("Open")), ("won", _("Won")), ("lost", _("Lost"))],
    ),
    field_of(Deal, "pipeline", choices=_pipelines),
    field_of(Deal, "stage", choices=_stages),
    field_of(Deal, "forecast_category"),
    field_of(Deal, "amount", type=Type.MONEY, currency="currency", in_base=base_amount),
    field_of(Deal, "currency", can_group=True),
    field_of(Deal, "probability"),
    field_of(Deal, "company", records=companies_visible_to, pick_url="/companies/pick/"),
    field_of(Deal, "primary_contact", records=contacts_visible_to, pick_url="/contacts/pick/"),
    field_of(Deal, "type"),
    field_of(Deal, "lead_source", can_group=True),
    field_of(Deal, "campaign", can_group=True),
    field_of(Deal, "next_step"),
    field_of(Deal, "next_step_date"),
    field_of(Deal, "lost_reason", can_group=True),
    field_of(Deal, "description"),
    field_of(Deal, "close_date"),
    field_of(Deal, "closed_at", _("Closed"), as_name="closed"),
    field_of(Deal, "entered_stage_at"),
    Field("stale", _("Stale"), Type.YES_NO, "entered_stage_at", ask=_stale),
    field_of(Deal, "created_at", _("Created"), as_name="created"),
    field_of(Deal, "updated_at", _("Changed"), as_name="updated"),
)  # fmt: skip

EDITING = Editing(
    noun="deal",
    form=DealForm,
    fields=(
        "owner", "close_date", "amount", "currency", "probability", "type", "lead_source", "campaign", "next_step",
        "next_step_date", "company", "primary_contact", "lost_reason", "description",
    ),
    to_change=access.deal_to_change,
    to_restore=access.deal_to_restore,
    update=actions.update_deal,
    delete=actions.delete_deal,
    restore=actions.restore_deal,
    also={"stage": Editor(_stage_field, read=_stage_of, write=_move, also={"lost_reason": _reason_field})},
)  # fmt: skip


def order_by_company(member: Member) -> Field:
    """The name of a deal's company to sort by; of one that the member does not see, nothing."""
    seen, name = keys_seen(member, Company), F("company__sort_key")
    key = Case(
        When(Q(company__isnull=False) if seen is None else Q(company__in=seen), then=name), output_field=BinaryField()
    )
    return Field("company_order", _("Company"), Type.TEXT, key, can_filter=False)


def worth_fields(member: Member) -> list[Field]:
    """The amount in the workspace's own currency, to show, sort and filter by; nothing for whom amounts are hidden."""
    if "amount" in hidden_fields(member, "deal"):
        return []
    base, name = own_currency(), "base_amount"
    label = _now("Amount in %(currency)s") % {"currency": base}
    column = Column(
        name, label, text=attrgetter(name), cell=lambda deal: parts.money(getattr(deal, name), base), order=(name,),
        css="number", shown=False, sorts_few=True,
    )  # fmt: skip
    return [Field(name, label, Type.MONEY, base_amount(), column=column)]
