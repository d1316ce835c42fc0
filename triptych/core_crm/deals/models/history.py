"""Every move of every deal, kept for the record page, the timeline and later analysis."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models

from triptych.core_crm.deals.models.deals import Deal
from triptych.core_crm.deals.models.pipelines import Stage
from triptych.platform.ids import new_id
from triptych.tenants.members.models import Member


class StageChangeQuerySet(models.QuerySet["StageChange"]):
    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")

    def with_names(self) -> Self:
        return self.select_related("from_stage", "to_stage", "by")


class StageChange(models.Model):
    """One entry into a stage. `from_stage` is empty for the first one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="stage_changes")
    from_stage = models.ForeignKey(Stage, models.PROTECT, null=True, related_name="+")
    to_stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True, help_text="Why it was lost, or why it was opened again.")
    time_in_stage = models.DurationField(null=True, help_text="How long it had stood in `from_stage`.")

    objects = StageChangeQuerySet.as_manager()
    audited_with = None

    class Meta:
        indexes = [models.Index(fields=["deal", "-at", "-id"], name="stage_change_of_deal")]

    def __str__(self) -> str:
        return f"{self.from_stage or '—'} → {self.to_stage}"

    @property
    def took(self) -> timedelta:
        return self.time_in_stage or timedelta()
