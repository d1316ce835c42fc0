"""What the functions of formulas mean in SQL. A missing value makes the result missing, as in SQL; a text joined to a
missing one stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields.computed.days import DAYS, add_days, add_months, date, days, today
from triptych.core_crm.custom_fields.computed.terms import BadFormula, Result, Sql, Term, first_of, made, nothing_of
from triptych.core_crm.custom_fields.computed.typed import (
    NUMERIC,
    as_day,
    as_text,
    as_type,
    of_one_type,
    together,
    wrong,
)


def choose(condition: Term, yes: Term, no: Term) -> Term:
    """One value where the condition holds, else the other; it fails as the chosen one does."""
    condition = as_type(condition, Result.BOOLEAN, name="if")
    (yes, no), kind = of_one_type("if", yes, no)
    piece = "CASE WHEN {} THEN {} ELSE {} END"
    chosen = made(kind, piece, condition, yes, no)
    reasons = [one.error if one.error is not None else nothing_of(Result.TEXT) for one in (yes, no)]
    failing = Sql(piece, condition.sql, *reasons, of=Result.TEXT)
    fails = yes.error is not None or no.error is not None
    return replace(
        chosen,
        currency=_chosen_currency(condition, yes, no),
        error=first_of(condition.error, failing if fails else None),
    )


def _chosen_currency(condition: Term, yes: Term, no: Term) -> Any:
    known = [one.currency for one in (yes, no) if one.currency is not None]
    if len(known) < 2:
        return known[0] if known else None
    return Sql("CASE WHEN {} THEN {} ELSE {} END", condition.sql, *known, of=Result.TEXT)


def if_empty(term: Term, other: Term) -> Term:
    """The value, or another where there is none."""
    (term, other), kind = of_one_type("ifempty", term, other)
    return made(kind, "coalesce({}, {})", term, other, currency=first_of(term.currency, other.currency))


def is_empty(term: Term) -> Term:
    """Whether there is no value; an empty text is none."""
    piece = "(coalesce({}, '') = '')" if term.type in (Result.TEXT, Result.NOTHING) else "({} IS NULL)"
    return made(Result.BOOLEAN, piece, term)


def _outermost(word: str) -> Callable[..., Term]:
    def operate(*terms: Term) -> Term:
        kept, kind = of_one_type(word, *terms)
        if kind in (Result.TEXT, Result.BOOLEAN):
            raise wrong({"least": "min", "greatest": "max"}[word], *terms)
        currency, apart = reduce(
            lambda known, term: (
                first_of(known[0], term.currency),
                first_of(known[1], together(replace(term, currency=known[0]), term)[1]),
            ),
            kept,
            (None, None),
        )
        return made(kind, f"{word}({', '.join(['{}'] * len(kept))})", *kept, currency=currency, error=apart)

    return operate


def rounded(term: Term, digits: Term | None = None) -> Term:
    """Rounded half away from zero, to so many decimals (none unless said)."""
    term = as_type(term, *NUMERIC, name="round")
    places = digits.literal if digits is not None else 0
    if isinstance(places, bool) or places is None or places != int(places) or not -6 <= places <= 6:
        raise BadFormula(_("“round” takes a number and how many decimals, from -6 to 6, e.g. round(amount, 2)."))
    return made(term.type, f"round({{}}, {int(places)})", term, currency=term.currency)


def _mapped(name: str, piece: str) -> Callable[[Term], Term]:
    def operate(term: Term) -> Term:
        kept = as_type(term, *NUMERIC, name=name)
        return made(kept.type, piece, kept, currency=kept.currency)

    return operate


def _textual(piece: str, result: Result = Result.TEXT) -> Callable[[Term], Term]:
    return lambda term: made(result, piece, as_text(term))


def _cut(word: str) -> Callable[[Term, Term], Term]:
    def operate(text: Term, length: Term) -> Term:
        length = as_type(length, Result.NUMBER, name=word)
        return made(Result.TEXT, f"{word}({{}}, greatest({DAYS}, 0))", as_text(text), length)

    return operate


def contains(text: Term, part: Term) -> Term:
    """Whether a text has another in it, whatever the case."""
    return made(Result.BOOLEAN, "(strpos(lower({}), lower({})) > 0)", as_text(text), as_text(part))


def _part_of_day(word: str) -> Callable[[Term], Term]:
    return lambda term: made(Result.NUMBER, f"date_part('{word}', {{}})::numeric", as_day(term))


@dataclass(frozen=True)
class Function:
    """A function of formulas: how it is called, and with how many values."""

    example: str
    call: Callable[..., Term]
    fewest: int = 1
    most: int = 1


FUNCTIONS = {
    "if": Function('if(amount > 1000, "large", "small")', choose, 3, 3),
    "ifempty": Function("ifempty(probability, 0)", if_empty, 2, 2),
    "isempty": Function("isempty(closeDate)", is_empty),
    "round": Function("round(amount / 3, 2)", rounded, 1, 2),
    "abs": Function("abs(amount)", _mapped("abs", "abs({})")),
    "floor": Function("floor(2.7)", _mapped("floor", "floor({})")),
    "ceil": Function("ceil(2.1)", _mapped("ceil", "ceil({})")),
    "min": Function("min(2, 3)", _outermost("least"), 2, 10),
    "max": Function("max(2, 3)", _outermost("greatest"), 2, 10),
    "today": Function("today()", today, 0, 0),
    "days": Function("days(createdAt, today())", days, 2, 2),
    "date": Function("date(2026, 12, 31)", date, 1, 3),
    "adddays": Function("adddays(closeDate, 14)", add_days, 2, 2),
    "addmonths": Function("addmonths(closeDate, 1)", add_months, 2, 2),
    "year": Function("year(closeDate)", _part_of_day("year")),
    "month": Function("month(closeDate)", _part_of_day("month")),
    "day": Function("day(closeDate)", _part_of_day("day")),
    "weekday": Function("weekday(closeDate)", _part_of_day("isodow")),
    "text": Function("text(amount)", as_text),
    "length": Function("length(name)", _textual("length({})::numeric", Result.NUMBER)),
    "upper": Function("upper(name)", _textual("upper({})")),
    "lower": Function("lower(name)", _textual("lower({})")),
    "trim": Function("trim(name)", _textual("trim({})")),
    "left": Function("left(name, 3)", _cut("left"), 2, 2),
    "right": Function("right(name, 3)", _cut("right"), 2, 2),
    "contains": Function('contains(name, "Ltd")', contains, 2, 2),
}
