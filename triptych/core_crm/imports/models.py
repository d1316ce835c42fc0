"""Imports, what they found odd, what they changed, and the keys by which other systems know our records."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from triptych.platform.ids import new_id
from triptych.tenants.members.models import Member


class ImportQuerySet(models.QuerySet["Import"]):
    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")

    def of_upload(self, upload_id: UUID) -> Self:
        """What came in together, in the order in which it was given."""
        return self.filter(upload_id=upload_id).order_by("place", "pk")

    def unfinished(self) -> Self:
        """Begun and neither ended nor cancelled: running, or interrupted."""
        return self.filter(state=Import.State.RUNNING)


class Import(models.Model):
    """One table on its way in. It keeps the file, the choices made, and how far the writing has come.

    Tables that were given together share an `upload_id`: they link to each other, run as one job and are undone as one.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Stopped")
        FAILED = "failed", _("Failed")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    class Mode(models.TextChoices):
        CREATE = "create", _("Add new ones only")
        UPDATE = "update", _("Update those already here, add the rest")
        UPDATE_ONLY = "update_only", _("Update those already here only")

    class Overwrite(models.TextChoices):
        """Which of two values stays when a record that is here already has one, too."""

        ALWAYS = "always", _("Take the file's")
        IF_EMPTY = "if_empty", _("Only where it is empty here")
        NEVER = "never", _("Only for new records")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    object_name = models.CharField(max_length=60, blank=True, help_text="Name of the importer: companies.")
    file = models.CharField(max_length=300, help_text="Name in the tenant's storage.")
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file.")
    layout = models.JSONField(default=dict, help_text="Encoding, separator, sheet.")
    columns = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(default=0)
    mapping = models.JSONField(default=dict, help_text="Field → column.")
    mode = models.CharField(max_length=20, choices=Mode.choices, default=Mode.CREATE)
    date_orders = models.JSONField(default=dict, help_text="Column → mdy or dmy, where somebody has decided.")
    decisions = models.JSONField(default=dict, help_text="Field → value → what to do with rows that hold it.")
    overwrite = models.JSONField(default=dict, help_text="Field → when an update writes it, where not always.")
    upload_id = models.UUIDField(null=True, db_index=True, help_text="Shared by what was given together.")
    place = models.PositiveSmallIntegerField(default=0, help_text="Within the upload, as it was given.")
    is_part = models.BooleanField(default=False, help_text="Whether its rows hold other objects, too.")
    options = models.JSONField(default=dict, help_text="What the object asks besides, such as the pipeline.")

    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    checked_at = models.DateTimeField(null=True, help_text="Last dry run with the choices as they stand.")
    linking = models.BooleanField(default=False, help_text="Whether the second pass, over the deferred links, is on.")
    position = models.PositiveIntegerField(default=0, help_text="Rows of the current pass that are behind us.")
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    rejected_count = models.PositiveIntegerField(default=0)
    doubtful_count = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    job_id = models.UUIDField(null=True, help_text="The job that writes it or undoes it.")
    undo_report = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    started_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="imports")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()
    audited_with = None

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="import_list")]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("imports:detail", args=[self.pk])

    @property
    def home(self) -> str:
        """The page of everything that came in with it."""
        return reverse("imports:upload", args=[self.upload_id]) if self.upload_id else self.get_absolute_url()

    @property
    def is_underway(self) -> bool:
        return self.state in (self.State.RUNNING, self.State.UNDOING)

    @property
    def may_be_undone(self) -> bool:
        """Whether it has ended and left something behind."""
        ended = (self.State.DONE, self.State.CANCELLED, self.State.FAILED)
        return self.state in ended and bool(self.created_count or self.updated_count)

    def start(self, *, by: Member, at: datetime, job_id: UUID | None) -> None:
        """Stand before the first row, with nothing counted and nothing found."""
        self.findings.all().delete()
        self.state, self.position, self.linking = self.State.RUNNING, 0, False
        self.created_count = self.updated_count = self.rejected_count = self.doubtful_count = 0
        self.started_by, self.updated_at = by, at
        self.job_id = job_id or self.job_id

    def together(self) -> list[Import]:
        """All that came in with it, itself too, in the order in which it was given."""
        return list(Import.objects.of_upload(self.upload_id)) if self.upload_id else [self]


class FindingQuerySet(models.QuerySet["ImportFinding"]):
    def worst_first(self) -> Self:
        return self.order_by("-is_rejection", "field", "code", "-row_count", "value", "pk")


class ImportFinding(models.Model):
    """Something odd about rows of an import: all rows of which the same is to be said about the same value."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    of_import = models.ForeignKey(Import, models.CASCADE, related_name="findings")
    field = models.CharField(max_length=60, blank=True)
    code = models.CharField(max_length=40)
    value = models.CharField(max_length=200, blank=True)
    is_rejection = models.BooleanField()
    message = models.CharField(max_length=500)
    suggestion = models.CharField(max_length=200, blank=True)
    is_taken = models.BooleanField(default=False, help_text="Whether the suggestion was taken.")
    rows = ArrayField(models.PositiveIntegerField(), default=list)
    row_count = models.PositiveIntegerField(default=0)

    objects = FindingQuerySet.as_manager()
    audited_with = None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of_import", "field", "code", "value"], name="import_finding_once"),
        ]

    def __str__(self) -> str:
        return self.message


class ImportChange(models.Model):
    """A record that an import made (`before` is empty) or changed. Undo reads them backwards.

    `mark` tells how the import left the record, so that undo sees whether somebody has worked on it since.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    of_import = models.ForeignKey(Import, models.CASCADE, related_name="changes")
    row = models.PositiveIntegerField()
    kind = models.CharField(max_length=100, help_text="Model of the record: deals.deal.")
    object_id = models.UUIDField()
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    mark = models.CharField(max_length=40)

    audited_with = None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of_import", "kind", "object_id"], name="import_change_once"),
        ]
        indexes = [models.Index("kind", "object_id", name="import_change_of_record")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class ImportReference(models.Model):
    """The key by which another system knows a record: an opportunity id, a customer number."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=60, help_text="Name of the importer.")
    key = models.CharField(max_length=200)
    object_id = models.UUIDField()
    of_import = models.ForeignKey(Import, models.CASCADE, related_name="references")

    audited_with = None

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="import_reference_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
