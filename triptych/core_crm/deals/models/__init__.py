"""Pipelines with their stages, deals, and the history of their moves."""

from triptych.core_crm.deals.models.competitors import Competitor, CompetitorQuerySet, DealCompetitor, LostReason
from triptych.core_crm.deals.models.deals import Deal, DealContact, DealQuerySet
from triptych.core_crm.deals.models.history import StageChange, StageChangeQuerySet
from triptych.core_crm.deals.models.pipelines import (
    ForecastCategory,
    Pipeline,
    PipelineQuerySet,
    Requirement,
    Stage,
    StageQuerySet,
)
from triptych.core_crm.deals.models.rates import ExchangeRate, ExchangeRateQuerySet

__all__ = [
    "Competitor",
    "CompetitorQuerySet",
    "Deal",
    "DealCompetitor",
    "DealContact",
    "DealQuerySet",
    "ExchangeRate",
    "ExchangeRateQuerySet",
    "ForecastCategory",
    "LostReason",
    "Pipeline",
    "PipelineQuerySet",
    "Requirement",
    "Stage",
    "StageChange",
    "StageChangeQuerySet",
    "StageQuerySet",
]
