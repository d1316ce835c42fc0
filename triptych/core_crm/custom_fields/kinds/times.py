"""Dates, and instants."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.db.models import Func
from django.db.models.expressions import BaseExpression
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields.kinds.base import Kind, Stored, Unfit, as_text
from triptych.platform import clock
from triptych.platform.web.templatetags import parts

if TYPE_CHECKING:
    from triptych.core_crm.custom_fields.models import CustomField

INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"
DAY_SQL = "make_date(left({x}, 4)::int, substr({x}, 6, 2)::int, substr({x}, 9, 2)::int)"


class _Day(Func):
    """The date in a text. PostgreSQL's own cast depends on settings, so that no index may use it; this does not."""

    arity = 1
    output_field = models.DateField()

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        return _repeated(self, compiler, DAY_SQL, 3)


class _Instant(Func):
    """The instant in a text, of UTC."""

    arity = 1
    output_field = models.DateTimeField()

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        clock = "substr({x}, 12, 2)::int, substr({x}, 15, 2)::int, substr({x}, 18, 9)::double precision"
        stamp = DAY_SQL.replace("make_date(", "make_timestamp(").removesuffix(")")
        return _repeated(self, compiler, f"timezone('UTC', {stamp}, {clock}))", 6)


def _repeated(function: Func, compiler: Any, template: str, times: int) -> tuple[str, list[Any]]:
    sql, params = compiler.compile(function.source_expressions[0])
    return template.format(x=sql), [*params] * times


class Day(Kind):
    icon = "calendar"
    output = models.DateField()

    def clean(self, field: CustomField, given: Any) -> Stored:
        if isinstance(given, datetime):
            given = timezone.localdate(given)
        if isinstance(given, date):
            return given.isoformat()
        text = as_text(given)
        if not text:
            return None
        try:
            day = parse_date(text)
        except ValueError:
            day = None
        if day is None:
            raise Unfit(_("This is no date. One looks like 2026-03-31."))
        return day.isoformat()

    def form_field(self, field: CustomField, **options: Any) -> forms.Field:
        return forms.DateField(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **options)

    def value(self, field: CustomField, stored: Stored) -> date | None:
        return date.fromisoformat(stored) if stored else None

    def initial(self, field: CustomField, stored: Stored) -> Any:
        return self.value(field, stored)

    def show(self, field: CustomField, stored: Stored) -> Any:
        return parts.when(date.fromisoformat(stored)) if stored else ""

    def sql(self, field: CustomField) -> BaseExpression:
        return _Day(KT(f"custom__{field.key}"))


class Moment(Kind):
    icon = "clock"
    output = models.DateTimeField()

    def clean(self, field: CustomField, given: Any) -> Stored:
        moment = given if isinstance(given, datetime) else _parsed(as_text(given))
        if moment is None:
            return None
        if timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        if not clock.is_shown_everywhere(moment):
            raise Unfit(_("This lies too far away. Choose a date between 0001 and 9999."))
        return moment.astimezone(UTC).strftime(INSTANT).zfill(27)

    def form_field(self, field: CustomField, **options: Any) -> forms.Field:
        widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        return forms.DateTimeField(widget=widget, **options)

    def value(self, field: CustomField, stored: Stored) -> datetime | None:
        return datetime.fromisoformat(stored) if stored else None

    def initial(self, field: CustomField, stored: Stored) -> Any:
        return timezone.localtime(self.value(field, stored)) if stored else None

    def show(self, field: CustomField, stored: Stored) -> Any:
        return parts.when(self.value(field, stored)) if stored else ""

    def sql(self, field: CustomField) -> BaseExpression:
        return _Instant(KT(f"custom__{field.key}"))


def _parsed(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise Unfit(_("This is no date with a time. One looks like 2026-03-31 14:30."))
    return moment
