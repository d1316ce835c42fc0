"""What the operators of formulas mean in SQL."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from triptych.core_crm.custom_fields.computed.days import add_days, days
from triptych.core_crm.custom_fields.computed.terms import Result, Term, failing_when, first_of, made
from triptych.core_crm.custom_fields.computed.typed import NUMERIC, alike, as_day, as_text, as_type, together, wrong

TIMES = (Result.DATE, Result.DATETIME)


def _added(sign: str) -> Callable[[Term, Term], Term]:
    def operate(first: Term, second: Term) -> Term:
        if first.type in TIMES and second.type in TIMES and sign == "-":
            return days(second, first)
        if first.type in TIMES and second.type == Result.NUMBER:
            return add_days(first, second if sign == "+" else _negative(second))
        if sign == "+" and first.type == second.type == Result.TEXT:
            return joined(first, second)
        first, second = (as_type(term, *NUMERIC, name=sign) for term in (first, second))
        currency, apart = together(first, second)
        kind = Result.MONEY if Result.MONEY in (first.type, second.type) else Result.NUMBER
        return made(kind, f"({{}} {sign} {{}})", first, second, currency=currency, error=apart)

    return operate


def _multiplied(first: Term, second: Term) -> Term:
    first, second = (as_type(term, *NUMERIC, name="*") for term in (first, second))
    if first.type == second.type == Result.MONEY:
        raise wrong("*", first, second)
    kind = Result.MONEY if Result.MONEY in (first.type, second.type) else Result.NUMBER
    return made(kind, "({} * {})", first, second, currency=first_of(first.currency, second.currency))


def _divided(first: Term, second: Term) -> Term:
    first, second = (as_type(term, *NUMERIC, name="/") for term in (first, second))
    currency, apart = together(first, second)
    by_zero = failing_when("division", "{} = 0", second.sql)
    kind = Result.MONEY if first.type == Result.MONEY and second.type == Result.NUMBER else Result.NUMBER
    if first.type == Result.NUMBER and second.type == Result.MONEY:
        raise wrong("/", first, second)
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
        if not alike(first, second) or (first.type == Result.BOOLEAN and sign not in ("=", "<>")):
            raise wrong(sign, first, second)
        _currency, apart = together(first, second)
        return made(Result.BOOLEAN, f"({{}} {sign} {{}})", first, second, error=apart)

    return operate


def every(sign: str, parts: list[Term]) -> Term:
    """`and`, `or` over yes and no."""
    kept = [as_type(part, Result.BOOLEAN, name=sign) for part in parts]
    return made(Result.BOOLEAN, f"({f' {sign} '.join(['{}'] * len(kept))})", *kept)


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
