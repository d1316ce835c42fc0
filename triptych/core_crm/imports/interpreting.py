"""From a row of the file to a row that can be written, with everything that is odd about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from triptych.core_crm.imports.choices import ALL, Choice, Do
from triptych.core_crm.imports.findings import Finding
from triptych.core_crm.imports.importer import Field, Kind, Row, Unknown
from triptych.core_crm.imports.limits import MAX_CELL
from triptych.core_crm.imports.names import Names
from triptych.core_crm.imports.tables import SourceRow
from triptych.core_crm.imports.values import (
    Convention,
    DateOrder,
    Unfit,
    folded,
    is_two_ways,
    parse_boolean,
    parse_datetime,
    parse_integer,
    parse_number,
)
from triptych.platform.languages.wording import counted
from triptych.platform.refusals import Refused

EMPTY = object()


@dataclass(frozen=True)
class MappedField:
    """A field with the column that feeds it and everything needed to read its cells."""

    field: Field
    position: int
    convention: Convention
    date_order: DateOrder | None
    choices: Mapping[str, Choice]
    names: Names | None
    names_label: str
    may_add: bool
    zone: tzinfo


@dataclass
class Interpretation:
    """What became of a row: the row, or None when it is rejected, and its findings. `is_absent` says that the row holds
    other objects only."""

    row: Row | None
    findings: list[Finding]
    is_absent: bool = False


class Interpreter:
    """Reads rows by one mapping. `new_names` collects the names for which records are to be created, by field.

    Fields whose link is `deferred` give their text only; the second pass finds the record. Where rows hold several
    objects, `telling` are the positions of the cells of which one must be filled.
    """

    def __init__(self, mapped: list[MappedField], width: int, telling: Collection[int] | None = None) -> None:
        self.mapped = mapped
        self.width = width
        self.telling = telling
        self.new_names: dict[str, dict[str, str]] = {}

    def read(self, source: SourceRow) -> Interpretation:
        """Interpret one row. Never raises on what a file holds."""
        findings: list[Finding] = []
        if self.telling is not None and not any(source.cells[at] for at in self.telling if at < len(source.cells)):
            return Interpretation(None, [], is_absent=True)
        row = Row(source.number, {}, {})
        if any(source.cells[self.width :]):
            message = _("The row has more cells than the heading. Look for a value that needs quotation marks.")
            return Interpretation(None, [Finding("", "too_many_cells", "", message, is_rejection=True)])
        for mapped in self.mapped:
            text = source.cells[mapped.position] if mapped.position < len(source.cells) else ""
            self._read_cell(mapped, text, row, findings)
        if any(finding.is_rejection for finding in findings):
            return Interpretation(None, findings)
        return Interpretation(row, findings)

    def _read_cell(self, mapped: MappedField, text: str, row: Row, findings: list[Finding]) -> None:
        """Put the cell's value into the row, by the choice made for the value or, if it is odd, for all odd ones."""
        choice = mapped.choices.get(text.casefold()) if text else None
        value, text, finding = self._outcome(mapped, text, choice)
        if finding and choice is None and text and ALL in mapped.choices:
            value, text, finding = self._outcome(mapped, text, mapped.choices[ALL])
        if finding:
            findings.append(finding)
            if finding.is_taken:
                text = finding.suggestion
        if value is not EMPTY:
            row.values[mapped.field.name] = value
            row.texts[mapped.field.name] = text

    def _outcome(self, mapped: MappedField, text: str, choice: Choice | None) -> tuple[Any, str, Finding | None]:
        """The value or EMPTY, the text it was made of, and what is odd about it."""
        if choice and choice.do is Do.SKIP:
            message = _("Rows with “{value}” are left out, as you chose.").format(value=text[:100])
            return EMPTY, text, Finding(mapped.field.name, "left_out", text, message, is_rejection=True)
        if choice and choice.do in (Do.TAKE, Do.EMPTY):
            text = choice.value
        if not text:
            return EMPTY, text, _empty(mapped.field, is_chosen=choice is not None)
        finding = _unstorable(mapped.field, text)
        if finding:
            return EMPTY, text, finding
        value, finding = self._value(mapped, text, choice)
        return value, text, finding

    def _value(self, mapped: MappedField, text: str, choice: Choice | None) -> tuple[Any, Finding | None]:
        """The value, or EMPTY, and what is odd about it."""
        if mapped.field.kind is Kind.LINK:
            return self._linked(mapped, text, choice)
        try:
            value = PARSERS[mapped.field.kind](mapped, text)
            value, finding = _checked(mapped, text, value)
        except Unfit as unfit:
            return _accepted(mapped, text, choice, unfit)
        except Refused as refused:
            return EMPTY, Finding(mapped.field.name, "unfit", text, refused.message, is_rejection=True)
        if finding and finding.suggestion and choice and choice.do is Do.ACCEPT:
            finding.is_taken = True
            return finding.suggestion, finding
        if finding and choice and choice.do is Do.KEEP:
            finding = None
        return value, finding

    def _linked(self, mapped: MappedField, text: str, choice: Choice | None) -> tuple[Any, Finding | None]:
        names = mapped.names or Names()
        name = mapped.field.name
        found = names.find(text)
        if found is not None:
            if names.is_ambiguous(text):
                message = _("There are several {label} called “{value}”; the oldest is taken.")
                message = message.format(label=mapped.names_label, value=text)
                return found, Finding(name, "several", text, message, is_rejection=False)
            return found, None
        near = names.near(text)
        wants_new = mapped.may_add and choice is not None and choice.do is Do.CREATE
        if near and not wants_new and (near.is_same or (choice and choice.do is Do.ACCEPT)):
            message = _("“{value}” is taken for “{suggestion}”.").format(value=text, suggestion=near.name)
            taken = Finding(name, "near_name", text, message, is_rejection=False, suggestion=near.name, is_taken=True)
            return names.find(near.name), taken
        if wants_new or (mapped.may_add and mapped.field.unknown is Unknown.CREATE):
            self.new_names.setdefault(name, {}).setdefault(text.casefold(), text)
            message = _("“{value}” is not among the {label} yet and is added.")
            message = message.format(value=text[:100], label=mapped.names_label)
            suggestion = near.name if near and not wants_new else ""
            return None, Finding(name, "added", text, message, is_rejection=False, suggestion=suggestion)
        return self._unknown(mapped, text, near.name if near else "")

    def _unknown(self, mapped: MappedField, text: str, suggestion: str) -> tuple[Any, Finding | None]:
        if suggestion:
            message = _("There is no “{value}” among the {label}. Did you mean “{suggestion}”?")
        else:
            message = _("There is no “{value}” among the {label}.")
        message = message.format(value=text[:100], label=mapped.names_label, suggestion=suggestion)
        refuses = mapped.field.unknown is Unknown.REJECT
        return EMPTY, Finding(mapped.field.name, "unknown_name", text, message, refuses, suggestion)


def _empty(field: Field, *, is_chosen: bool) -> Finding | None:
    if field.required:
        message = _("“{label}” is empty. Every record needs one.").format(label=field.label)
        return Finding(field.name, "missing", "", message, is_rejection=True)
    if field.wanted and not is_chosen:
        message = _("“{label}” is empty.").format(label=field.label)
        return Finding(field.name, "empty", "", message, is_rejection=False)
    return None


def _unstorable(field: Field, text: str) -> Finding | None:
    """Characters that no text can hold, and cells that are no values."""
    if "\x00" in text or any("\ud800" <= char <= "\udfff" or char == "\ufffd" for char in text):
        message = _("“{label}” holds characters that are no text. Was the file damaged?").format(label=field.label)
        return Finding(field.name, "damaged", "", message, is_rejection=True)
    longest = MAX_CELL if field.kind is Kind.LONG_TEXT else field.max_length
    if len(text) > longest:
        message = _("“{label}” has {n} characters; at most {most} fit.")
        message = message.format(label=field.label, n=counted(len(text)), most=counted(longest))
        return Finding(field.name, "too_long", text[:100], message, is_rejection=True)
    return None


def _accepted(mapped: MappedField, text: str, choice: Choice | None, unfit: Unfit) -> tuple[Any, Finding]:
    """The suggested value where somebody accepts suggestions, else nothing and a rejection."""
    finding = Finding(mapped.field.name, "unfit", text, unfit.message, True, unfit.suggestion)
    if choice and choice.do is Do.ACCEPT and unfit.suggestion:
        finding.is_rejection, finding.is_taken = False, True
        return PARSERS[mapped.field.kind](mapped, unfit.suggestion), finding
    return EMPTY, finding


def _checked(mapped: MappedField, text: str, value: Any) -> tuple[Any, Finding | None]:
    """The value against the field's limits, its usual words and the ambiguity of dates."""
    field = mapped.field
    too_small = field.minimum is not None and value < field.minimum
    if too_small or (field.maximum is not None and value > field.maximum):
        limit = field.minimum if too_small else field.maximum
        sentence = (
            _("“{label}” is {value}; the least is {limit}.")
            if too_small
            else _("“{label}” is {value}; the most is {limit}.")
        )
        raise Unfit(sentence.format(label=field.label, value=text[:60], limit=limit))
    if field.kind in (Kind.DATE, Kind.DATETIME) and mapped.date_order is None and is_two_ways(text):
        message = _("“{value}” was read as {date}. Say whether day or month comes first.")
        message = message.format(value=text, date=date_format(value, "DATE_FORMAT"))
        return value, Finding(field.name, "two_ways", text, message, is_rejection=False)
    if field.vocabulary and isinstance(value, str):
        usual = _usual_word(field, value)
        if usual and usual != value:
            message = _("“{value}” is unusual. Did you mean “{suggestion}”?").format(value=value, suggestion=usual)
            return value, Finding(field.name, "unusual", text, message, is_rejection=False, suggestion=usual)
    return value, None


def _usual_word(field: Field, value: str) -> str:
    """The word of the vocabulary that this one is a misspelling of, in the same case, or an empty text."""
    known = vocabulary_of(field.vocabulary)
    if known.find_word(value):
        return ""
    near = known.near(value)
    if near is None:
        return ""
    return near.name[:1].upper() + near.name[1:] if value[:1].isupper() else near.name


class Vocabulary(Names):
    """Usual words. A word that differs in case only counts as known."""

    def __init__(self, words: tuple[str, ...]) -> None:
        super().__init__()
        self._words = {word.casefold() for word in words}
        for word in words:
            self._by_fold.setdefault(folded(word), set()).add(word)

    def find_word(self, word: str) -> bool:
        return word.casefold() in self._words


_vocabularies: dict[tuple[str, ...], Vocabulary] = {}


def vocabulary_of(words: tuple[str, ...]) -> Vocabulary:
    """The vocabulary of these words, made once per process and set."""
    if words not in _vocabularies:
        if len(_vocabularies) > 50:
            _vocabularies.clear()
        _vocabularies[words] = Vocabulary(words)
    return _vocabularies[words]


def _text(mapped: MappedField, text: str) -> Any:
    return mapped.field.clean(text) if mapped.field.clean else text


def _choice_value(mapped: MappedField, text: str) -> str:
    by_text = {folded(word): value for value, words in mapped.field.aliases for word in words}
    for value, label in mapped.field.choices:
        by_text[folded(str(label))] = by_text[folded(value)] = value
    if folded(text) in by_text:
        return by_text[folded(text)]
    labels = tuple(str(label) for _value, label in mapped.field.choices)
    near = vocabulary_of(labels).near(text)
    message = _("“{value}” is not one of: {labels}.").format(value=text[:60], labels=", ".join(labels))
    raise Unfit(message, near.name if near else "")


def _to_cents(value: Decimal) -> Decimal:
    """Two decimals: what spreadsheets add behind them is noise of their arithmetic."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


PARSERS: dict[Kind, Callable[[MappedField, str], Any]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.EMAIL: _text,
    Kind.PHONE: _text,
    Kind.INTEGER: lambda mapped, text: parse_integer(text, decimal_comma=mapped.convention.decimal_comma),
    Kind.NUMBER: lambda mapped, text: _to_cents(parse_number(text, decimal_comma=mapped.convention.decimal_comma)),
    Kind.DATE: lambda mapped, text: parse_datetime(text, mapped.date_order).date(),
    Kind.DATETIME: lambda mapped, text: parse_datetime(text, mapped.date_order, mapped.zone),
    Kind.BOOLEAN: lambda mapped, text: parse_boolean(text),
    Kind.CHOICE: _choice_value,
}
