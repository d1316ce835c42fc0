"""What the pages of the import show, prepared for their templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from triptych.core_crm.imports.alike import BESIDE, HERE, IN_FILE
from triptych.core_crm.imports.choices import ALL, Do
from triptych.core_crm.imports.forms import COLUMN, DATES, OPTION, OVERWRITE
from triptych.core_crm.imports.importer import Field, Kind
from triptych.core_crm.imports.models import Import, ImportFinding
from triptych.core_crm.imports.plan import ALIKE
from triptych.core_crm.imports.profiling import Column
from triptych.core_crm.imports.registry import Target, target_named
from triptych.core_crm.imports.uploads import split_of
from triptych.core_crm.imports.values import DateOrder
from triptych.platform.languages.wording import counted
from triptych.tenants.members.models import Member

STEPS = (gettext_lazy("File"), gettext_lazy("Columns"), gettext_lazy("Check"), gettext_lazy("Import"))
SHOWN_VALUES = 12
SAID = {
    Do.ACCEPT: gettext_lazy("Take “{suggestion}”"),
    Do.KEEP: gettext_lazy("Keep as it is"),
    Do.CREATE: gettext_lazy("Add as new"),
    Do.EMPTY: gettext_lazy("Leave empty"),
    Do.TAKE: gettext_lazy("Take another value"),
    Do.SKIP: gettext_lazy("Leave these rows out"),
}
SAID_OF_ALL = SAID | {Do.ACCEPT: gettext_lazy("Take what is suggested")}
SAID_ALIKE = {
    Do.UPDATE: gettext_lazy("Update the one that is here"),
    Do.KEEP: gettext_lazy("Add it anyway"),
    Do.SKIP: gettext_lazy("Leave these rows out"),
}
SHOWN_ALIKE = 60
CHOOSABLE = frozenset(
    {
        "unknown_name",
        "near_name",
        "added",
        "unusual",
        "unfit",
        "left_out",
        "too_long",
        "two_ways",
        HERE,
        IN_FILE,
        BESIDE,
    }
)


@dataclass(frozen=True)
class ColumnRow:
    """One column on the way to its field."""

    name: str
    position: int
    samples: Sequence[str]
    filled: int
    chosen: str
    label: str
    asks_order: bool
    order: str
    read_as: str
    rule: str

    @property
    def field_name(self) -> str:
        return f"{COLUMN}{self.position}"

    @property
    def rule_name(self) -> str:
        return f"{OVERWRITE}{self.position}"

    @property
    def order_name(self) -> str:
        return f"{DATES}{self.position}"


def column_rows(record: Import, columns: Mapping[str, Column], target: Target) -> list[ColumnRow]:
    """All columns of the file in their order, with samples and with what is proposed for each."""
    by_column = {column: name for name, column in record.mapping.items()}
    fields = {one.name: one for one in target.fields}
    rows = []
    for position, name in enumerate(record.columns):
        column = columns[name]
        mapped = fields.get(by_column.get(name, ""))
        is_date = mapped is not None and mapped.kind in (Kind.DATE, Kind.DATETIME)
        rows.append(
            ColumnRow(
                name=name,
                position=position,
                samples=column.samples,
                filled=column.filled,
                chosen=mapped.name if mapped else "",
                label=str(mapped.label) if mapped else "",
                asks_order=is_date and column.dates_are_ambiguous,
                order=record.date_orders.get(name, ""),
                read_as=_read_as(column) if is_date else "",
                rule=record.overwrite.get(mapped.name, "") if mapped else "",
            )
        )
    return rows


def _read_as(column: Column) -> str:
    if column.convention.mixed:
        return _("Some dates here say the month first, some the day.")
    if column.convention.date_order is DateOrder.MONTH_FIRST:
        return _("Read as month/day/year.")
    if column.convention.date_order is DateOrder.DAY_FIRST:
        return _("Read as day/month/year.")
    return ""


def split_labels(record: Import, by: Member) -> list[str]:
    """What the rows hold side by side, in words; empty when it is one kind of object."""
    return [str(target_named(name).importer.label) for name in split_of(record, by)]


def option_rows(record: Import, columns: Mapping[str, Column], target: Target) -> list[dict[str, Any]]:
    """What is to be chosen for the import as a whole, as selects."""
    texts = {name: list(columns[column].values) for name, column in record.mapping.items()}
    return [
        {"name": f"{OPTION}{option.name}", "label": option.label, "choices": option.choices, "chosen": option.chosen}
        for option in target.importer.options(record.options, texts)
    ]


@dataclass(frozen=True)
class ValueLine:
    """A value that is odd, with what may be done about its rows."""

    finding: ImportFinding
    choices: Sequence[tuple[str, str]]
    chosen: str
    other: str

    @property
    def quick(self) -> str:
        """The act behind one press, where a suggestion waits to be taken."""
        return "" if self.chosen else next((said for do, said in self.choices if do == Do.ACCEPT), "")

    @property
    def rows_text(self) -> str:
        """How many rows, and the first of them."""
        count = self.finding.row_count
        first = ", ".join(str(number) for number in self.finding.rows[:3])
        words = ngettext("Row %(first)s", "%(count)s rows: %(first)s", count)
        return words % {"count": counted(count), "first": first} + ("…" if count > 3 else "")


@dataclass
class FindingGroup:
    """Everything of one kind that was found in one field."""

    field_name: str
    code: str
    label: str
    is_rejection: bool
    lines: list[ValueLine] = field(default_factory=list)
    more: int = 0
    row_count: int = 0
    choices: Sequence[tuple[str, str]] = ()
    chosen: str = ""

    @property
    def rows_text(self) -> str:
        return ngettext("%(count)s row", "%(count)s rows", self.row_count) % {"count": counted(self.row_count)}


def finding_groups(record: Import, target: Target, *, may_choose: bool) -> list[FindingGroup]:
    """What was found, the rejections first, each kind with its commonest values."""
    fields = {one.name: one for one in target.fields}
    groups = []
    in_order = list(record.findings.worst_first())
    for (is_rejection, name, code), of_kind in groupby(in_order, key=_kind_of):
        findings = sorted(of_kind, key=lambda one: -one.row_count)
        mapped = fields.get(name)
        decided = record.decisions.get(name, {})
        choices = _choices(mapped, code) if may_choose and (mapped or name == ALIKE) and code in CHOOSABLE else []
        group = FindingGroup(name, code, _label(name, mapped, code), is_rejection)
        shown = SHOWN_ALIKE if name == ALIKE else SHOWN_VALUES
        group.lines = [_line(finding, choices, decided) for finding in findings[:shown]]
        group.more = len(findings) - len(group.lines)
        group.row_count = sum(finding.row_count for finding in findings)
        if len(findings) > 1:
            group.choices = [(str(do), _said(do, None, name)) for do in choices if do is not Do.TAKE]
            group.chosen = decided.get(ALL, {}).get("do", "")
        groups.append(group)
    return groups


def _label(name: str, mapped: Field | None, code: str) -> str:
    if name == ALIKE:
        labels = {HERE: _("Looks like one that is here"), BESIDE: _("Looks like one of another file")}
        return labels.get(code) or _("Looks like another row")
    return str(mapped.label) if mapped else _("Row")


def _kind_of(finding: ImportFinding) -> tuple[bool, str, str]:
    return finding.is_rejection, finding.field, finding.code


def _line(finding: ImportFinding, choices: Sequence[Do], decided: Mapping[str, Any]) -> ValueLine:
    made = decided.get(finding.value.casefold(), {})
    shown = [
        (str(do), _said(do, finding.suggestion, finding.field))
        for do in choices
        if finding.value and (do is not Do.ACCEPT or finding.suggestion)
    ]
    standing = Do.ACCEPT if finding.is_taken and finding.field != ALIKE else ""
    return ValueLine(finding, shown, made.get("do", str(standing)), made.get("value", ""))


def _said(do: Do, suggestion: str | None, field_name: str = "") -> str:
    """A choice in words; without a suggestion it is one for all values."""
    if field_name == ALIKE:
        return str(SAID_ALIKE[do])
    if suggestion is None:
        return str(SAID_OF_ALL[do])
    return str(SAID[do]).format(suggestion=suggestion)


def _choices(mapped: Field | None, code: str) -> list[Do]:
    """What may be done about such a value, the likeliest first."""
    if mapped is None:
        return [Do.UPDATE, Do.KEEP, Do.SKIP] if code in (HERE, BESIDE) else [Do.KEEP, Do.SKIP]
    choices = [Do.ACCEPT]
    if code == "unusual":
        choices.append(Do.KEEP)
    if mapped.kind is Kind.LINK and mapped.link != "stages":
        choices.append(Do.CREATE)
    if not mapped.required:
        choices.append(Do.EMPTY)
    return [*choices, Do.TAKE, Do.SKIP]


def decisions_made(record: Import, target: Target) -> list[dict[str, str]]:
    """The choices that stand, in words."""
    fields = {one.name: str(one.label) for one in target.fields}
    made = []
    for name, by_value in record.decisions.items():
        for value, choice in by_value.items():
            do = Do(choice["do"])
            said = (
                _("Take “{suggestion}”").format(suggestion=choice["value"]) if do is Do.TAKE else _said(do, None, name)
            )
            shown = _("everything odd") if value == ALL else _("“{value}”").format(value=value)
            if name == ALIKE and value != ALL:
                shown = _("Row %(n)s") % {"n": value}
            label = _("Looks like another") if name == ALIKE else fields.get(name, name)
            made.append({"field": name, "label": label, "value": value, "shown": shown, "said": said})
    return made
