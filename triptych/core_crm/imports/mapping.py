"""Proposing which column is which field, from headings and from what the columns hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from triptych.core_crm.imports.importer import Field, Kind
from triptych.core_crm.imports.profiling import Column, Profile
from triptych.core_crm.imports.values import folded
from triptych.platform.refusals import Refused

Names = Mapping[str, frozenset[str]]
"""Name of an importer → the folded names of all records it knows."""

SURE, LIKELY = 90.0, 72.0
KINDS = {
    Kind.INTEGER: "number",
    Kind.NUMBER: "number",
    Kind.DATE: "date",
    Kind.DATETIME: "date",
    Kind.BOOLEAN: "boolean",
    Kind.EMAIL: "email",
    Kind.PHONE: "phone",
}


class WrongMapping(Refused):
    """A column or a field that is not there, or one field asked of two columns."""

    code = "WRONG_MAPPING"


def propose_mapping(columns: Sequence[Column], fields: Sequence[Field], names: Names) -> dict[str, str]:
    """The likeliest field for each column, as field name → column name. Each field and each column at most once.

    Headings count most; values speak for or against: text in a number field rules it out, values that are names of
    companies already here make the column a link to companies whatever it is called.
    """
    scored = [
        (score_of(column, field, names), -position, -rank, column.name, field.name)
        for position, column in enumerate(columns)
        for rank, field in enumerate(fields)
    ]
    mapping: dict[str, str] = {}
    for score, _position, _rank, column_name, field_name in sorted(scored, reverse=True):
        if score < LIKELY:
            break
        if field_name not in mapping and column_name not in mapping.values():
            mapping[field_name] = column_name
    return mapping


def strength_of(mapping: Mapping[str, str], profile: Profile, fields: Sequence[Field]) -> float:
    """0 to 1: how well a mapping explains the columns that have values, by headings and values together."""
    by_name = {field.name: field for field in fields}
    filled = [column for column in profile.columns.values() if column.filled]
    scores = [score_of(profile.columns[column], by_name[name], {}) for name, column in mapping.items()]
    return sum(scores) / 100 / len(filled) if filled else 0.0


def score_of(column: Column, field: Field, names: Names | None = None) -> float:
    """0 to 115: how likely the column is the field, by its heading and by its values."""
    names = names or {}
    heading = _heading_score(column.name, field)
    fit = _fit(column, field, names)
    if fit < 0 or not column.filled:
        return heading if heading >= SURE and fit >= 0 else 0.0
    return heading + fit


def _heading_score(heading: str, field: Field) -> float:
    """0 to 100: how alike the heading and one of the field's names are."""
    bare = folded(heading)
    best = 0.0
    for name in (field.name, str(field.label), *field.synonyms):
        other = folded(name)
        best = max(best, 100.0 if bare == other else min(88.0, fuzz.ratio(bare, other)))
    return best


def _fit(column: Column, field: Field, names: Names) -> float:
    """How well the values suit the field: −1 rules it out, up to 15 speak for it."""
    wanted = KINDS.get(field.kind)
    if wanted:
        share = column.shares.get(wanted, 0.0)
        return -1.0 if column.filled and share < 0.5 else 8.0 * share
    if field.kind is Kind.LINK:
        known = names.get(field.link, frozenset())
        values = [folded(value) for value in list(column.values)[:200]]
        return 15.0 * sum(value in known for value in values) / len(values) if values and known else 0.0
    if field.kind is Kind.CHOICE:
        allowed = {folded(text) for choice in field.choices for text in (choice[0], str(choice[1]))}
        allowed |= {folded(word) for _value, words in field.aliases for word in words}
        values = [folded(value) for value in list(column.values)[:200]]
        return 10.0 * sum(value in allowed for value in values) / len(values) if values else 0.0
    return -1.0 if field.kind is Kind.TEXT and column.shares.get("date", 0.0) > 0.9 and len(column.values) > 2 else 0.0


def mapping_from_pairs(pairs: Mapping[str, str], columns: Sequence[str], fields: Sequence[Field]) -> dict[str, str]:
    """What a person typed as column=field, as field name → column name. Case, spaces and underscores do not matter;
    an empty field, or “-”, leaves a column out.

    Raises:
        WrongMapping: with the names that there are.
    """
    columns_by_fold = {folded(column): column for column in columns}
    fields_by_fold = {folded(name): field.name for field in fields for name in (str(field.label), field.name)}
    mapping: dict[str, str] = {}
    for column_text, field_text in pairs.items():
        column = columns_by_fold.get(folded(column_text))
        if column is None:
            known = ", ".join(columns)
            raise WrongMapping(
                _("The file has no column “{name}”. It has: {known}.").format(name=column_text, known=known)
            )
        if not folded(field_text):
            continue
        name = fields_by_fold.get(folded(field_text))
        if name is None:
            known = ", ".join(field.name for field in fields)
            raise WrongMapping(
                _("There is no field “{name}”. There are: {known}.").format(name=field_text, known=known)
            )
        if name in mapping:
            raise WrongMapping(_("Two columns are mapped to {name}. Take one.").format(name=name), field=name)
        mapping[name] = column
    return mapping


def mapping_over(
    proposed: Mapping[str, str], pairs: Mapping[str, str], columns: Sequence[str], fields: Sequence[Field]
) -> dict[str, str]:
    """What was proposed, with what a person asked for (column → field) in its place.

    Raises:
        WrongMapping: as `mapping_from_pairs`.
    """
    asked = mapping_from_pairs(pairs, columns, fields)
    named = {folded(column) for column in pairs}
    kept = {
        field: column
        for field, column in proposed.items()
        if folded(column) not in named and column not in asked.values() and field not in asked
    }
    return {**kept, **asked}


def check_mapping(mapping: Mapping[str, str], columns: Sequence[str], fields: Sequence[Field]) -> None:
    """Make sure that a mapping can be used.

    Raises:
        WrongMapping: it names what is not there, or leaves out a required field.
    """
    known = {field.name for field in fields}
    for name, column in mapping.items():
        if name not in known or column not in columns:
            raise WrongMapping(
                _("There is no field “{name}” or no column “{column}”.").format(name=name, column=column)
            )
    for field in fields:
        if field.required and field.name not in mapping:
            raise WrongMapping(
                _("Say which column holds “{field}”. Every record needs one.").format(field=field.label),
                field=field.name,
            )
