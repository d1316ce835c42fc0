"""Usual words of free texts, by which misspellings are noticed. They refuse nothing."""

from functools import cache

from babel import Locale
from django.utils.translation import get_language

INDUSTRIES = (
    "accounting", "advertising", "aerospace", "agriculture", "apparel", "automotive", "banking", "biotechnology",
    "chemicals", "communications", "construction", "consulting", "consumer goods", "education", "electronics",
    "employment", "energy", "engineering", "entertainment", "environmental", "finance", "financial services",
    "food and beverage", "government", "healthcare", "hospitality", "insurance", "legal", "logistics", "machinery",
    "manufacturing", "marketing", "media", "medical", "mining", "non-profit", "pharmaceuticals", "publishing",
    "real estate", "recreation", "retail", "services", "shipping", "software", "technology", "telecommunications",
    "transportation", "travel", "utilities", "wholesale",
)  # fmt: skip


@cache
def _countries(language: str) -> tuple[str, ...]:
    names = {name for code, name in Locale.parse(language).territories.items() if len(code) == 2}
    return tuple(sorted(names | {"USA", "UK", "United States of America", "Korea", "Russia"}))


def countries() -> tuple[str, ...]:
    """The names of countries, in English and in the language of whoever asks."""
    own = (get_language() or "en").split("-")[0]
    return _countries("en") if own == "en" else tuple(dict.fromkeys((*_countries("en"), *_countries(own))))
