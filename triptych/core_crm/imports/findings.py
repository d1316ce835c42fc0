"""Gathering what is odd about rows, all alike together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import F, Func, Value
from django.db.models.functions import Coalesce

from triptych.core_crm.imports.models import Import, ImportFinding

MOST_VALUES = 300
"""How many different values of one field are told apart for one reason; further ones share a line."""


class Alike(NamedTuple):
    """What findings of one group have in common."""

    field: str
    code: str
    value: str


@dataclass(slots=True)
class Finding:
    """One thing that is odd about one row."""

    field: str
    code: str
    value: str
    message: str
    is_rejection: bool
    suggestion: str = ""
    is_taken: bool = False


@dataclass(slots=True)
class Group:
    """Findings that are alike, with the rows they are about."""

    first: Finding
    rows: list[int] = field(default_factory=list)


class FindingBook:
    """Findings since the last `save`, grouped."""

    def __init__(self) -> None:
        self._fresh: dict[Alike, Group] = {}
        self._known: set[Alike] = set()
        self._values: dict[tuple[str, str], int] = {}

    def add(self, row: int, finding: Finding) -> None:
        """Note a finding about a row."""
        alike = Alike(finding.field, finding.code, finding.value[:200])
        if alike not in self._known and alike not in self._fresh:
            count = self._values.get(alike[:2], 0)
            self._values[alike[:2]] = count + 1
            if count >= MOST_VALUES:
                alike = alike._replace(value="")
        self._fresh.setdefault(alike, Group(finding)).rows.append(row)

    def groups(self) -> list[tuple[Alike, Group]]:
        """What has been noted since the last save."""
        return list(self._fresh.items())

    def continue_from(self, record: Import) -> None:
        """Go on where an interrupted run had saved."""
        for alike in record.findings.values_list("field", "code", "value"):
            self._known.add(Alike(*alike))
            self._values[alike[:2]] = self._values.get(alike[:2], 0) + 1

    def save(self, record: Import) -> None:
        """Write the fresh groups beside those of earlier chunks."""
        created = []
        for alike, group in self._fresh.items():
            if alike in self._known:
                _append(record, alike, group.rows)
            else:
                created.append(_as_row(record, alike, group))
                self._known.add(alike)
        ImportFinding.objects.bulk_create(created)
        self._fresh.clear()


def _append(record: Import, alike: Alike, rows: list[int]) -> None:
    more = Value(rows, output_field=ImportFinding._meta.get_field("rows"))
    record.findings.filter(field=alike.field, code=alike.code, value=alike.value).update(
        rows=Func(Coalesce(F("rows"), Value([])), more, function="array_cat"), row_count=F("row_count") + len(rows)
    )


def _as_row(record: Import, alike: Alike, group: Group) -> ImportFinding:
    return ImportFinding(
        of_import=record,
        field=alike.field,
        code=alike.code,
        value=alike.value,
        is_rejection=group.first.is_rejection,
        message=group.first.message[:500],
        suggestion=group.first.suggestion[:200],
        is_taken=group.first.is_taken,
        rows=group.rows,
        row_count=len(group.rows),
    )
