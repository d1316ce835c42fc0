"""How dates and times are written in the language of the reader."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from babel import Locale
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language


def locale_of_dates() -> Locale:
    """The reader's language, for Babel. English without a country writes dates as Europe does: 22 November, 14:00."""
    return _locale(get_language() or "en")


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    return Locale("en", "GB") if language == "en" else Locale.parse(language, sep="-")


def in_short(value: date | datetime) -> str:
    """A day, or a moment in the zone of the reader, as audit, mails and files write it: 22 Nov 2026, 14:00."""
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    return date_format(value, "SHORT_DATE_FORMAT")
