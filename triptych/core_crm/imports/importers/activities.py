"""Activities of another system, as history: tasks, calls, meetings, emails and notes about records that are here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from triptych.core_crm.activities import actions
from triptych.core_crm.activities.findable import search_entry
from triptych.core_crm.activities.models import Activity, ActivityLink
from triptych.core_crm.imports.importer import Change, Field, Importer, Kind, Option, Problem, Row, Writing
from triptych.core_crm.imports.importers.activity_rows import (
    ABOUT,
    LINK_KIND,
    kind_of,
    new_activity,
    update_activities,
)
from triptych.core_crm.imports.importers.cases import PRIORITY_ALIASES, about_fields
from triptych.core_crm.imports.importers.companies import made_for, owner_field, owners_of
from triptych.core_crm.imports.values import folded
from triptych.platform import search

KIND = "activities.activity"
KIND_ALIASES = (
    ("task", ("to do", "todo", "action", "follow up")),
    ("call", ("phone call", "telephone", "phone", "logged call")),
    ("meeting", ("appointment", "event", "visit", "demo")),
    ("email", ("mail", "email sent", "sent email")),
    ("note", ("comment", "remark", "memo", "text")),
)
STATUS_ALIASES = (
    ("not_started", ("open", "new", "to do", "pending", "waiting")),
    ("started", ("in progress", "active")),
    ("completed", ("done", "closed", "finished", "yes", "true")),
    ("canceled", ("cancelled", "aborted", "rejected")),
    ("planned", ("scheduled", "upcoming")),
    ("not_held", ("missed", "no answer", "no show")),
)
DIRECTION_ALIASES = (("inbound", ("incoming", "in", "received")), ("outbound", ("outgoing", "out", "sent")))
OF_FILES = {"task": "task", "todo": "task", "call": "call", "meeting": "meeting", "event": "meeting", "mail": "email"}
"""What the name of a file says of its rows; notes otherwise."""


class ActivityImporter(Importer):
    name = "activities"
    home = "/activities/"
    label = _("Activities")
    icon = "calendar-event"
    model = Activity
    search_kind = "activity"
    reference_synonyms = ("activity id", "task id", "note id", "call id", "meeting id")
    file_words = ("notes", "tasks", "calls", "meetings", "events", "emails", "todo")
    telling = ("subject", "description")
    parts = (LINK_KIND,)

    def fields(self) -> tuple[Field, ...]:
        statuses = tuple((str(status), status.label) for status in Activity.Status)
        return (
            Field(
                "kind",
                _("Kind"),
                Kind.CHOICE,
                ("activity type", "type", "activity", "activity kind"),
                choices=tuple(Activity.Kind.choices),
                aliases=KIND_ALIASES,
            ),
            Field("subject", _("Subject"), synonyms=("title", "task", "task name", "summary", "call subject")),
            Field(
                "description",
                _("Text"),
                Kind.LONG_TEXT,
                ("description", "note", "notes", "body", "content", "comment", "comments", "message", "note text"),
                max_length=20_000,
            ),
            Field(
                "due_at",
                _("Due"),
                Kind.DATETIME,
                ("due date", "deadline", "due on", "due at"),
            ),
            Field(
                "start_at",
                _("Held"),
                Kind.DATETIME,
                ("date", "start", "start date", "start time", "held at", "call date", "meeting date", "activity date"),
            ),
            Field("end_at", _("End"), Kind.DATETIME, ("end date", "end time", "ends", "until")),
            Field(
                "completed_at",
                _("Completed"),
                Kind.DATETIME,
                ("completed at", "completed date", "date completed", "done at", "finished", "closed date"),
            ),
            Field(
                "written_at",
                _("Written"),
                Kind.DATETIME,
                ("created", "created at", "created date", "create date", "date created", "logged at", "timestamp"),
            ),
            Field(
                "status",
                _("Status"),
                Kind.CHOICE,
                ("task status", "activity status", "state"),
                choices=statuses,
                aliases=STATUS_ALIASES,
            ),
            Field(
                "priority",
                _("Priority"),
                Kind.CHOICE,
                ("urgency",),
                choices=tuple(Activity.Priority.choices),
                aliases=PRIORITY_ALIASES,
            ),
            Field(
                "direction",
                _("Direction"),
                Kind.CHOICE,
                ("call direction", "call type"),
                choices=tuple(Activity.Direction.choices),
                aliases=DIRECTION_ALIASES,
            ),
            Field(
                "duration_minutes",
                _("Minutes"),
                Kind.INTEGER,
                ("duration", "duration minutes", "call duration", "length"),
                minimum=Decimal(0),
                maximum=Decimal(525_600),
            ),
            Field("location", _("Place"), synonyms=("location", "venue", "where")),
            owner_field(),
            *about_fields(*ABOUT),
        )

    def names(self) -> Iterable[tuple[UUID, str]]:
        named = Activity.objects.alive().exclude(subject="").order_by("created_at", "pk")
        return named.values_list("pk", "subject").iterator()

    def name_of(self, row: Row) -> str:
        return str(row.values.get("subject", ""))

    def key(self, row: Row) -> str:
        return ""  # activities share subjects; only a key of the other system recognises one

    def recognised(self, keys: Collection[str]) -> dict[str, UUID]:
        return {}

    def held(self, record: Activity, name: str) -> Any:
        if name in ABOUT:
            return ActivityLink.objects.filter(activity=record, kind=name).exists()
        return super().held(record, "created_at" if name == "written_at" else name)

    def options(self, chosen: Mapping[str, Any], texts: Mapping[str, Sequence[str]]) -> list[Option]:
        if "kind" in texts:
            return []
        kinds = tuple((str(value), str(label)) for value, label in Activity.Kind.choices)
        return [Option("kind", _("What the rows are"), kinds, chosen.get("kind", Activity.Kind.NOTE))]

    def settled(self, chosen: Mapping[str, Any], texts: Mapping[str, Sequence[str]], title: str) -> dict[str, Any]:
        if chosen.get("kind") in Activity.Kind.values:
            return dict(chosen)
        named = next((kind for word, kind in OF_FILES.items() if word in folded(title)), Activity.Kind.NOTE)
        return {**chosen, "kind": str(named)}

    def problems(self, row: Row) -> Iterator[Problem]:
        start, end = row.values.get("start_at"), row.values.get("end_at")
        if start and end and end < start:
            message = _("The end lies before the start. Choose a later end.")
            yield Problem("end_at", "ends_before_it_starts", str(message))
        speaks = any(row.values.get(name) for name in ("subject", "description"))
        if not row.existing and not speaks and row.values.get("kind") != Activity.Kind.CALL:
            message = _("The row has neither a subject nor a text.")
            yield Problem("description", "nothing_said", str(message), refuses=True)

    def completed(self, row: Row, writing: Writing) -> Row:
        """Say what the row is, as what follows from that does not stand in the file."""
        if row.existing is None:
            row.values.setdefault("kind", kind_of(row, writing))
        return row

    def write(self, rows: Sequence[Row], writing: Writing) -> list[Change]:
        owners = owners_of(rows)
        changes = update_activities([row for row in rows if row.existing], owners, writing)
        new = [row for row in rows if row.existing is None]
        made = actions.create_activities_in_bulk(
            [new_activity(row, owners, writing) for row in new], by=writing.by, now=writing.at
        )
        return [*changes, *made_for(new, made, KIND)]

    def search_entries(self, records: Sequence[Activity]) -> Iterable[search.Entry]:
        return (search_entry(activity) for activity in records)
