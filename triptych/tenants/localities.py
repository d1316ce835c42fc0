"""The time zones, currencies and languages that a workspace may have."""

from zoneinfo import available_timezones

from babel.core import get_global
from django.conf import settings
from django.utils.translation import gettext as _

from triptych.platform.refusals import Refused


def check_locality(*, timezone: str, currency: str, language: str) -> None:
    """Make sure that pages can be shown and sums counted in them.

    Raises:
        Refused: one of them is unknown; it names the field.
    """
    if timezone not in available_timezones():
        raise Refused(_("“%s” is no time zone. Name one like “Europe/Berlin”.") % timezone, field="timezone")
    if currency not in currencies_in_use():
        raise Refused(_("“%s” is no currency. Name one by its three letters, like “EUR”.") % currency, field="currency")
    check_language(language)


def currencies_in_use() -> set[str]:
    """The codes (ISO 4217) of the currencies that some country pays with today, as CLDR knows them."""
    of_countries = get_global("territory_currencies").values()
    return {code for country in of_countries for code, _since, until, is_tender in country if is_tender and not until}


def check_language(language: str) -> None:
    """Make sure that we speak it.

    Raises:
        Refused: we do not; it names those that we speak.
    """
    languages = dict(settings.LANGUAGES)
    if language not in languages:
        known = ", ".join(languages)
        raise Refused(
            _("“%(given)s” is none of the languages: %(known)s.") % {"given": language, "known": known},
            field="language",
        )
