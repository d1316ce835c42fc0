"""Saved views, and acts on many records: what was done to which, so that it can be watched and undone as a whole."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from triptych.platform.collation import NamedQuerySet
from triptych.platform.ids import new_id
from triptych.platform.records import Record, RecordQuerySet
from triptych.tenants.members.models import Member


class PastActQuerySet(models.QuerySet["PastAct"]):
    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")


class PastAct(models.Model):
    """One act on many records of a list. It keeps whom it concerns and how far it has come."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Stopped")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=60, help_text="Of the list: contact.")
    name = models.CharField(max_length=60, help_text="Of the act: change, delete.")
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="Field → value as it was given.")
    record_ids = ArrayField(models.UUIDField(), default=list, help_text="All records it is about.")
    position = models.PositiveIntegerField(default=0, help_text="How many of them are behind us.")
    done_count = models.PositiveIntegerField(default=0)
    skipped_count = models.PositiveIntegerField(default=0)
    skipped = models.JSONField(default=list, help_text="The first that were skipped: id, name, why.")
    undone_count = models.PositiveIntegerField(default=0)
    kept = models.JSONField(default=list, help_text="What undo left as it is: id, name, why.")

    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    job_id = models.UUIDField(null=True)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = PastActQuerySet.as_manager()
    audited_with = None

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="past_act_list")]

    def __str__(self) -> str:
        return f"{self.name} {self.kind}"

    def get_absolute_url(self) -> str:
        return reverse("acts:detail", args=[self.pk])

    @property
    def total_count(self) -> int:
        return len(self.record_ids)

    @property
    def is_underway(self) -> bool:
        return self.state in (self.State.RUNNING, self.State.UNDOING)

    @property
    def may_be_undone(self) -> bool:
        """Whether it has ended and did something. What undo had to leave can be tried again."""
        return self.state in (self.State.DONE, self.State.CANCELLED) and self.done_count > self.undone_count

    def skip(self, pk: UUID, name: str, why: str) -> None:
        """Note that a record was left alone; only the first ones are named."""
        self.skipped_count += 1
        if len(self.skipped) < MOST_NAMED:
            self.skipped = [*self.skipped, told(pk, name, why)]


class PastChange(models.Model):
    """What an act did to one record: the values before it, and the version that it left behind."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    act = models.ForeignKey(PastAct, models.CASCADE, related_name="records")
    object_id = models.UUIDField()
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    version = models.PositiveIntegerField()

    audited_with = None

    class Meta:
        constraints = [models.UniqueConstraint(fields=["act", "object_id"], name="past_change_once")]

    def __str__(self) -> str:
        return f"{self.object_id} v{self.version}"


class SavedViewQuerySet(NamedQuerySet["SavedView"], RecordQuerySet):  # type: ignore[override]
    def visible_to(self, member: Member, teams: Collection[UUID]) -> Self:
        """The member's own, those for everyone, and those of their teams."""
        everyone = Q(sharing=SavedView.Sharing.EVERYONE)
        return self.alive().filter(Q(owner=member) | everyone | Q(sharing=SavedView.Sharing.TEAM, team__in=teams))

    def offered_to(self, member: Member) -> Self:
        """As `visible_to`, those of all teams among them."""
        return self.alive().filter(Q(owner=member) | ~Q(sharing=SavedView.Sharing.PRIVATE))


class SavedView(Record):
    """A list as somebody wants to see it again: what stands in its address, under a name."""

    class Sharing(models.TextChoices):
        PRIVATE = "private", _("Only you")
        TEAM = "team", _("A team")
        EVERYONE = "everyone", _("Everyone")

    kind = models.CharField(max_length=60, help_text="Of the list: contact.")
    name = models.CharField(_("name"), max_length=80)
    state = models.TextField(blank=True, help_text="The parameters of the list's address.")
    owner = models.ForeignKey(Member, models.CASCADE, related_name="+")
    sharing = models.CharField(_("seen by"), max_length=10, choices=Sharing.choices, default=Sharing.PRIVATE)
    team = models.ForeignKey("rights.Team", models.SET_NULL, null=True, blank=True, related_name="+")
    pinned_by = ArrayField(models.UUIDField(), default=list, help_text="Members in whose menu it stands.")
    default_for = ArrayField(models.UUIDField(), default=list, help_text="Members whom the list greets with it.")

    objects = SavedViewQuerySet.as_manager()
    untold = ("state",)

    class Meta:
        indexes = [models.Index(fields=["kind", "name"], name="saved_view_of_list")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("views:open", args=[self.pk])


MOST_NAMED = 200
"""How many records that were left alone are named; all are counted."""


def told(pk: UUID, name: str, why: str) -> dict[str, Any]:
    """A record that was left alone, and why."""
    return {"id": str(pk), "name": name[:200], "why": why[:300]}
