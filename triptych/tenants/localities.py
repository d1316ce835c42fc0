"""The time zones, currencies and languages that a workspace may have."""

from zoneinfo import available_timezones

from babel.numbers import list_currencies
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
    if currency not in list_currencies():
        raise Refused(_("“%s” is no currency. Name one by its three letters, like “EUR”.") % currency, field="currency")
    check_language(language)


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
