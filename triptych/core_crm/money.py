"""Which currency an amount is in when nobody says so, and which texts name a currency at all."""

from babel.numbers import is_currency
from django.utils.translation import gettext as _

from triptych.platform import scope
from triptych.platform.refusals import Refused
from triptych.tenants.models import Tenant


def own_currency() -> str:
    """The currency of the tenant we are in."""
    here = scope.current()
    return here.currency if isinstance(here, Tenant) else "EUR"


def clean_currency(code: str) -> str:
    """The code in capitals; the tenant's own for an empty one.

    Raises:
        Refused: no currency is called that.
    """
    code = code.strip().upper() or own_currency()
    if not is_currency(code):
        raise Refused(
            _("“%(code)s” is no currency. Give its three letters, e.g. EUR.") % {"code": code}, field="currency"
        )
    return code
