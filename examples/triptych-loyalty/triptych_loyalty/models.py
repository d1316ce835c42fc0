"""Who has how many points, and where they came from."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from triptych.platform.ids import new_id

SILVER_AT, GOLD_AT = 500, 2000


class AccountQuerySet(models.QuerySet["Account"]):
    def richest_first(self) -> AccountQuerySet:
        """Most points first, of contacts that nobody has deleted."""
        alive = self.filter(contact__deleted_at__isnull=True)
        return alive.select_related("contact").order_by("-points", "pk")


class Account(models.Model):
    """The points of one contact: the sum of its entries."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.OneToOneField("contacts.Contact", models.CASCADE, related_name="+")
    points = models.IntegerField(default=0)
    created_at = models.DateTimeField()

    objects = AccountQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-points", "id"], name="loyalty_richest_first")]
        constraints = [models.CheckConstraint(condition=models.Q(points__gte=0), name="loyalty_points_not_negative")]

    def __str__(self) -> str:
        return f"{self.contact}: {self.points}"

    @property
    def tier(self) -> str:
        """Bronze, silver from 500 points on, gold from 2,000."""
        return str(_("Gold") if self.points >= GOLD_AT else _("Silver") if self.points >= SILVER_AT else _("Bronze"))


class EntryQuerySet(models.QuerySet["Entry"]):
    def of_deals(self, deal_ids: Collection[UUID]) -> dict[UUID, int]:
        """The points that each of these deals has brought, by the deal's id; deals without any are missing."""
        sums = self.filter(deal_id__in=deal_ids).values("deal_id").order_by("deal_id")
        return {row["deal_id"]: row["total"] for row in sums.annotate(total=models.Sum("points"))}


class Entry(models.Model):
    """Points given or taken once. `source` names the cause; the same cause counts only once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="entries")
    points = models.IntegerField()
    reason = models.CharField(max_length=200)
    source = models.CharField(max_length=80, unique=True)
    deal = models.ForeignKey("deals.Deal", models.SET_NULL, null=True, related_name="+")
    given_by = models.ForeignKey("members.Member", models.SET_NULL, null=True, related_name="+")
    given_at = models.DateTimeField()

    objects = EntryQuerySet.as_manager()
    untold = ("source",)

    def __str__(self) -> str:
        return f"{self.points:+} {self.reason}"
