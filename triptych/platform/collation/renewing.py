"""Sort keys made anew, after a workspace has taken another language."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from triptych.platform.collation.field import CollationKeyField
from triptych.platform.collation.keys import tailored_for
from triptych.platform.events import HasId, jobs
from triptych.platform.events.models import Job
from triptych.platform.plugins import hooks
from triptych.platform.plugins.contributions import KeptKeys

JOB = "collation.renew"
BATCH = 10_000
MOST_ROUNDS = 5
SETTLING = 3.0
"""Seconds between two rounds: whoever began to write before the change may still write keys of the former language."""


def begin(*, former: str, language: str, by: HasId | None, now: datetime) -> Job | None:
    """Make the keys of the current workspace anew as a job, unless both languages have the same order. One that waits
    still does it: it is held back until this change is there."""
    if tailored_for(former) == tailored_for(language):
        return None
    with transaction.atomic():
        waiting = Job.objects.select_for_update(skip_locked=True).filter(kind=JOB, starts=0).unfinished().first()
        return waiting or jobs.start(JOB, by=by, args={}, at=now)


def underway() -> Job | None:
    """The job that is at it, if any."""
    return Job.objects.filter(kind=JOB).unfinished().newest_first().first()


def run(job: jobs.RunningJob) -> dict[str, Any]:
    """Go over all rows until none has a key of another language. Lists go on working: what is not done yet stands
    where it stood. It cannot be cancelled half-way."""
    tables = all_keys()
    total = sum(table.count() for table in tables)
    renewed = job.last_checkpoint.get("renewed", 0)
    for turn in range(job.last_checkpoint.get("round", 0), MOST_ROUNDS):
        changed = _round(job, tables, turn, total)
        renewed += changed
        if turn and not changed:
            break
        time.sleep(SETTLING)
    return {"renewed": renewed}


def all_keys() -> Sequence[KeptKeys]:
    """Every table with sort keys: columns of tenants' tables, and what apps keep otherwise."""
    columns = [
        ColumnKeys(model, field)
        for config in apps.get_app_configs()
        if config.name in settings.TENANT_APPS
        for model in config.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, CollationKeyField)
    ]
    return [*columns, *hooks.gather("kept_sort_keys")]


def _round(job: jobs.RunningJob, tables: Sequence[KeptKeys], turn: int, total: int) -> int:
    """All tables once, from where an earlier worker left them. Returns how many keys were others."""
    reached = job.last_checkpoint if job.last_checkpoint.get("round", 0) == turn else {}
    place, seen, changed = reached.get("table", 0), reached.get("seen", 0), 0
    after = UUID(reached["after"]) if reached.get("after") else None
    while place < len(tables):
        with transaction.atomic():
            after, looked_at, others = tables[place].renew(after, BATCH)
            seen, changed = seen + looked_at, changed + others
            place += after is None
            renewed = job.last_checkpoint.get("renewed", 0) + others
            here = {"round": turn, "table": place, "seen": seen, "after": str(after or ""), "renewed": renewed}
            job.checkpoint(here)
        job.progress(min(seen, total), total, _("Sorting names"))
    return changed


class ColumnKeys:
    """The keys in a `CollationKeyField`."""

    def __init__(self, model: type[models.Model], field: CollationKeyField) -> None:
        self.model, self.field = model, field

    def count(self) -> int:
        return self.model._base_manager.count()

    def renew(self, after: UUID | None, most: int) -> tuple[UUID | None, int, int]:
        rows = self.model._base_manager.order_by("pk").values_list("pk", self.field.attname, *self.field.sources)
        found = list((rows.filter(pk__gt=after) if after else rows)[:most])
        keys = [(pk, bytes(was), self.field.key_of(values)) for pk, was, *values in found]
        changed = [one for one in keys if one[1] != one[2]]
        if changed:
            self._write(changed)
        return (found[-1][0] if len(found) == most else None), len(found), len(changed)

    def _write(self, changed: list[tuple[UUID, bytes, bytes]]) -> None:
        """Only where nobody has written another key since: theirs is of the new language."""
        table, column = sql.Identifier(self.model._meta.db_table), sql.Identifier(str(self.field.column))
        statement = sql.SQL(
            "UPDATE {table} AS kept SET {column} = found.becomes"
            " FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[]) AS found(id, was, becomes)"
            " WHERE kept.id = found.id AND kept.{column} = found.was"
        ).format(table=table, column=column)
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(part) for part in zip(*changed, strict=True)])
