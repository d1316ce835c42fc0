"""Files on records, whatever the kind of the record."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.urls import reverse

from triptych.platform.ids import new_id


class FileQuerySet(models.QuerySet["File"]):
    def alive(self) -> FileQuerySet:
        """Files that nobody has deleted."""
        return self.filter(deleted_at__isnull=True)

    def on(self, *, kind: str, object_id: UUID) -> FileQuerySet:
        """The files of one record, the newest first."""
        return self.filter(kind=kind, object_id=object_id).order_by("-created_at", "-pk")


class File(models.Model):
    """A file that somebody put on a record. Its bytes stand in the tenant's own folder under `storage_key`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=40, help_text="Kind of the record it is on.")
    object_id = models.UUIDField()
    uploaded_by_id = models.UUIDField(null=True)
    uploaded_by_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = FileQuerySet.as_manager()
    untold = ("storage_key", "sha256")
    audited_with = "object_id"

    class Meta:
        indexes = [models.Index("kind", "object_id", "created_at", name="file_of_record")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("files:download", args=[self.pk])
