"""The small parts of a page as tags: `{% load parts %}`. They are functions because lists call them per row."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zlib import crc32

from babel.core import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal
from django import template
from django.forms import BoundField, CheckboxInput, RadioSelect, Select
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from triptych.platform import clock
from triptych.platform.web import toasts
from triptych.platform.web.assets import icon_paths

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
    return format_html(
        '<span class="tag{}{}">{}</span>', f" tone-{tone}" if tone else "", f" tag-{variant}" if variant else "", label
    )


@register.simple_tag
def avatar(name: Any, css: str = "") -> SafeString:
    """Initials on a tone that stays the same for the same name. Decorative: the name stands beside it."""
    text = str(name or "?")
    return format_html(
        '<span class="avatar tone-{} {}" aria-hidden="true">{}</span>', tone_of(text), css, initials(text)
    )


@register.simple_tag
def person(name: Any) -> SafeString:
    """Avatar and name of somebody, or a dash for nobody."""
    if not name:
        return SafeString('<span class="quiet">—</span>')
    return format_html('<span class="person">{}<span class="clip">{}</span></span>', avatar(name), name)


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


@register.simple_tag
def money(amount: Decimal | float | None, currency: str = "EUR") -> SafeString:
    """An amount with its currency, in the reader's number format; whole amounts without decimals."""
    if amount is None or amount == "":
        return SafeString('<span class="quiet">—</span>')
    whole = amount == int(amount)
    text = format_currency(
        amount, currency, locale=_here(), currency_digits=not whole, format=None if not whole else _whole()
    )
    return format_html('<span class="money nowrap">{}</span>', text)


def _whole() -> str:
    return _whole_pattern(str(_here()))


@lru_cache(maxsize=32)
def _whole_pattern(language: str) -> str:
    pattern: str = Locale.parse(language).currency_formats["standard"].pattern
    return ";".join(part.replace("0.00", "0") for part in pattern.split(";"))


@register.simple_tag
def figure(number: Any, digits: int = 0) -> str:
    """A number in the reader's format."""
    return "—" if number is None else str(format_decimal(round(number, digits), locale=_here()))


@register.simple_tag
def when(moment: datetime | date | None, due: bool = False) -> SafeString:
    """A moment as people say it, the exact one on hover. With `due`, the past is red and today amber, in words too."""
    if moment is None:
        return SafeString('<span class="quiet">—</span>')
    now = clock.now()
    if isinstance(moment, datetime):
        local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
        exact = format_datetime(local, "medium", locale=_here())
        text, day = _moment_text(local, timezone.localtime(now)), local.date()
        is_late = timezone.is_aware(moment) and moment < now
    else:
        exact, day = format_date(moment, "full", locale=_here()), moment
        text, is_late = _day_text(moment, timezone.localdate(now)), moment < timezone.localdate(now)
    css = ""
    if due:
        css = "late" if is_late else "today" if day == timezone.localdate(now) else ""
    return format_html(
        '<time datetime="{}" title="{}" class="nowrap {}">{}</time>', moment.isoformat(), exact, css, text
    )


def _moment_text(moment: datetime, now: datetime) -> str:
    apart = moment - now
    if abs(apart) < timedelta(hours=18):
        if abs(apart) < timedelta(minutes=1):
            return str(translation.gettext("just now"))
        return str(format_timedelta(apart, add_direction=True, locale=_here()))
    return _day_text(moment.date(), now.date())


def _day_text(day: date, today: date) -> str:
    apart = (day - today).days
    if apart in (-1, 0, 1):
        words = {
            -1: translation.gettext("yesterday"),
            0: translation.gettext("today"),
            1: translation.gettext("tomorrow"),
        }
        return str(words[apart])
    if -7 < apart < 7:
        return str(format_timedelta(timedelta(days=apart), add_direction=True, locale=_here(), granularity="day"))
    pattern = "d MMM" if day.year == today.year else "d MMM y"
    return str(format_date(day, pattern, locale=_here()))


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
