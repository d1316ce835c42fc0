"""How dates and times are written in the language of the reader."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language


def locale_of_dates() -> Locale:
    """The reader's language, for Babel. English without a country writes dates as Europe does: 22 November, 14:00."""
    return _locale(get_language() or "en")


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    return Locale("en", "GB") if language == "en" else Locale.parse(language, sep="-")
