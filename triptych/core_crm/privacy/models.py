"""What stays of an erasure: that it was done, when, by whom, of how many rows, and by which address nobody learns."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from triptych.platform.ids import new_id
from triptych.tenants.members.models import Member


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def newest_first(self) -> ErasureQuerySet:
        return self.order_by("-asked_at", "-pk")

    def underway(self) -> ErasureQuerySet:
        """Asked for and not yet done."""
        return self.filter(state=Erasure.State.WAITING)


class Erasure(models.Model):
    """The erasure of one person: an order until it is done, its receipt from then on.

    `order` says who is meant (an address, or a record's kind and id) and is emptied when it is done. `hashes` are
    keyed hashes of the addresses, by which an address that comes again is known without being kept.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Underway")
        DONE = "done", _("Done")
        FAILED = "failed", _("Not done")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    order = models.JSONField(default=dict)
    hashes = ArrayField(models.CharField(max_length=64), default=list)
    counts = models.JSONField(default=list, encoder=DjangoJSONEncoder, help_text="[{kind, label, count, fate}]")
    files_left = models.JSONField(default=list, help_text="Names in the storage whose bytes are still to go.")
    why = models.CharField(max_length=300, blank=True, help_text="Why it was not done, or which rule did it.")
    job_id = models.UUIDField(null=True)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    objects = ErasureQuerySet.as_manager()
    audited_without = ("order", "files_left")

    class Meta:
        verbose_name = _("erasure of a person")
        indexes = [models.Index(fields=["-asked_at", "-id"], name="erasure_list")]

    def __str__(self) -> str:
        return f"{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("privacy:receipt", args=[self.pk])

    @property
    def total_count(self) -> int:
        """How many rows were deleted or blanked."""
        return sum(part["count"] for part in self.counts if part["fate"] != "kept")

    def as_receipt(self) -> dict[str, Any]:
        """The receipt as JSON: nothing in it tells who was erased."""
        return {
            "receipt": str(self.pk),
            "state": self.state,
            "asked_at": self.asked_at.isoformat(),
            "done_at": self.done_at.isoformat() if self.done_at else None,
            "by": str(self.by) if self.by else None,
            "why": self.why,
            "addresses": self.hashes,
            "counts": self.counts,
            "backups": str(BACKUPS),
        }


BACKUPS = _(
    "Backups and archives that were made before still hold the person, until they are overwritten. Whoever restores "
    "one erases the person again: this receipt tells when."
)
