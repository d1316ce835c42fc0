"""Bringing typed fields into their one form."""

from collections.abc import Mapping
from typing import Any

from triptych.core_crm.money import clean_currency


def cleaned(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with texts trimmed and the currency in capitals, the tenant's own for an empty one.

    Raises:
        Refused: no currency is called that.
    """
    trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    if "currency" in trimmed:
        trimmed["currency"] = clean_currency(trimmed["currency"])
    return trimmed
