"""The cell schema: events on their way out, their deliveries, long jobs, and what falls due per tenant.

A tenant's role may insert into the outbox and see its own jobs; the rest belongs to the relay.
"""

from __future__ import annotations

from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from triptych.platform.events.registry import Event
from triptych.platform.ids import new_id

QUEUES = ("interactive", "bulk", "analytics")
"""Waited for by a person; long and patient; heavy reading that must never slow the other two."""


class Outbox(models.Model):
    """An event, written in the transaction of the change it tells of. The relay hands it over after the commit."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    name = models.CharField(max_length=220, help_text="In the past tense: deal.moved.")
    kind = models.CharField(max_length=100, blank=True, help_text="Model of the subject: deals.deal.")
    object_id = models.UUIDField(null=True)
    by = models.UUIDField(null=True, help_text="The member who did it.")
    at = models.DateTimeField()
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    request_id = models.CharField(max_length=64, blank=True)
    handed_over_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("id", name="outbox_waiting", condition=Q(handed_over_at=None))]

    def as_event(self) -> Event:
        """What a handler gets to see."""
        return Event(
            id=self.pk,
            name=self.name,
            tenant_id=self.tenant_id,
            kind=self.kind,
            object_id=self.object_id,
            by=self.by,
            at=self.at,
            facts=self.facts,
            request_id=self.request_id,
        )


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def underway(self, *, at: datetime) -> DeliveryQuerySet:
        """On a queue or in the hands of a worker, as far as we know."""
        return self.filter(state=Delivery.State.QUEUED, next_attempt_at__gt=at)

    def due(self, *, at: datetime) -> DeliveryQuerySet:
        """To be put on a queue: waiting for its time, or put there so long ago that it must be lost."""
        return self.filter(state__in=Delivery.UNFINISHED, next_attempt_at__lte=at).order_by("next_attempt_at", "pk")

    def dead(self) -> DeliveryQuerySet:
        """Given up after too many attempts; `delivering.replay` starts them again."""
        return self.filter(state=Delivery.State.DEAD).order_by("-next_attempt_at", "pk")


class Delivery(models.Model):
    """That one handler is to see one event."""

    class State(models.TextChoices):
        PENDING = "pending"
        QUEUED = "queued"
        DONE = "done"
        DEAD = "dead"

    UNFINISHED = (State.PENDING, State.QUEUED)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    event = models.ForeignKey(Outbox, models.CASCADE, related_name="deliveries")
    handler = models.CharField(max_length=200, help_text="Dotted name of the function.")
    queue = models.CharField(max_length=20, default="interactive")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(help_text="When queued: the time after which it counts as lost.")
    last_error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="delivery_once")]
        indexes = [
            models.Index(
                "queue", "next_attempt_at", name="delivery_unfinished", condition=Q(state__in=["pending", "queued"])
            ),
            models.Index("next_attempt_at", name="delivery_dead", condition=Q(state="dead")),
            models.Index("done_at", name="delivery_done", condition=Q(state="done")),
        ]


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> JobQuerySet:
        return self.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])

    def newest_first(self) -> JobQuerySet:
        return self.order_by("-created_at", "-pk")


class Job(models.Model):
    """Long work that a person started and watches: it reports progress, keeps checkpoints, can be cancelled."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    kind = models.CharField(max_length=60)
    queue = models.CharField(max_length=20, default="bulk")
    args = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    starts = models.PositiveIntegerField(default=0, help_text="Counts starts; a worker writes only under its own.")
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=300, blank=True)
    checkpoint = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    result = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    error = models.TextField(blank=True, help_text="A sentence for the person who started it.")
    cancel_requested = models.BooleanField(default=False)
    heartbeat_at = models.DateTimeField(null=True, help_text="Last sign of life of the queue or the worker.")
    started_by = models.UUIDField(null=True, help_text="The member.")
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["tenant_id", "-created_at"], name="job_of_tenant"),
            models.Index("queue", "created_at", name="job_unfinished", condition=Q(state__in=["queued", "running"])),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_finished(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)

    @property
    def percent(self) -> int | None:
        """How much of it is done, 0 to 100, once the total is known."""
        return min(100, 100 * self.done_count // self.total_count) if self.total_count else None


class Schedule(models.Model):
    """When a schedule declared in code next falls due in one tenant."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    name = models.CharField(max_length=200)
    next_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant_id", "name"], name="schedule_once")]


class Pulse(models.Model):
    """The relay's last sign of life and what it knows of the broker, for those who may not ask the broker."""

    name = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()
    broker_error = models.TextField(blank=True)
