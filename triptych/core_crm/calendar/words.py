"""How long things took, in the words of the reader's language."""

from __future__ import annotations

from datetime import timedelta

from babel.dates import format_timedelta
from babel.units import format_unit

from triptych.platform.web.templatetags.parts import reading_locale

MINUTE = timedelta(minutes=1)


def working_time(time: timedelta) -> str:
    """Working time in hours and minutes, e.g. “26 hr 5 min”; never in days, which are of different lengths."""
    locale = reading_locale()
    hours, minutes = divmod(time // MINUTE, 60)
    parts = [("duration-hour", hours)] if hours else []
    parts += [("duration-minute", minutes)] if minutes or not hours else []
    return " ".join(str(format_unit(count, unit, "short", locale=locale)) for unit, count in parts)


def plain_time(time: timedelta) -> str:
    """Time by the wall clock, roughly: “3 days”."""
    return str(format_timedelta(time, locale=reading_locale()))
