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


def changes_of(records: Sequence[Import]) -> models.QuerySet[ImportChange]:
    """What imports that came together have made and changed."""
    return ImportChange.objects.filter(of_import__in=[record.pk for record in records])


def join_changes(records: Sequence[Import]) -> None:
    """Make one change of those that several imports of an upload made to one record: from how the first found it to how
    the last left it."""
    if len(records) < 2:
        return
    several = changes_of(records).values("kind", "object_id").annotate(n=models.Count("pk")).filter(n__gt=1)
    for one in list(several.order_by()):
        first, *later = changes_of(records).filter(kind=one["kind"], object_id=one["object_id"]).order_by("pk")
        first.mark = later[-1].mark
        first.save(update_fields=["mark"])
        ImportChange.objects.filter(pk__in=[change.pk for change in later]).delete()


def has_versions(kind: str) -> bool:
    """Whether records of that kind count their changes."""
    return any(column.name == "version" for column in model_of(kind)._meta.concrete_fields)


def marks_of(kind: str, ids: Collection[UUID]) -> dict[UUID, str]:
    """How these records stand now; none for those that are not there."""
    model = model_of(kind)
    rows = model._default_manager.filter(pk__in=ids)
    if has_versions(kind):
        return {pk: f"v{version}" for pk, version in rows.values_list("pk", "version")}
    return {row.pk: mark_of(row) for row in rows}
