"""Parts of a formula taken as one type or another, or together as one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields.computed.terms import (
    WORDS,
    BadFormula,
    Result,
    Term,
    failing_when,
    first_of,
    made,
    nothing_of,
)

NUMERIC = (Result.NUMBER, Result.MONEY)


def wrong(name: str, *given: Term) -> BadFormula:
    """The refusal to use something with parts of these types."""
    words = ", ".join(str(WORDS[term.type]) for term in given)
    return BadFormula(_("“%(name)s” cannot be used with: %(given)s.") % {"name": name, "given": words})


def as_day(term: Term) -> Term:
    """A date, or the date of a moment where the workspace is.

    Raises:
        BadFormula: it is neither.
    """
    if term.type == Result.DATETIME:
        return replace(term, type=Result.DATE, sql=TruncDate(term.sql))
    if term.type == Result.NOTHING:
        return replace(term, type=Result.DATE, sql=nothing_of(Result.DATE))
    if term.type != Result.DATE:
        raise BadFormula(_("A date is needed here, not %(given)s.") % {"given": WORDS[term.type]})
    return term


def as_type(term: Term, *types: Result, name: str) -> Term:
    """The part itself, if it is of one of the types."""
    if term.type == Result.NOTHING:
        return replace(term, type=types[0], sql=nothing_of(types[0]))
    if term.type not in types:
        raise wrong(name, term)
    return term


def as_text(term: Term) -> Term:
    """Whatever it is, as a text; nothing is an empty one."""
    if term.type == Result.MONEY:
        both = [term.sql, term.currency]
        return made(Result.TEXT, "coalesce(trim(concat({}, ' ', {})), '')", term, sqls=both)
    if term.type == Result.DATETIME:
        return as_text(as_day(term))
    pieces = {
        Result.NUMBER: "coalesce(trim_scale(round({}, 6))::text, '')",
        Result.DATE: "coalesce(to_char({}, 'YYYY-MM-DD'), '')",
        Result.BOOLEAN: "CASE {} WHEN true THEN 'yes' WHEN false THEN 'no' ELSE '' END",
    }
    return made(Result.TEXT, pieces.get(term.type, "coalesce({}, '')"), term)


def together(first: Term, second: Term) -> tuple[Any, Any]:
    """The currency of two amounts, and the failure where they are of two."""
    currencies = [one.currency for one in (first, second) if one.currency is not None]
    apart = failing_when("currencies", "{} <> {}", *currencies) if len(currencies) == 2 else None
    return first_of(*currencies), apart


def alike(*terms: Term) -> bool:
    """Whether the parts are of one type; amounts and numbers count as one."""
    types = {term.type for term in terms} - {Result.NOTHING}
    return len(types) <= 1 or types <= set(NUMERIC)


def of_one_type(name: str, *terms: Term) -> tuple[list[Term], Result]:
    """The parts as of one type, and which.

    Raises:
        BadFormula: they are of several.
    """
    if not alike(*terms):
        raise wrong(name, *terms)
    types = {term.type for term in terms} - {Result.NOTHING}
    kind = Result.MONEY if Result.MONEY in types else next(iter(types), Result.NOTHING)
    return [replace(one, sql=nothing_of(kind)) if one.type == Result.NOTHING else one for one in terms], kind
