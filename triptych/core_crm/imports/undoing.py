"""Undoing an import: what it made goes, what it changed becomes as it was, what people have worked on since stays.
What came in together is undone together.

A record stays when somebody has changed it since, or when something that the import did not make refers to it. Each
chunk of changes is undone in one transaction and struck off the list in the same, so that undoing can be interrupted,
and begun again for what had to stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields.values import sorted_here
from triptych.core_crm.imports.changes import GONE, changes_of, has_versions, join_changes, marks_of, model_of
from triptych.core_crm.imports.images import columns_of, restore
from triptych.core_crm.imports.importer import Importer
from triptych.core_crm.imports.models import Import, ImportChange, ImportReference
from triptych.core_crm.imports.registry import all_importers
from triptych.core_crm.imports.running import RunElsewhere, Watcher
from triptych.core_crm.imports.staying import what_stays
from triptych.platform import events
from triptych.tenants.members.models import Member

CHUNK = 500
MOST_SHOWN = 100
BOOKKEEPING = ("imports", "search")
"""Apps whose pointers to a record do not count as somebody's work on it."""


@dataclass
class Undoing:
    """What undoing has done so far. `kept` says of each record that stays why; only the first ones are shown."""

    deleted: int = 0
    restored: int = 0
    kept: dict[str, dict[UUID, str]] = field(default_factory=lambda: defaultdict(dict))

    @property
    def kept_count(self) -> int:
        return sum(len(reasons) for reasons in self.kept.values())

    def as_json(self) -> dict[str, Any]:
        """For the import's page."""
        shown: list[dict[str, str]] = []
        for kind, reasons in self.kept.items():
            some = list(reasons)[: MOST_SHOWN - len(shown)]
            named = model_of(kind)._default_manager.in_bulk(some)
            shown += [{"kind": kind, "name": str(named.get(pk, pk)), "reason": reasons[pk]} for pk in some]
        return {"deleted": self.deleted, "restored": self.restored, "kept": self.kept_count, "shown": shown}


def undo_import(record: Import, *, by: Member, at: datetime, watcher: Watcher) -> Undoing:
    """Undo all that is left of an import. Stops between two chunks when the watcher asks; what is undone stays so.

    Announces `import.undone`.

    Raises:
        RunElsewhere: it is not being undone, or another process has come to its end.
    """
    records = [record if one.pk == record.pk else one for one in record.together()]
    before = record.undo_report or {}
    undoing = Undoing(deleted=before.get("deleted", 0), restored=before.get("restored", 0))
    importers = {importer.model._meta.label_lower: importer for importer in all_importers().values()}
    join_changes(records)
    total = changes_of(records).count()
    undoing.kept = what_stays(records, importers)
    done = 0
    parts = {part for importer in importers.values() for part in importer.parts}
    for chunk in _in_turn(records, parts):
        if watcher.cancel_requested:
            break
        with transaction.atomic():
            _lock(record)
            for kind, changes in groupby(chunk, key=lambda change: change.kind):
                _undo_changes(kind, list(changes), undoing, importers.get(kind))
            _tell(records, {"deleted": undoing.deleted, "restored": undoing.restored})
            watcher.checkpoint({"undone": undoing.deleted + undoing.restored})
        done += len(chunk)
        watcher.progress(done, total, _("Undoing"))
    _end(records, undoing, by=by, at=at)
    return undoing


def _tell(records: Sequence[Import], report: dict[str, Any]) -> None:
    for one in records:
        one.undo_report = report
    Import.objects.bulk_update(records, ["undo_report"])


def _in_turn(records: Sequence[Import], parts: Collection[str]) -> Iterator[list[ImportChange]]:
    """The changes from the last to the first: the parts of records first, those that were replaced last; then what
    was changed becomes as it was and lets go of what was made; then that goes. Those that stay are passed once."""
    made, changed = Q(before__isnull=True), Q(before__isnull=False)
    of_parts = Q(kind__in=parts)
    for turn in (of_parts & made, of_parts & changed, changed & ~of_parts, made & ~of_parts):
        changes = changes_of(records).filter(turn)
        last: UUID | None = None
        while True:
            rows = changes.order_by("-pk")
            chunk = list(rows.filter(pk__lt=last)[:CHUNK] if last else rows[:CHUNK])
            if not chunk:
                break
            last = chunk[-1].pk
            yield chunk


def _lock(record: Import) -> None:
    state = Import.objects.select_for_update().values_list("state", flat=True).get(pk=record.pk)
    if state != Import.State.UNDOING:
        raise RunElsewhere(_("This import is not being undone any more. Look at its page to see what was done."))


def _undo_changes(kind: str, changes: list[ImportChange], undoing: Undoing, importer: Importer | None) -> None:
    """Undo neighbouring changes of one kind, and strike them off."""
    ids = [change.object_id for change in changes if change.object_id not in undoing.kept[kind]]
    rows = model_of(kind)._default_manager.select_for_update(of=("self",)).order_by("pk").in_bulk(ids)
    marks = marks_of(kind, ids)
    # without versions only `what_stays` can tell: what went before this has emptied links to it
    counts = has_versions(kind) or any(change.before is not None for change in changes)
    made: list[UUID] = []
    changed: list[tuple[models.Model, ImportChange]] = []
    for change in changes:
        pk = change.object_id
        if pk in undoing.kept[kind]:
            continue
        if counts and marks.get(pk, GONE) != change.mark and pk in rows:
            undoing.kept[kind][pk] = str(_("Somebody has changed it since."))
        elif change.before is None and pk in rows:
            made.append(pk)
        elif change.before is not None:
            changed.append((rows.get(pk) or model_of(kind)(pk=pk), change))
    _delete(kind, made, importer)
    _restore(changed, set(rows), importer)
    undoing.deleted += len(made)
    undoing.restored += len(changed)
    struck = [change.pk for change in changes if change.object_id not in undoing.kept[kind]]
    ImportChange.objects.filter(pk__in=struck).delete()
    ImportReference.objects.filter(
        of_import__in={change.of_import_id for change in changes}, object_id__in=made
    ).delete()


def _delete(kind: str, ids: Sequence[UUID], importer: Importer | None) -> None:
    if ids:
        if importer:
            importer.forget(ids)
        model_of(kind)._default_manager.filter(pk__in=ids).delete()


def _restore(
    changed: Sequence[tuple[models.Model, ImportChange]], there: Collection[UUID], importer: Importer | None
) -> None:
    """Write the before-images. The version goes on counting, so that nobody saves over what they have not seen."""
    for record, change in changed:
        version = getattr(record, "version", None)
        restore(record, change.before or {})
        if custom := getattr(record, "custom", None):
            record.custom = sorted_here(custom)  # type: ignore[attr-defined]
        if record.pk not in there:
            record.save(force_insert=True)
            continue
        if version is not None:
            record.version = version + 1  # type: ignore[attr-defined]
        record.save(update_fields=[column.name for column in columns_of(type(record)) if not column.primary_key])
    if importer and changed:
        importer.refresh([record for record, _change in changed if getattr(record, "deleted_at", None) is None])


def _end(records: Sequence[Import], undoing: Undoing, *, by: Member, at: datetime) -> None:
    with transaction.atomic():
        for record in records:
            _lock(record)
        stopped = changes_of(records).count() > undoing.kept_count
        for record in records:
            record.state = Import.State.CANCELLED if stopped else Import.State.UNDONE
            record.undo_report, record.undone_at, record.updated_at = undoing.as_json(), at, at
        Import.objects.bulk_update(records, ["state", "undo_report", "undone_at", "updated_at"])
        for record in records:
            events.announce("import.undone", record, by=by, at=at, deleted=undoing.deleted, restored=undoing.restored)
