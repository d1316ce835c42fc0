"""One row of the audit. Entries are made by `triggers.FUNCTION` alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, record_id: UUID) -> EntryQuerySet:
        """What happened to one record and to the rows that are part of it."""
        return self.filter(about=record_id)


class Entry(models.Model):
    """That one row was created, changed or removed, with the columns that differ before and after."""

    class Act(models.TextChoices):
        CREATED = "created"
        CHANGED = "changed"
        REMOVED = "removed"

    id = models.UUIDField(primary_key=True, editable=False)
    at = models.DateTimeField()
    table = models.CharField(max_length=63)
    about = models.UUIDField(null=True)
    act = models.CharField(max_length=8, choices=Act.choices)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    member_id = models.UUIDField(null=True)
    actor = models.JSONField(default=dict)

    objects = EntryQuerySet.as_manager()
    audited_with = None

    class Meta:
        db_table = "audit_entry"
        indexes = [
            models.Index("about", models.F("at").desc(), models.F("id").desc(), name="audit_of_record"),
            models.Index("member_id", models.F("at").desc(), models.F("id").desc(), name="audit_of_member"),
            models.Index(models.F("at").desc(), models.F("id").desc(), name="audit_log"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.act}"

    @property
    def door(self) -> str:
        """Through which door it came: `page`, `api`, `job`, `event`, `command`, or '' for the database itself."""
        return str(self.actor.get("door", ""))

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        """Column → (before, after)."""
        columns = {**self.before, **self.after}
        return {name: (self.before.get(name), self.after.get(name)) for name in columns}
