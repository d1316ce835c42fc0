"""What importers know of words: the usual ones of free texts, by which misspellings are noticed, and full names."""

from functools import cache

from babel import Locale
from django.utils.translation import get_language

from triptych.core_crm.imports.profiling import LOOKED_AT, Profile

INDUSTRIES = (
    "accounting", "advertising", "aerospace", "agriculture", "apparel", "automotive", "banking", "biotechnology",
    "chemicals", "communications", "construction", "consulting", "consumer goods", "education", "electronics",
    "employment", "energy", "engineering", "entertainment", "environmental", "finance", "financial services",
    "food and beverage", "government", "healthcare", "hospitality", "insurance", "legal", "logistics", "machinery",
    "manufacturing", "marketing", "media", "medical", "mining", "non-profit", "pharmaceuticals", "publishing",
    "real estate", "recreation", "retail", "services", "shipping", "software", "technology", "telecommunications",
    "transportation", "travel", "utilities", "wholesale",
)  # fmt: skip


def with_full_names(mapping: dict[str, str], profile: Profile) -> dict[str, str]:
    """A mapping of people, where a column that is called “Name” holds first and last names in one."""
    column = profile.columns.get(mapping.get("last_name", ""))
    if column is None or mapping.keys() & {"first_name", "full_name"}:
        return mapping
    values = list(column.values)[:LOOKED_AT]
    if 2 * sum(" " in value for value in values) < len(values):
        return mapping
    return {"full_name" if name == "last_name" else name: of for name, of in mapping.items()}


@cache
def _countries(language: str) -> tuple[str, ...]:
    names = {name for code, name in Locale.parse(language).territories.items() if len(code) == 2}
    return tuple(sorted(names | {"USA", "UK", "United States of America", "Korea", "Russia"}))


def countries() -> tuple[str, ...]:
    """The names of countries, in English and in the language of whoever asks."""
    own = (get_language() or "en").split("-")[0]
    return _countries("en") if own == "en" else tuple(dict.fromkeys((*_countries("en"), *_countries(own))))
