"""Who may see or change deals and pipelines: the one way to fetch them for somebody.

Roles decide, in `rights.access`. Everybody sees pipelines; owners and admins change them.
"""

from uuid import UUID

from django.shortcuts import get_object_or_404

from triptych.core_crm.deals.models import (
    Competitor,
    CompetitorQuerySet,
    Deal,
    DealQuerySet,
    ExchangeRate,
    ExchangeRateQuerySet,
    Pipeline,
    PipelineQuerySet,
    Stage,
    StageQuerySet,
)
from triptych.core_crm.money import own_currency
from triptych.core_crm.rights import must_be_writer
from triptych.core_crm.rights.access import CHANGE, DELETE, must, visible
from triptych.tenants.members.access import administering
from triptych.tenants.members.models import Member


def deals_visible_to(member: Member) -> DealQuerySet:
    """The deals that the member may see, without those in the bin."""
    return visible(member, Deal.objects.alive())


def pipelines_visible_to(member: Member) -> PipelineQuerySet:
    """The pipelines that the member may see, retired ones included."""
    return Pipeline.objects.alive()


def rates_visible_to(member: Member) -> ExchangeRateQuerySet:
    """The exchange rates into the tenant's own currency, which everybody may see."""
    return ExchangeRate.objects.into(own_currency())


def rate_to_change(member: Member, pk: UUID) -> ExchangeRate:
    """Raises Http404 for a rate that is not there, Forbidden for whoever does not administer."""
    rate: ExchangeRate = get_object_or_404(rates_visible_to(member), pk=pk)
    administering(member)
    return rate


def competitors_visible_to(member: Member) -> CompetitorQuerySet:
    """The competitors, which everybody may see."""
    return Competitor.objects.alive()


def competitor_to_change(member: Member, pk: UUID) -> Competitor:
    """Raises Http404 for a competitor that is not there, Forbidden for somebody who may only read."""
    competitor: Competitor = get_object_or_404(competitors_visible_to(member).select_related("company"), pk=pk)
    must_be_writer(member)
    return competitor


def stages_visible_to(member: Member) -> StageQuerySet:
    """The stages that the member may see, retired ones included."""
    return Stage.objects.alive()


def deal_to_see(member: Member, pk: UUID) -> Deal:
    """Raises Http404 for a deal that is not there for this member."""
    found: Deal = get_object_or_404(deals_visible_to(member).for_cards().select_related("pipeline"), pk=pk)
    return found


def deal_to_change(member: Member, pk: UUID) -> Deal:
    """Raises Http404 for one that is not there for this member, Forbidden if they may not change it."""
    deal = deal_to_see(member, pk)
    must(member, CHANGE, deal)
    return deal


def deal_to_delete(member: Member, pk: UUID) -> Deal:
    """Raises Http404 for one that is not there for this member, Forbidden if they may not delete it."""
    deal = deal_to_see(member, pk)
    must(member, DELETE, deal)
    return deal


def deal_to_restore(member: Member, pk: UUID) -> Deal:
    """A deal in the bin or out again; Http404 if none is there for them, Forbidden if they may not delete it."""
    deals = visible(member, Deal.objects.all()).for_cards().select_related("pipeline")
    deal: Deal = get_object_or_404(deals, pk=pk)
    must(member, DELETE, deal)
    return deal


def pipeline_to_see(member: Member, pk: UUID) -> Pipeline:
    """Raises Http404 for a pipeline that is not there for this member."""
    found: Pipeline = get_object_or_404(pipelines_visible_to(member), pk=pk)
    return found


def pipeline_to_change(member: Member, pk: UUID) -> Pipeline:
    """Raises Http404 for a pipeline that is not there, Forbidden for whoever does not administer."""
    pipeline = pipeline_to_see(member, pk)
    administering(member)
    return pipeline


def stage_to_see(member: Member, pk: UUID) -> Stage:
    """Raises Http404 for a stage that is not there for this member."""
    found: Stage = get_object_or_404(stages_visible_to(member).select_related("pipeline"), pk=pk)
    return found


def stage_to_change(member: Member, pk: UUID) -> Stage:
    """Raises Http404 for a stage that is not there, Forbidden for whoever does not administer."""
    stage = stage_to_see(member, pk)
    administering(member)
    return stage
