"""The base of everything a tenant keeps: identity, times, a version that tells of concurrent edits, soft deletion."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext as _

from triptych.platform.ids import new_id
from triptych.platform.refusals import Conflict


class RecordQuerySet(models.QuerySet[Any]):
    _after_fetching: Callable[[list[Any]], None] | None = None

    def then(self, done: Callable[[list[Any]], None]) -> Self:
        """The same records; whenever they are fetched as objects, `done` gets them before anybody else does."""
        queryset = self.all()
        queryset._after_fetching = done
        return queryset

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._after_fetching = self._after_fetching
        return clone

    def _fetch_all(self) -> None:
        is_fetched = self._result_cache is not None
        super()._fetch_all()
        if not is_fetched and self._after_fetching is not None:
            self._after_fetching(self._result_cache or [])

    def alive(self) -> Self:
        """Records that nobody has deleted."""
        return self.filter(deleted_at__isnull=True)

    def deleted(self) -> Self:
        """Records in the bin."""
        return self.filter(deleted_at__isnull=False)


class Record(models.Model):
    """A row with a UUIDv7 key, times, and a version counted up by each change."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(db_index=True)
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    def expect_version(self, version: int | None) -> None:
        """Make sure nobody has changed the record since `version` was read; None asks for no such check.

        Raises:
            Conflict: somebody has.
        """
        if version is not None and version != self.version:
            raise Conflict(
                _("Somebody changed this record while you were editing it. Compare both versions, then save again.")
            )

    def touch(self, *, at: datetime) -> None:
        """Count the version up and note the time, on the object only: the caller saves."""
        self.version += 1
        self.updated_at = at

    def save_fields(self, *names: str, at: datetime) -> None:
        """Write these fields as a change made at that time: the version is counted up."""
        self.touch(at=at)
        self.save(update_fields={*names, "version", "updated_at"})


def save_many(records: Sequence[Record], names: Collection[str]) -> None:
    """Write these fields, version and time of change of records that stand in the database and are locked; in batches.

    The caller has touched them. Every record is written whole in one statement with others: what does not differ stays.
    """
    if records:
        type(records[0])._default_manager.bulk_create(
            records,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=sorted({*names, "version", "updated_at"}),
        )
