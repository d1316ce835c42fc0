"""The small parts of a page as tags: `{% load parts %}`. They are functions because lists call them per row."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zlib import crc32

from babel.core import Locale
from babel.dates import (
    DateTimePattern,
    format_date,
    format_timedelta,
    get_date_format,
    get_datetime_format,
    get_time_format,
    parse_pattern,
)
from babel.numbers import NumberPattern, format_currency, format_decimal
from babel.numbers import parse_pattern as parse_number_pattern
from django import template
from django.forms import BoundField, CheckboxInput, RadioSelect, Select
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe

from triptych.platform import clock
from triptych.platform.languages.dates import locale_of_dates
from triptych.platform.web import toasts
from triptych.platform.web.assets import icon_paths
from triptych.platform.web.markup import markup

register = template.Library()
TONES = ("accent", "green", "amber", "blue", "violet", "red")


@lru_cache(maxsize=1000)
@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A Tabler icon, drawn inline. It says nothing to screen readers: put words beside it or a label around it."""
    svg = f'<svg class="icon {css}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{icon_paths(name)}</svg>'
    return mark_safe(svg)  # noqa: S308 - names and classes come from templates, drawings from the lock file


@register.simple_tag
def tag(label: Any, tone: str = "", variant: str = "") -> SafeString:
    """A short state in a rounded field. `tone`: accent, green, amber, red, blue, violet; `variant`: dot, outline."""
    return markup(
        '<span class="tag{}{}">{}</span>', f" tone-{tone}" if tone else "", f" tag-{variant}" if variant else "", label
    )


@register.simple_tag
def avatar(name: Any, css: str = "") -> SafeString:
    """Initials on a tone that stays the same for the same name. Decorative: the name stands beside it."""
    text = str(name or "?")
    return markup('<span class="avatar tone-{} {}" aria-hidden="true">{}</span>', tone_of(text), css, initials(text))


@register.simple_tag
def person(name: Any) -> SafeString:
    """Avatar and name of somebody, or a dash for nobody."""
    if not name:
        return SafeString('<span class="quiet">—</span>')
    return markup('<span class="person">{}<span class="clip">{}</span></span>', avatar(name), name)


def initials(name: str) -> str:
    """At most two letters: of the first and the last word."""
    words = [word for word in name.replace("@", " ").replace(".", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in {0: words[:1], 1: words[:1]}.get(len(words), [*words[:1], *words[-1:]])).upper()


def tone_of(text: str) -> str:
    return TONES[crc32(text.encode()) % len(TONES)]


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    return Locale.parse(language.replace("-", "_"))


def _here() -> Locale:
    return _locale(translation.get_language() or "en")


def reading_locale() -> Locale:
    """How the reader's language writes numbers and times."""
    return _here()


def exact(moment: datetime) -> str:
    """A moment with day and time, in the current time zone."""
    return str(_exact_pattern(_here()).apply(moment.astimezone(timezone.get_current_timezone()), _here()))


@register.simple_tag
def money(amount: Decimal | float | None, currency: str = "EUR") -> SafeString:
    """An amount with its currency, a dash for none."""
    if amount is None or amount == "":
        return SafeString('<span class="quiet">—</span>')
    return markup('<span class="money nowrap">{}</span>', money_text(amount, currency))


def money_text(amount: Decimal | float, currency: str) -> str:
    """An amount with its currency, in the reader's number format; whole amounts without decimals."""
    locale = _here()
    if amount == int(amount):
        return str(_whole_pattern(locale).apply(amount, locale, currency=currency, currency_digits=False))
    return str(format_currency(amount, currency, locale=locale))


@lru_cache(maxsize=32)
def _whole_pattern(locale: Locale) -> NumberPattern:
    """The language's way to write money, without decimals."""
    pattern: str = locale.currency_formats["standard"].pattern
    return parse_number_pattern(";".join(part.replace("0.00", "0") for part in pattern.split(";")))


@register.simple_tag
def figure(number: Any, digits: int = 0) -> str:
    """A number in the reader's format."""
    return "—" if number is None else str(format_decimal(round(number, digits), locale=_here()))


@register.simple_tag
def when(moment: datetime | date | None, due: bool = False) -> SafeString:
    """A moment as people say it, the exact one on hover. With `due`, the past is red and today amber, in words too."""
    if moment is None:
        return SafeString('<span class="quiet">—</span>')
    locale, zone, now = locale_of_dates(), timezone.get_current_timezone(), clock.now()
    here = now.astimezone(zone)
    if isinstance(moment, datetime):
        local = moment.astimezone(zone) if timezone.is_aware(moment) else moment.replace(tzinfo=zone)
        exact = _exact_pattern(locale).apply(local, locale)
        text, day, is_late = _moment_text(local, here, locale), local.date(), local < now
    else:
        exact, day = format_date(moment, "full", locale=locale), moment
        text, is_late = _day_text(moment, here.date(), locale), moment < here.date()
    css = ""
    if due:
        css = "late" if is_late else "today" if day == here.date() else ""
    return markup('<time datetime="{}" title="{}" class="nowrap {}">{}</time>', moment.isoformat(), exact, css, text)


@lru_cache(maxsize=32)
def _exact_pattern(locale: Locale) -> DateTimePattern:
    """Day and time as one pattern, which `format_datetime` would put together each time."""
    day, time = (way("medium", locale=locale).pattern for way in (get_date_format, get_time_format))
    both = str(get_datetime_format("medium", locale=locale))
    return parse_pattern(both.replace("'", "").replace("{0}", time).replace("{1}", day))


def _moment_text(moment: datetime, now: datetime, locale: Locale) -> str:
    apart = moment - now
    if abs(apart) < timedelta(hours=18):
        if abs(apart) < timedelta(minutes=1):
            return str(translation.gettext("just now"))
        return str(format_timedelta(apart, add_direction=True, locale=locale))
    return _day_text(moment.date(), now.date(), locale)


def _day_text(day: date, today: date, locale: Locale) -> str:
    apart = (day - today).days
    if apart in (-1, 0, 1):
        words = {
            -1: translation.gettext("yesterday"),
            0: translation.gettext("today"),
            1: translation.gettext("tomorrow"),
        }
        return str(words[apart])
    if -7 < apart < 7:
        return str(format_timedelta(timedelta(days=apart), add_direction=True, locale=locale, granularity="day"))
    return _pattern(locale, "MMMd" if day.year == today.year else "yMMMd").apply(day, locale)


@lru_cache(maxsize=64)
def _pattern(locale: Locale, skeleton: str) -> DateTimePattern:
    """How the language writes these parts of a date."""
    pattern: DateTimePattern = locale.datetime_skeletons[skeleton]
    return pattern


@register.simple_tag
def weekday(day: date) -> str:
    """A day of this year with its name: “Sunday, 22 November”."""
    locale = locale_of_dates()
    name = str(format_date(day, "EEEE", locale=locale))
    return f"{name[0].upper()}{name[1:]}, {_pattern(locale, 'MMMMd').apply(day, locale)}"


@register.simple_tag
def control(field: BoundField, **attributes: Any) -> SafeString:
    """The input of a form field with our classes. Django itself adds what ties it to its help and its error."""
    widget = field.field.widget
    css = "form-control"
    if isinstance(widget, CheckboxInput | RadioSelect):
        css = "form-check-input"
    elif isinstance(widget, Select):
        css = "form-select"
    given = widget.attrs.get("class", "")
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    return field.as_widget(attrs={**named, "class": f"{css} {given}".strip()})


@register.filter
def is_checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_choices(field: BoundField) -> bool:
    """Whether the field is several inputs that need a common legend."""
    return bool(field.field.widget.use_fieldset)


@register.filter
def undo_url(message: Any) -> str:
    """Where the undo button of a message posts to."""
    return toasts.undo_of(message)
