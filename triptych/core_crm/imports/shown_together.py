"""What the pages of several tables show, prepared for their templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from triptych.core_crm.imports.checking import Forecast
from triptych.core_crm.imports.models import Import, ImportFinding
from triptych.core_crm.imports.order import in_order, links_between
from triptych.core_crm.imports.registry import UnknownObject, target_named
from triptych.platform.languages.wording import within_sentence

SHOWN_FINDINGS = 4


@dataclass(frozen=True)
class TableRow:
    """One table of an upload."""

    record: Import
    label: str
    icon: str
    home: str
    links: Sequence[str]
    forecast: Forecast | None
    findings: Sequence[ImportFinding]
    more: int
    rule: str

    @property
    def mapped_count(self) -> int:
        return len(set(self.record.mapping.values()))


@dataclass(frozen=True)
class Totals:
    """Counts over all tables."""

    created: int
    updated: int
    rejected: int
    doubtful: int
    total: int = 0

    @classmethod
    def of_forecasts(cls, forecasts: Iterable[Forecast]) -> Totals:
        """What would happen."""
        known = list(forecasts)
        names = ("created", "updated", "rejected", "doubtful", "total")
        return cls(*(sum(getattr(one, name) for one in known) for name in names))

    @classmethod
    def of_done(cls, records: Iterable[Import]) -> Totals:
        """What has happened."""
        known = list(records)
        names = ("created_count", "updated_count", "rejected_count", "doubtful_count")
        return cls(*(sum(getattr(one, name) for one in known) for name in names))


def table_rows(records: Sequence[Import], forecasts: Mapping[UUID, Forecast] | None = None) -> list[TableRow]:
    """The tables in the order in which they are written, those about nothing last."""
    links = _links_in_words(records)
    known = in_order([record for record in records if record.object_name])
    return [
        _row(record, links.get(record.pk, []), (forecasts or {}).get(record.pk))
        for record in (*known, *(record for record in records if not record.object_name))
    ]


def _row(record: Import, links: Sequence[str], forecast: Forecast | None) -> TableRow:
    label = icon = home = ""
    if record.object_name:
        try:
            importer = target_named(record.object_name).importer
            label, icon, home = str(importer.label), importer.icon, importer.home
        except UnknownObject:
            pass  # its plugin has gone
    findings = list(record.findings.worst_first()[: SHOWN_FINDINGS + 1])
    more = record.findings.count() - SHOWN_FINDINGS if len(findings) > SHOWN_FINDINGS else 0
    rules = set(record.overwrite.values())
    rule = rules.pop() if len(rules) == 1 else ""
    return TableRow(record, label, icon, home, links, forecast, findings[:SHOWN_FINDINGS], more, rule)


def _links_in_words(records: Sequence[Import]) -> dict[UUID, list[str]]:
    """Import → which of its columns name records of another table, or of its own."""
    said: dict[UUID, list[str]] = {}
    for link in links_between(records):
        text = _("“%(column)s” names %(label)s of %(file)s") % {
            "column": link.of.mapping[link.field.name],
            "label": within_sentence(target_named(link.to.object_name).importer.label),
            "file": link.to.file_name,
        }
        said.setdefault(link.of.pk, []).append(text)
    return said
