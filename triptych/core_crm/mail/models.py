"""Mails that came, each kept whole before anybody tries to understand it. What left stands at the case's message."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.cases.models import Case
from triptych.platform.ids import new_id


class ArrivalQuerySet(models.QuerySet["Arrival"]):
    def of_concern(self) -> ArrivalQuerySet:
        """Those somebody should look at: not understood, set aside, or waiting."""
        return self.exclude(state=Arrival.State.TAKEN)

    def newest_first(self) -> ArrivalQuerySet:
        return self.order_by("-received_at", "-pk")

    def from_sender_since(self, sender: str, since: datetime) -> ArrivalQuerySet:
        """What that address sent lately."""
        return self.filter(sender=sender, received_at__gte=since)


class Arrival(models.Model):
    """A mail as it came. Its bytes stand in the tenant's own folder under `storage_key`."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        TAKEN = "taken", _("Taken in")
        ASIDE = "aside", _("Set aside")
        FAILED = "failed", _("Not understood")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    fingerprint = models.CharField(max_length=64, unique=True, help_text="The same for copies of one mail.")
    storage_key = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="In bytes.")
    recipient = models.CharField(max_length=320, blank=True, help_text="The address it was brought to.")
    sender = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it was set aside or not understood.")
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="+")
    received_at = models.DateTimeField()

    objects = ArrivalQuerySet.as_manager()
    audited_with = None  # what it becomes is audited: the case and its message

    class Meta:
        indexes = [
            models.Index("received_at", "id", name="arrival_of_concern", condition=~Q(state="taken")),
            models.Index("sender", "received_at", name="arrival_of_sender"),
        ]

    def __str__(self) -> str:
        return self.subject or self.sender or str(self.pk)
