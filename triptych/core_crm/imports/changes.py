"""Noting what an import makes and changes, so that it can be undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from django.apps import apps
from django.db import models

from triptych.core_crm.imports.images import mark_of
from triptych.core_crm.imports.importer import Change
from triptych.core_crm.imports.models import Import, ImportChange

GONE = "gone"
"""The mark of a record that the import itself replaced: undo brings it back."""


def model_of(kind: str) -> type[models.Model]:
    """The model that a kind such as "deals.deal" names."""
    return apps.get_model(kind)


def record_changes(record: Import, changes: Sequence[Change]) -> None:
    """Keep the changes with their marks. Of several changes to one record the first one counts: it knows how the
    record was before the import."""
    by_kind: dict[str, dict[UUID, Change]] = defaultdict(dict)
    for change in changes:
        by_kind[change.kind].setdefault(change.object_id, change)
    for kind, of_kind in by_kind.items():
        marks = marks_of(kind, of_kind)
        known = record.changes.filter(kind=kind, object_id__in=of_kind)
        again = list(known.only("pk", "object_id", "mark"))
        for one in again:
            one.mark = marks.get(one.object_id, GONE)
            del of_kind[one.object_id]
        ImportChange.objects.bulk_update(again, ["mark"])
        ImportChange.objects.bulk_create(
            ImportChange(
                of_import=record,
                row=change.row,
                kind=kind,
                object_id=pk,
                before=change.before,
                mark=marks.get(pk, GONE),
            )
            for pk, change in of_kind.items()
        )


def marks_of(kind: str, ids: Collection[UUID]) -> dict[UUID, str]:
    """How these records stand now; none for those that are not there."""
    model = model_of(kind)
    rows = model._default_manager.filter(pk__in=ids)
    if any(column.name == "version" for column in model._meta.concrete_fields):
        return {pk: f"v{version}" for pk, version in rows.values_list("pk", "version")}
    return {row.pk: mark_of(row) for row in rows}
