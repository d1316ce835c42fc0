"""Whom one competes with, and why deals are lost."""

from __future__ import annotations

from typing import Self

from django.core.validators import MaxLengthValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.deals.models.deals import Deal
from triptych.platform.collation import CollationKeyField
from triptych.platform.ids import new_id
from triptych.platform.records import Record, RecordQuerySet


class CompetitorQuerySet(RecordQuerySet):
    def by_name(self) -> Self:
        return self.order_by("sort_key", "pk")


class Competitor(Record):
    """Somebody who sells to the same customers."""

    name = models.CharField(_("name"), max_length=200)
    sort_key = CollationKeyField("name")
    website = models.CharField(_("website"), max_length=200, blank=True, validators=[URLValidator(["http", "https"])])
    strengths = models.TextField(_("strengths"), blank=True, validators=[MaxLengthValidator(5_000)])
    weaknesses = models.TextField(_("weaknesses"), blank=True, validators=[MaxLengthValidator(5_000)])
    company = models.ForeignKey(
        "contacts.Company", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("company")
    )

    objects = CompetitorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="competitor_name_once", condition=Q(deleted_at=None)),
        ]

    def __str__(self) -> str:
        return self.name


class DealCompetitor(models.Model):
    """That somebody competes for a deal."""

    class State(models.TextChoices):
        IN_PLAY = "in_play", _("In the running")
        BEATEN = "beaten", _("Beaten")
        LOST_TO = "lost_to", _("Lost to")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="deal_competitors")
    competitor = models.ForeignKey(Competitor, models.CASCADE, related_name="deal_competitors")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.IN_PLAY)

    class Meta:
        constraints = [models.UniqueConstraint("deal", "competitor", name="deal_competitor_once")]

    def __str__(self) -> str:
        return f"{self.competitor} ({self.get_state_display()})"


class LostReason(models.Model):
    """A reason to choose from when a deal is lost."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="lost_reason_once")]

    def __str__(self) -> str:
        return self.name
