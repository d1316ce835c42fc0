"""Pointing at a record of any kind, and what the links of activities lead to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps

from triptych.platform.records import Record
from triptych.platform.search import found_by
from triptych.platform.search.models import SearchEntry

if TYPE_CHECKING:
    from triptych.core_crm.activities.models import Activity
    from triptych.tenants.members.models import Member


@dataclass(frozen=True)
class RecordRef:
    """A record by its kind, which is its model's name in lower case ("contact"), and its id."""

    kind: str
    id: UUID

    @classmethod
    def of(cls, record: Record) -> RecordRef:
        return cls(str(record._meta.model_name), record.pk)


@dataclass(frozen=True)
class LinkedRecord:
    """A record as a link shows it."""

    kind: str
    id: UUID
    title: str
    url: str


@cache
def models_by_kind() -> dict[str, Any]:
    """Every model of records that have a page of their own, by kind."""
    return {
        str(model._meta.model_name): model
        for model in apps.get_models()
        if issubclass(model, Record) and hasattr(model, "get_absolute_url")
    }


def named(refs: Iterable[RecordRef], member: Member) -> dict[UUID, LinkedRecord]:
    """How these records are called now, by id, in one query; those that the member does not see are missing."""
    ids = {ref.id for ref in refs}
    rows: Any = (
        SearchEntry.objects.filter(found_by(member), pk__in=ids).values_list("kind", "object_id", "title", "url")
        if ids
        else ()
    )
    return {object_id: LinkedRecord(kind, object_id, title, url) for kind, object_id, title, url in rows}


def concerned_by(records: Mapping[UUID, RecordRef], model: Any, **columns: str) -> list[tuple[RecordRef, RecordRef]]:
    """Each of these records of a model with those that its columns (`company="company_id"`) point to; one statement."""
    rows = model.objects.filter(pk__in=list(records)).values_list("pk", *columns.values()) if records else ()
    return [
        (records[key], RecordRef(kind, pk)) for key, *pks in rows for kind, pk in zip(columns, pks, strict=True) if pk
    ]


def links_of(activities: Sequence[Activity], member: Member) -> dict[UUID, list[LinkedRecord]]:
    """The records that each of these activities concerns, by the activity's id, in two queries for all of them."""
    from triptych.core_crm.activities.models import ActivityLink

    rows = list(
        ActivityLink.objects.filter(activity__in=[activity.pk for activity in activities])
        .order_by("pk")
        .values_list("activity_id", "kind", "object_id")
    )
    records = named((RecordRef(kind, object_id) for _, kind, object_id in rows), member)
    links: dict[UUID, list[LinkedRecord]] = defaultdict(list)
    for activity_id, _, object_id in rows:
        if object_id in records:
            links[activity_id].append(records[object_id])
    return dict(links)
