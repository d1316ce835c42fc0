"""The ways a tenant sells: pipelines, and the stages a deal passes in each."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from triptych.platform.records import Record, RecordQuerySet


class ForecastCategory(models.TextChoices):
    """How sure a deal counts in the forecast."""

    OMITTED = "omitted", _("Omitted")
    PIPELINE = "pipeline", _("Pipeline")
    BEST_CASE = "best_case", _("Best case")
    COMMIT = "commit", _("Commit")
    CLOSED = "closed", _("Closed")


class Requirement(models.TextChoices):
    """What a stage may ask of a deal before it lets it in. `actions.gates` knows how each is met."""

    AMOUNT = "amount", _("Amount")
    CLOSE_DATE = "close_date", _("Expected close")
    NEXT_STEP = "next_step", _("Next step")
    COMPANY = "company", _("Company")
    CONTACT = "contact", _("Contact")
    DECISION_MAKER = "decision_maker", _("Decision maker")
    OWNER = "owner", _("Owner")
    TYPE = "type", _("Type")
    LEAD_SOURCE = "lead_source", _("Lead source")
    CAMPAIGN = "campaign", _("Campaign")
    DESCRIPTION = "description", _("Description")


class PipelineQuerySet(RecordQuerySet):
    def active(self) -> Self:
        """Pipelines in which new deals may be put."""
        return self.filter(is_active=True)

    def in_order(self) -> Self:
        return self.order_by("position", "pk")


class Pipeline(Record):
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    is_default = models.BooleanField(_("default"), default=False)

    objects = PipelineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="pipeline_name_once", condition=Q(is_active=True)),
            models.UniqueConstraint("is_default", name="pipeline_one_default", condition=Q(is_default=True)),
        ]

    def __str__(self) -> str:
        return self.name


class StageQuerySet(RecordQuerySet):
    def active(self) -> Self:
        """Stages that deals may still enter."""
        return self.filter(is_active=True)

    def open(self) -> Self:
        """Stages in which a deal is still being worked on."""
        return self.filter(is_closed=False)

    def open_to(self, pipeline: UUID) -> Self:
        """Where an open deal of that pipeline may go: its own stages, and the open ones of other pipelines in use."""
        elsewhere = Q(pipeline__is_active=True, is_closed=False)
        return self.active().filter(Q(pipeline=pipeline) | elsewhere).select_related("pipeline")

    def in_order(self) -> Self:
        """As a deal passes them: open ones, then won, then lost."""
        return self.order_by("is_closed", "-is_won", "position", "pk")


class Stage(Record):
    """A step of a pipeline. It sets probability, forecast category, closed and won of the deals that enter it."""

    class Status(models.TextChoices):
        """What a stage means whatever it is called, so that reports survive renaming."""

        PROSPECTING = "prospecting", _("Prospecting")
        QUALIFICATION = "qualification", _("Qualification")
        ENGAGEMENT = "engagement", _("Engagement")
        PROPOSAL = "proposal", _("Proposal")
        NEGOTIATION = "negotiation", _("Negotiation")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="stages", verbose_name=_("pipeline"))
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    status = models.CharField(_("meaning"), max_length=20, choices=Status.choices)
    probability = models.PositiveSmallIntegerField(
        _("probability"), validators=[MaxValueValidator(100)], help_text="Per cent."
    )
    forecast_category = models.CharField(_("forecast category"), max_length=10, choices=ForecastCategory.choices)
    is_closed = models.BooleanField(_("closed"), default=False)
    is_won = models.BooleanField(_("won"), default=False)
    is_active = models.BooleanField(
        _("active"), default=True, help_text="A retired stage keeps its history and takes no deals."
    )

    required_fields = ArrayField(
        models.CharField(max_length=20, choices=Requirement.choices),
        verbose_name=_("needed to enter"),
        default=list,
        blank=True,
        help_text="What a deal must have to enter.",
    )
    further_gates = ArrayField(
        models.CharField(max_length=100),
        verbose_name=_("also needed to enter"),
        default=list,
        blank=True,
        help_text="Names of what own fields and plugins bring; one that nobody brings any more is not asked.",
    )
    stale_after_days = models.PositiveSmallIntegerField(
        _("stale after days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="After how many days in it a deal is marked as stale; never if empty.",
    )

    objects = StageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("pipeline", Lower("name"), name="stage_name_once", condition=Q(is_active=True)),
            models.CheckConstraint(condition=Q(probability__lte=100), name="stage_probability_at_most_100"),
            models.CheckConstraint(
                name="stage_closed_as_status_says",
                condition=Q(status="won", is_closed=True, is_won=True)
                | Q(status="lost", is_closed=True, is_won=False)
                | (~Q(status__in=["won", "lost"]) & Q(is_closed=False, is_won=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_lost(self) -> bool:
        return self.is_closed and not self.is_won
