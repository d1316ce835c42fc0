"""The public holidays of countries and their regions, as the library `holidays` knows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from operator import itemgetter
from types import MappingProxyType, ModuleType

from babel.core import Locale

from triptych.platform.collation import in_order


def _library() -> ModuleType:
    """Loaded by whoever asks first: it is large, and most processes start without asking."""
    import holidays

    return holidays


@lru_cache(maxsize=4_000)
def holidays_in(country: str, region: str, year: int, language: str = "") -> Mapping[date, str]:
    """The public holidays of a year with their names, in that language where the library speaks it, in order."""
    found = _library().country_holidays(country, subdiv=region or None, years=year, language=_spoken(country, language))
    return MappingProxyType({day: found[day] for day in sorted(found) if day.year == year})


@cache
def regions() -> Mapping[str, list[str]]:
    """The countries that the library knows, by their two letters, each with the codes of its regions."""
    return {code: found for code, found in _library().list_supported_countries(False).items() if len(code) == 2}


@lru_cache(maxsize=64)
def countries_by_name(language: str) -> list[tuple[str, str]]:
    """The countries with their names in a language, by name."""
    names = Locale.parse(language.replace("-", "_")).territories
    return in_order(((code, names.get(code, code)) for code in regions()), key=itemgetter(1), language=language)


@cache
def regions_by_name(country: str) -> list[tuple[str, str]]:
    """The regions of a country by code, with the names that the library has for them; none for an unknown country."""
    if country not in regions():
        return []
    names = _library().country_holidays(country).get_subdivision_aliases()
    named = [(code, f"{names[code][-1]} ({code})" if names.get(code) else code) for code in regions()[country]]
    return in_order(named, key=itemgetter(1))


@cache
def _spoken(country: str, language: str) -> str | None:
    """The library's own spelling of a language that it speaks for this country, None for its own choice."""
    spoken = _library().country_holidays(country).supported_languages
    wanted = language.replace("-", "_")
    fitting = [one for one in spoken if one == wanted] or [one for one in spoken if one.split("_")[0] == wanted[:2]]
    return fitting[0] if wanted and fitting else None
