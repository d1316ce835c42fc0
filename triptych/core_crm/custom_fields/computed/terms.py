"""The parts of a formula: what type each has, how the database works it out, and why it may have no value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models import Func, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from triptych.platform.refusals import Refused

LARGEST = 10**15
MOST_PARTS = 200
DEEPEST = 40


class Result(StrEnum):
    """The types of values that formulas and rollups have; the names of the kinds of field that hold such values."""

    NUMBER = "number"
    MONEY = "money"
    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    NOTHING = ""


WORDS = {
    Result.NUMBER: gettext_lazy("a number"),
    Result.MONEY: gettext_lazy("an amount of money"),
    Result.TEXT: gettext_lazy("a text"),
    Result.DATE: gettext_lazy("a date"),
    Result.DATETIME: gettext_lazy("a date with a time"),
    Result.BOOLEAN: gettext_lazy("yes or no"),
    Result.NOTHING: gettext_lazy("nothing"),
}

NUMBER = models.DecimalField(max_digits=30, decimal_places=6)
OUTPUTS: dict[str, models.Field[Any, Any]] = {
    Result.NUMBER: NUMBER,
    Result.MONEY: models.DecimalField(max_digits=18, decimal_places=2),
    Result.TEXT: models.TextField(),
    Result.DATE: models.DateField(),
    Result.DATETIME: models.DateTimeField(),
    Result.BOOLEAN: models.BooleanField(),
    Result.NOTHING: models.TextField(),
    "json": models.JSONField(),
}
TYPES = {
    Result.NUMBER: "numeric",
    Result.MONEY: "numeric",
    Result.TEXT: "text",
    Result.DATE: "date",
    Result.DATETIME: "timestamptz",
    Result.BOOLEAN: "boolean",
    Result.NOTHING: "text",
}


class BadFormula(Refused):
    """What was written is no formula; the sentence says why."""

    code = "BAD_FORMULA"

    def __init__(self, message: str, *, field: str | None = "expression", code: str = "") -> None:
        super().__init__(message, field=field, code=code or self.code)


class Missing(BadFormula):
    """It names fields that are not there."""

    code = "MISSING_FIELD"

    def __init__(self, *names: str) -> None:
        self.names = names
        super().__init__(_("There is no field “%(name)s” here.") % {"name": names[0][:60]})


class Sql(Func):
    """A piece of SQL with a place `{}` for each of its parts, in their order. Pieces are constants of this code."""

    def __init__(self, piece: str, *parts: Any, of: str = Result.NUMBER) -> None:
        super().__init__(*parts, output_field=OUTPUTS[of])
        self.piece = piece

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> Any:  # type: ignore[override]
        parts = [compiler.compile(part) for part in self.source_expressions]
        return self.piece.format(*(sql for sql, _params in parts)), [one for _sql, params in parts for one in params]


@dataclass(frozen=True)
class Term:
    """One part of a formula. `error` is a text expression: the reason for which there is no value, or NULL.

    `currency` is that of an amount. `literal` is the value of a part that was written out. `size` and `depth` tell how
    much SQL it is, with the formulas that it uses put in.
    """

    type: Result
    sql: Any
    currency: Any = None
    error: Any = None
    literal: Any = None
    size: int = 1
    depth: int = 1

    def failing(self, *errors: Any) -> Term:
        """The same with further reasons why there may be no value; the first that holds is told."""
        return replace(self, error=first_of(self.error, *errors))


def made(type_: Result, piece: str, *parts: Term, sqls: Any = None, currency: Any = None, error: Any = None) -> Term:
    """A part made of others by a piece of SQL; it fails as they do.

    Raises:
        BadFormula: there are too many of them.
    """
    size, depth = sum(part.size for part in parts) + 1, max((part.depth for part in parts), default=0) + 1
    if size > MOST_PARTS or depth > DEEPEST:
        raise BadFormula(_("This formula is too long, with the formulas that it uses. Split it or shorten it."))
    expressions = sqls if sqls is not None else [part.sql for part in parts]
    reason = first_of(*(part.error for part in parts), error)
    return Term(type_, Sql(piece, *expressions, of=type_), currency, reason, size=size, depth=depth)


def first_of(*expressions: Any) -> Any:
    """The first of these expressions that is not NULL; None without any."""
    there = [one for one in expressions if one is not None]
    if len(there) < 2:
        return there[0] if there else None
    return Sql(f"coalesce({', '.join(['{}'] * len(there))})", *there, of=Result.TEXT)


def failing_when(reason: str, condition: str, *sqls: Any) -> Any:
    """The reason where a condition holds, else NULL."""
    return Sql(f"CASE WHEN {condition} THEN {{}}::text END", *sqls, Value(reason), of=Result.TEXT)


def nothing_of(type_: Result) -> Any:
    """No value, of that type."""
    return Sql(f"NULL::{TYPES[type_]}", of=type_)


def failed(type_: Result, reason: str) -> Term:
    """A part that never has a value, for that reason."""
    return Term(type_, nothing_of(type_), error=Sql("{}::text", Value(reason), of=Result.TEXT))


REASONS = {
    "division": gettext_lazy("It divides by zero."),
    "currencies": gettext_lazy("It brings amounts of different currencies together."),
    "too_large": gettext_lazy("The result is too large."),
    "day": gettext_lazy("The date lies outside the years 1 to 9999."),
    "rate": gettext_lazy("An amount has no exchange rate into the workspace's currency."),
    "broken": gettext_lazy("The formula cannot be worked out any longer. An owner or admin can mend it."),
}


def told(reason: str) -> str:
    """Why there is no value, in words. `missing:` is followed by what is missing."""
    code, _colon, name = reason.partition(":")
    if code == "missing":
        return _("The field “%(name)s” is missing.") % {"name": name}
    return str(REASONS.get(code, REASONS["broken"]))
