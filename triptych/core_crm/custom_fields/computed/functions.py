"""What the operators and functions of formulas mean in SQL. A missing value makes the result missing, as in SQL; a text
joined to a missing one stays as it is."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from django.db.models import Value
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields.computed.terms import (
    WORDS,
    BadFormula,
    Result,
    Sql,
    Term,
    failing_when,
    first_of,
    made,
    nothing_of,
)
from triptych.platform import clock

NUMERIC = (Result.NUMBER, Result.MONEY)
TIMES = (Result.DATE, Result.DATETIME)
FAR = 1_000_000
MONTHS_FAR = 24_000
"""So many days, or months, a formula goes back or forth at most."""
DAYS = "(SELECT CASE WHEN abs(v) <= 1000000 THEN trunc(v)::int END FROM (SELECT {}) AS c(v))"
MONTHS = "(SELECT CASE WHEN abs(v) <= 24000 THEN trunc(v)::int END FROM (SELECT {}) AS c(v))"
"""A number as a whole one; NULL where it is larger than that. The part is worked out once."""
SOUND = "(SELECT CASE WHEN v BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' THEN v END FROM (SELECT {}) AS c(v))"
BETWEEN = "BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'"


def _wrong(name: str, *given: Term) -> BadFormula:
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
        raise _wrong(name, term)
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


def _together(first: Term, second: Term) -> tuple[Any, Any]:
    """The currency of two amounts, and the failure where they are of two."""
    currencies = [one.currency for one in (first, second) if one.currency is not None]
    apart = failing_when("currencies", "{} <> {}", *currencies) if len(currencies) == 2 else None
    return first_of(*currencies), apart


def _added(sign: str) -> Callable[[Term, Term], Term]:
    def operate(first: Term, second: Term) -> Term:
        if first.type in TIMES and second.type in TIMES and sign == "-":
            return days(second, first)
        if first.type in TIMES and second.type == Result.NUMBER:
            return add_days(first, second if sign == "+" else _negative(second))
        if sign == "+" and first.type == second.type == Result.TEXT:
            return joined(first, second)
        first, second = (as_type(term, *NUMERIC, name=sign) for term in (first, second))
        currency, apart = _together(first, second)
        kind = Result.MONEY if Result.MONEY in (first.type, second.type) else Result.NUMBER
        return made(kind, f"({{}} {sign} {{}})", first, second, currency=currency, error=apart)

    return operate


def _multiplied(first: Term, second: Term) -> Term:
    first, second = (as_type(term, *NUMERIC, name="*") for term in (first, second))
    if first.type == second.type == Result.MONEY:
        raise _wrong("*", first, second)
    kind = Result.MONEY if Result.MONEY in (first.type, second.type) else Result.NUMBER
    return made(kind, "({} * {})", first, second, currency=first_of(first.currency, second.currency))


def _divided(first: Term, second: Term) -> Term:
    first, second = (as_type(term, *NUMERIC, name="/") for term in (first, second))
    currency, apart = _together(first, second)
    by_zero = failing_when("division", "{} = 0", second.sql)
    kind = Result.MONEY if first.type == Result.MONEY and second.type == Result.NUMBER else Result.NUMBER
    if first.type == Result.NUMBER and second.type == Result.MONEY:
        raise _wrong("/", first, second)
    whole = made(kind, "round({} / nullif({}, 0), 20)", first, second, error=first_of(apart, by_zero))
    return replace(whole, currency=currency if kind == Result.MONEY else None)


def _rest(first: Term, second: Term) -> Term:
    first, second = (as_type(term, Result.NUMBER, name="%") for term in (first, second))
    return made(
        Result.NUMBER, "mod({}, nullif({}, 0))", first, second, error=failing_when("division", "{} = 0", second.sql)
    )


def _negative(term: Term) -> Term:
    term = as_type(term, *NUMERIC, name="-")
    literal = -term.literal if term.literal is not None else None
    return replace(made(term.type, "(- {})", term, currency=term.currency), literal=literal)


def _not(term: Term) -> Term:
    return made(Result.BOOLEAN, "(NOT {})", as_type(term, Result.BOOLEAN, name="not"))


def joined(first: Term, second: Term) -> Term:
    """Two values one after the other, as a text of 1,000 characters at most."""
    return made(Result.TEXT, "left({} || {}, 1000)", as_text(first), as_text(second))


def compared(sign: str) -> Callable[[Term, Term], Term]:
    """A comparison of two values of one type; an amount may be compared with a number."""

    def operate(first: Term, second: Term) -> Term:
        if Result.DATE in (first.type, second.type):
            first, second = as_day(first), as_day(second)
        if not _alike(first, second) or (first.type == Result.BOOLEAN and sign not in ("=", "<>")):
            raise _wrong(sign, first, second)
        _currency, apart = _together(first, second)
        return made(Result.BOOLEAN, f"({{}} {sign} {{}})", first, second, error=apart)

    return operate


def _alike(*terms: Term) -> bool:
    types = {term.type for term in terms} - {Result.NOTHING}
    return len(types) <= 1 or types <= set(NUMERIC)


def every(sign: str, parts: list[Term]) -> Term:
    """`and`, `or` over yes and no."""
    kept = [as_type(part, Result.BOOLEAN, name=sign) for part in parts]
    return made(Result.BOOLEAN, f"({f' {sign} '.join(['{}'] * len(kept))})", *kept)


def choose(condition: Term, yes: Term, no: Term) -> Term:
    """One value where the condition holds, else the other; it fails as the chosen one does."""
    condition = as_type(condition, Result.BOOLEAN, name="if")
    (yes, no), kind = _of_one_type("if", yes, no)
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


def _of_one_type(name: str, *terms: Term) -> tuple[list[Term], Result]:
    """The parts as of one type, and which.

    Raises:
        BadFormula: they are of several.
    """
    if not _alike(*terms):
        raise _wrong(name, *terms)
    types = {term.type for term in terms} - {Result.NOTHING}
    kind = Result.MONEY if Result.MONEY in types else next(iter(types), Result.NOTHING)
    return [replace(one, sql=nothing_of(kind)) if one.type == Result.NOTHING else one for one in terms], kind


def if_empty(term: Term, other: Term) -> Term:
    """The value, or another where there is none."""
    (term, other), kind = _of_one_type("ifempty", term, other)
    return made(kind, "coalesce({}, {})", term, other, currency=first_of(term.currency, other.currency))


def is_empty(term: Term) -> Term:
    """Whether there is no value; an empty text is none."""
    piece = "(coalesce({}, '') = '')" if term.type in (Result.TEXT, Result.NOTHING) else "({} IS NULL)"
    return made(Result.BOOLEAN, piece, term)


def _outermost(word: str) -> Callable[..., Term]:
    def operate(*terms: Term) -> Term:
        kept, kind = _of_one_type(word, *terms)
        if kind in (Result.TEXT, Result.BOOLEAN):
            raise _wrong({"least": "min", "greatest": "max"}[word], *terms)
        currency, apart = reduce(
            lambda known, term: (
                first_of(known[0], term.currency),
                first_of(known[1], _together(replace(term, currency=known[0]), term)[1]),
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


def today() -> Term:
    """The day it is where the workspace is, when the value is read."""
    return Term(Result.DATE, Sql("{}::date", Value(timezone.localdate(clock.now())), of=Result.DATE))


def days(first: Term, second: Term) -> Term:
    """How many days lie from the first date to the second."""
    first, second = as_day(first), as_day(second)
    return made(Result.NUMBER, "({} - {})::numeric", first, second, sqls=[second.sql, first.sql])


def _sound(day: Term) -> Term:
    """A date within the calendar; none, and the reason, where it lies outside."""
    kept = made(Result.DATE, SOUND, day)
    return kept.failing(failing_when("day", f"{{}} NOT {BETWEEN}", day.sql))


def _far(term: Term, limit: int = FAR) -> Any:
    return failing_when("day", f"abs({{}}) > {limit}", term.sql)


def add_days(day: Term, count: Term) -> Term:
    """A date so many days later, or earlier where the number is negative."""
    count = as_type(count, Result.NUMBER, name="adddays")
    return _sound(made(Result.DATE, f"({{}} + {DAYS})", as_day(day), count, error=_far(count)))


def add_months(day: Term, count: Term) -> Term:
    """A date so many months later; the last day of the month where that one is shorter."""
    count = as_type(count, Result.NUMBER, name="addmonths")
    piece = f"({{}} + make_interval(months => {MONTHS}))::date"
    return _sound(made(Result.DATE, piece, as_day(day), count, error=_far(count, MONTHS_FAR)))


def date(first: Term, month: Term | None = None, day: Term | None = None) -> Term:
    """The date of a moment; or of year, month and day, counted on where they go beyond the year or the month."""
    if month is None or day is None:
        return as_day(first)
    parts = [as_type(part, Result.NUMBER, name="date") for part in (first, month, day)]
    year = "(SELECT CASE WHEN v BETWEEN 1 AND 9999 THEN trunc(v)::int END FROM (SELECT {}) AS c(v))"
    later = f"months => {MONTHS} - 1, days => {DAYS} - 1"
    outside = failing_when("day", "{} NOT BETWEEN 1 AND 9999", parts[0].sql)
    reason = first_of(outside, _far(parts[1], MONTHS_FAR), _far(parts[2]))
    return _sound(made(Result.DATE, f"(make_date({year}, 1, 1) + make_interval({later}))::date", *parts, error=reason))


BINARY: dict[type[ast.AST], Callable[[Term, Term], Term]] = {
    ast.Add: _added("+"),
    ast.Sub: _added("-"),
    ast.Mult: _multiplied,
    ast.Div: _divided,
    ast.Mod: _rest,
    ast.BitAnd: joined,
}
UNARY: dict[type[ast.AST], Callable[[Term], Term]] = {
    ast.USub: _negative,
    ast.UAdd: lambda term: as_type(term, *NUMERIC, name="+"),
    ast.Not: _not,
}
COMPARISONS: dict[type[ast.AST], Callable[[Term, Term], Term]] = {
    ast.Eq: compared("="),
    ast.NotEq: compared("<>"),
    ast.Lt: compared("<"),
    ast.LtE: compared("<="),
    ast.Gt: compared(">"),
    ast.GtE: compared(">="),
}


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
