"""Files of exchange rates: a line for each rate, or a line for each day as the European Central Bank gives them.

    date,currency,rate                    Date,USD,JPY,GBP
    2026-11-20,USD,0.92                   2026-11-20,1.0855,168.31,0.8421

A line for each rate says what one unit is worth in the tenant's own currency. A line for each day says what one euro
costs in each currency, so a tenant of another currency needs a column of its own in it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import StringIO

from babel.numbers import is_currency
from django.utils.translation import gettext as _

from triptych.core_crm.deals.actions.rates import MOST, NewRate
from triptych.core_crm.deals.models.rates import SMALLEST
from triptych.core_crm.money import own_currency
from triptych.platform.refusals import Refused

LARGEST = 5 * 1024 * 1024
"""In bytes."""

DAYS = ("%Y-%m-%d", "%d %B %Y", "%d.%m.%Y")
NOTHING = {"", "N/A", "-"}


class RatesUnread(Refused):
    """The file is no file of exchange rates; the message names the line and what would pass."""

    code = "RATES_UNREAD"


def rates_in(content: str | bytes, *, day: date) -> list[NewRate]:
    """The rates of a file; lines without a date count from `day` on.

    Raises:
        RatesUnread: it is too large, of another format, or a line cannot be read.
    """
    if len(content) > LARGEST:
        raise RatesUnread(_("This file is larger than 5 MB. Send the rates of the last year only."), field="file")
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content.removeprefix("\ufeff")
        lines = list(csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), skipinitialspace=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unread(1, _("This is no CSV file in UTF-8.")) from error
    rows = [(number, [cell.strip() for cell in row]) for number, row in enumerate(lines, 1) if any(row)]
    if not rows:
        raise _unread(1, _("The file is empty."))
    head = [cell.lower() for cell in rows[0][1]]
    if "currency" in head and "rate" in head:
        found = _by_line(head, rows[1:], day)
    elif head[0] == "date" and any(is_currency(cell.upper()) for cell in head[1:]):
        found = _by_day(rows[0][1], rows[1:])
    else:
        raise _unread(1, _("Begin with the line “date,currency,rate”, or with “Date” and a column for each currency."))
    rates: list[NewRate] = []
    for rate in found:
        rates.append(rate)
        if len(rates) > MOST:
            message = _("This file has more than %d rates. Send those of the last year only.") % MOST
            raise RatesUnread(message, field="file")
    return rates


def _by_line(head: list[str], rows: list[tuple[int, list[str]]], day: date) -> Iterator[NewRate]:
    for number, row in rows:
        cells = dict(zip(head, row, strict=False))
        currency = cells.get("currency", "").upper()
        if not is_currency(currency):
            raise _unread(number, _("“%s” is no currency. Give its three letters, e.g. USD.") % currency[:40])
        on = _day(number, cells["date"]) if cells.get("date") else day
        yield NewRate(currency, on, _rate(number, cells.get("rate", "")))


def _by_day(head: list[str], rows: list[tuple[int, list[str]]]) -> Iterator[NewRate]:
    """What one euro costs, turned into what each currency is worth in the tenant's own."""
    base, names = own_currency(), [cell.upper() for cell in head]
    if base != "EUR" and base not in names:
        raise _unread(1, _("These are rates to the euro: a column %s, your own currency, is missing.") % base)
    for number, row in rows:
        on = _day(number, row[0])
        costs = {
            name: _rate(number, cell)
            for name, cell in zip(names[1:], row[1:], strict=False)
            if is_currency(name) and cell.upper() not in NOTHING
        }
        costs["EUR"] = Decimal(1)
        if base in costs:
            worth = costs.pop(base)
            for name, cost in costs.items():
                yield NewRate(name, on, (worth / cost).quantize(SMALLEST))


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _day(number: int, text: str) -> date:
    for pattern in DAYS:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    raise _unread(number, _("“%s” is no date. Write it like 2026-11-20.") % text[:40])


def _rate(number: int, text: str) -> Decimal:
    try:
        rate = Decimal(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
        if rate.is_finite() and SMALLEST <= rate < Decimal(10) ** 10:
            return rate.quantize(SMALLEST)
    except InvalidOperation:
        pass
    raise _unread(number, _("“%s” is no rate. Write a number above zero, e.g. 0.92.") % text[:40])


def _unread(number: int, why: str) -> RatesUnread:
    return RatesUnread(_("Line %(number)d: %(why)s") % {"number": number, "why": why}, field="file")
