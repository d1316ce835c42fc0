"""Activities: tasks, calls, meetings, emails and notes, each linked to any number of records of any kind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Self
from uuid import UUID

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.custom_fields.columns import CustomValuesField
from triptych.platform.ids import new_id
from triptych.platform.records import Record, RecordQuerySet
from triptych.platform.web.addresses import address_of
from triptych.tenants.members.models import Member


class ActivityQuerySet(RecordQuerySet):
    def open(self) -> Self:
        """Those that somebody still has to do."""
        return self.filter(status__in=Activity.OPEN_STATUSES)

    def owned_by(self, member: Member) -> Self:
        return self.filter(owner=member)

    def overdue(self, *, now: datetime) -> Self:
        return self.open().filter(due_at__lt=now)

    def due_between(self, since: datetime, until: datetime) -> Self:
        return self.open().filter(due_at__gte=since, due_at__lt=until)

    def soonest_first(self) -> Self:
        """The order of work: what is due first, things without a date last."""
        return self.order_by(models.F("due_at").asc(nulls_last=True), "pk")

    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")


class Activity(Record):
    class Kind(models.TextChoices):
        TASK = "task", _("Task")
        CALL = "call", _("Call")
        MEETING = "meeting", _("Meeting")
        EMAIL = "email", _("Email")
        NOTE = "note", _("Note")

    class Status(models.TextChoices):
        """Calls and meetings: the first three. Tasks: the rest. Notes and emails have none."""

        PLANNED = "planned", _("Planned")
        HELD = "held", _("Held")
        NOT_HELD = "not_held", _("Not Held")
        NOT_STARTED = "not_started", _("Not Started")
        STARTED = "started", _("Started")
        COMPLETED = "completed", _("Completed")
        CANCELED = "canceled", _("Canceled")
        DEFERRED = "deferred", _("Deferred")

    class Direction(models.TextChoices):
        INBOUND = "inbound", _("Inbound")
        OUTBOUND = "outbound", _("Outbound")

    class Priority(models.TextChoices):
        LOW = "low", _("Low")
        NORMAL = "normal", _("Normal")
        HIGH = "high", _("High")
        URGENT = "urgent", _("Urgent")

    STATUSES_OF = {
        Kind.TASK: (Status.NOT_STARTED, Status.STARTED, Status.COMPLETED, Status.CANCELED, Status.DEFERRED),
        Kind.CALL: (Status.PLANNED, Status.HELD, Status.NOT_HELD),
        Kind.MEETING: (Status.PLANNED, Status.HELD, Status.NOT_HELD),
        Kind.EMAIL: (),
        Kind.NOTE: (),
    }
    OPEN_STATUSES = (Status.PLANNED, Status.NOT_STARTED, Status.STARTED, Status.DEFERRED)

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True, validators=[MaxLengthValidator(20_000)])
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, blank=True)
    start_at = models.DateTimeField(_("start"), null=True, blank=True)
    end_at = models.DateTimeField(_("end"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True, help_text="For calls and meetings: when they start.")
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    duration_minutes = models.PositiveIntegerField(_("duration"), null=True, blank=True)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction.choices, blank=True)
    priority = models.CharField(_("priority"), max_length=10, choices=Priority.choices, default=Priority.NORMAL)
    owner = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="activities", verbose_name=_("owner")
    )
    created_by = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("written by")
    )
    at = models.DateTimeField(_("at"), help_text="Where it stands on a timeline; see `settle`.")
    location = models.CharField(_("place"), max_length=200, blank=True)
    rule = models.CharField(
        _("repeats"), max_length=300, blank=True, help_text="RRULE of RFC 5545; the row then stands for a whole series."
    )
    zone = models.CharField(max_length=60, blank=True, help_text="Of a series: whose wall clock it follows.")
    anchor_at = models.DateTimeField(null=True, blank=True, help_text="Of a series: its first moment (DTSTART).")
    until_at = models.DateTimeField(null=True, blank=True, help_text="Of a series: its last moment, if it has one.")
    series = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="exceptions", help_text="Of which it is a part."
    )
    occurs_at = models.DateTimeField(null=True, blank=True, help_text="For which moment of its series it stands.")
    reminders = models.JSONField(_("reminders"), default=list, blank=True, help_text="Minutes before it is due.")
    remind_at = models.DateTimeField(null=True, blank=True, help_text="When somebody is next told of it.")
    custom = CustomValuesField()

    objects = ActivityQuerySet.as_manager()
    untold = ("anchor_at", "occurs_at", "series")

    class Meta:
        verbose_name_plural = "activities"
        indexes = [
            models.Index(fields=["-at", "-id"], name="activity_list", condition=Q(deleted_at=None)),
            models.Index(
                fields=["owner", "due_at"],
                name="activity_to_do",
                condition=Q(deleted_at=None, status__in=["planned", "not_started", "started", "deferred"]),
            ),
            models.Index(fields=["due_at"], name="activity_calendar", condition=Q(deleted_at=None, rule="")),
            models.Index(fields=["anchor_at"], name="activity_series", condition=~Q(rule="")),
            models.Index(fields=["remind_at"], name="activity_remind", condition=Q(remind_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="activity_series_once",
                condition=Q(rule="", anchor_at=None) | (~Q(rule="") & Q(anchor_at__isnull=False, series=None)),
            ),
            models.UniqueConstraint("series", "occurs_at", name="activity_occurrence_once"),
            models.CheckConstraint(
                name="activity_ends_after_it_starts",
                condition=Q(start_at=None) | Q(end_at=None) | Q(end_at__gte=models.F("start_at")),
            ),
            models.CheckConstraint(
                name="activity_status_of_its_kind",
                condition=Q(kind__in=["note", "email"], status="")
                | Q(kind__in=["call", "meeting"], status__in=["planned", "held", "not_held"])
                | Q(kind="task", status__in=["not_started", "started", "completed", "canceled", "deferred"]),
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.beginning or str(self.get_kind_display())

    def get_absolute_url(self) -> str:
        return address_of("activities:detail", self.pk)

    @property
    def beginning(self) -> str:
        """What it is called without a subject, to whom its text is not hidden."""
        return self.description[:80]

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN_STATUSES

    @property
    def is_series(self) -> bool:
        """Whether it repeats. The row then stands for the next of its moments that nobody has dealt with."""
        return bool(self.rule)

    def settle(self) -> None:
        """Bring the derived times in line, on the object only: the caller saves.

        A planned call or meeting is due when it starts. On a timeline an activity stands at its start; a task, or what
        has no start, stands where it was done, else where it is due, else where it was written down.
        """
        if self.kind in (self.Kind.CALL, self.Kind.MEETING):
            self.due_at = self.start_at
        begun = None if self.kind == self.Kind.TASK else self.start_at
        self.at = begun or self.completed_at or self.due_at or self.created_at


class ActivityLinkQuerySet(models.QuerySet["ActivityLink"]):
    def of(self, object_ids: Iterable[UUID]) -> Self:
        return self.filter(object_id__in=list(object_ids))


class ActivityLink(models.Model):
    """That an activity concerns a record. `at` repeats the activity's, so that one index serves a long timeline."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="links")
    kind = models.CharField(max_length=40, help_text="The name of the record's model in lower case, e.g. contact.")
    object_id = models.UUIDField()
    at = models.DateTimeField()

    objects = ActivityLinkQuerySet.as_manager()
    audited_with = "activity_id"

    class Meta:
        indexes = [models.Index(fields=["object_id", "-at", "-activity"], name="activity_link_timeline")]
        constraints = [models.UniqueConstraint("activity", "object_id", name="activity_link_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


from triptych.core_crm.activities.planning.models import Attendee, CalendarFeed  # noqa: E402 - they point here

__all__ = ["Activity", "ActivityLink", "ActivityLinkQuerySet", "ActivityQuerySet", "Attendee", "CalendarFeed"]
