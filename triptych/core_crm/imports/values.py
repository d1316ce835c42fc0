"""From the text of a cell to a value: numbers, dates and yes or no, as people in several countries write them.

Each parser returns the value or raises `Unfit` with a sentence and, where it can, with what was probably meant.
What a single cell cannot say (is 3/4/2017 in March or in April? is 1,500 one and a half?) is decided over the whole
column by `convention_of`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache

from babel.dates import get_month_names
from django.utils.translation import gettext as _

from triptych.platform import clock

LANGUAGES = ("en", "de", "ru", "it", "pl", "es")
LARGEST = Decimal(10) ** 15
EARLIEST, LATEST = date(1800, 1, 1), date(2200, 12, 31)
EXCEL_EPOCH = date(1899, 12, 30)

_NUMERIC_DATE = re.compile(r"(\d{1,4})([./\- ])(\d{1,2})\2\s?(\d{1,4})(?:[T ,]+(\d.*))?")
_NAMED_DATE = re.compile(
    r"(?:(?P<day>\d{1,2})[.\s-]*(?P<month>[^\W\d_]{3,})|(?P<month2>[^\W\d_]{3,})[.\s-]*(?P<day2>\d{1,2}))"
    r"[.,\s-]+(?P<year>\d{4}|\d{2})"
)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(am|pm)?\s*(z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)
_CURRENCY = re.compile(r"^(?:[A-Z]{3}\b|[^\w\s.,'()+-]{1,3})\s*|\s*(?:\b[A-Z]{3}|[^\w\s.,'()+%-]{1,3}|zł|руб\.?)$")
_GROUPED = re.compile(r"\d{1,3}(?:[ ',._]\d{3})+")
YES = frozenset({"true", "yes", "y", "1", "x", "on", "да", "si", "sì", "sí", "tak", "ja", "wahr", "vero", "истина"})
NO = frozenset({"false", "no", "n", "0", "off", "нет", "nie", "nein", "falsch", "falso", "ложь", "-"})


class Unfit(ValueError):
    """The text is not of the wanted kind. `suggestion` is a text that would be, if one is likely."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion


class DateOrder(StrEnum):
    """What the numbers of a date such as 3/4/2017 stand for."""

    MONTH_FIRST = "mdy"
    DAY_FIRST = "dmy"


@dataclass(frozen=True)
class Convention:
    """How one column writes dates and numbers.

    `date_order` is None when nothing in the column tells; `mixed` when different cells tell different things.
    """

    date_order: DateOrder | None = None
    mixed: bool = False
    decimal_comma: bool = False


def folded(text: str) -> str:
    """The text without case, accents, spacing and punctuation: “GTX Pro” and “gtx-pro” are equal when folded."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in decomposed if char.isalnum())


def convention_of(texts: Iterable[str]) -> Convention:
    """What the cells of a column say together about dates and decimal marks. Two passes over them must be possible."""
    month_first = day_first = 0
    comma = point = 0
    for text in texts:
        order = _order_shown(text)
        month_first += order is DateOrder.MONTH_FIRST
        day_first += order is DateOrder.DAY_FIRST
        mark = _decimal_mark(text)
        comma += mark == ","
        point += mark == "."
    order = None
    if month_first or day_first:
        order = DateOrder.MONTH_FIRST if month_first > day_first else DateOrder.DAY_FIRST
    return Convention(date_order=order, mixed=bool(month_first and day_first), decimal_comma=comma > point)


def _order_shown(text: str) -> DateOrder | None:
    """Which order this cell alone proves: nothing is the 20th month, and who writes dots says the day first."""
    match = _NUMERIC_DATE.fullmatch(text)
    if not match or len(match[1]) > 2:
        return None
    first, second = int(match[1]), int(match[3])
    if first > 12 >= second:
        return DateOrder.DAY_FIRST
    if second > 12 >= first:
        return DateOrder.MONTH_FIRST
    return DateOrder.DAY_FIRST if match[2] == "." and first <= 12 else None


def is_two_ways(text: str) -> bool:
    """Whether the cell is a date that reads differently when the month comes first and when the day does."""
    match = _NUMERIC_DATE.fullmatch(text)
    return match is not None and len(match[1]) <= 2 and _order_shown(text) is None and match[1] != match[3]


def parse_date(text: str, order: DateOrder | None = None) -> date:
    """The day that a text names. Two-digit years lie between 1970 and 2069.

    Raises:
        Unfit: it names none.
    """
    match = _NUMERIC_DATE.fullmatch(text)
    if match:
        return _date_of_numbers(text, match[1], match[3], match[4], order)
    if re.fullmatch(r"(19|20)\d{6}", text):
        return _date(text, int(text[:4]), int(text[4:6]), int(text[6:]))
    if named := _NAMED_DATE.match(text):
        month = _months().get((named["month"] or named["month2"]).casefold())
        if month:
            return _date(text, _year(named["year"]), month, int(named["day"] or named["day2"]))
    if re.fullmatch(r"[2-6]\d{4}(\.\d{1,12})?", text):
        counted = datetime.combine(EXCEL_EPOCH, time()) + timedelta(seconds=round(86_400 * float(text)))
        likely = counted.isoformat(" ") if "." in text else counted.date().isoformat()
        raise Unfit(_("“{text}” is a day counted the way spreadsheets count.").format(text=text), likely)
    raise Unfit(_("“{text}” is not a date. Write it like 2026-03-31.").format(text=_short(text)))


def _date_of_numbers(text: str, first: str, second: str, third: str, order: DateOrder | None) -> date:
    if len(first) == 4:
        return _date(text, int(first), int(second), int(third))
    a, b = int(first), int(second)
    shown = _order_shown(text) or order or DateOrder.DAY_FIRST
    month, day = (a, b) if shown is DateOrder.MONTH_FIRST else (b, a)
    return _date(text, _year(third), month, day)


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (2000 if year < 70 else 1900)


def _date(text: str, year: int, month: int, day: int) -> date:
    try:
        value = date(year, month, day)
    except ValueError as error:
        raise Unfit(_("“{text}” is not a day of the calendar.").format(text=_short(text))) from error
    if not EARLIEST <= value <= LATEST:
        raise Unfit(_("“{text}” is too far from today.").format(text=_short(text)))
    return value


@cache
def _months() -> dict[str, int]:
    """Names and short names of the months in our languages."""
    names: dict[str, int] = {}
    for language in LANGUAGES:
        for width in ("abbreviated", "wide"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, language).items():
                    names.setdefault(str(name).casefold().strip("."), number)
    return {**names, "sept": 9}


def parse_datetime(text: str, order: DateOrder | None = None, zone: tzinfo = UTC) -> datetime:
    """The instant that a text names, in `zone` unless it says otherwise; noon there when it names only a day, so that
    the day stays the same wherever it is looked at.

    Raises:
        Unfit: it names none.
    """
    day_text, time_text = _split_time(text)
    if time_text:
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            _date(text, value.year, value.month, value.day)
            return _shown(text, value if value.tzinfo else value.replace(tzinfo=zone))
    day = parse_date(day_text, order)
    hour, minute, second = _time(time_text) if time_text else (12, 0, 0)
    return _shown(text, datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone))


def _shown(text: str, moment: datetime) -> datetime:
    """The moment, if it has a date in every time zone."""
    if not clock.is_shown_everywhere(moment):
        raise Unfit(_("“{text}” is too far from today.").format(text=_short(text)))
    return moment


def _split_time(text: str) -> tuple[str, str]:
    match = re.search(r"[T ,]+(\d{1,2}:\d{2}.*)$", text)
    return (text[: match.start()], match[1]) if match else (text, "")


def _time(text: str) -> tuple[int, int, int]:
    match = _TIME.fullmatch(text)
    hour = int(match[1]) if match else 99
    if match and match[4]:
        hour = hour % 12 + (12 if match[4].lower() == "pm" else 0)
    if not match or hour > 23 or int(match[2]) > 59 or int(match[3] or 0) > 59:
        raise Unfit(_("“{text}” is not a time of day. Write it like 14:30.").format(text=_short(text)))
    return hour, int(match[2]), int(match[3] or 0)


def parse_number(text: str, *, decimal_comma: bool = False) -> Decimal:
    """The number that a text names: with grouping, a currency, a percent sign, or brackets for “less than nothing”.

    Raises:
        Unfit: it names none, or one of more than fifteen digits.
    """
    bare = unicodedata.normalize("NFKC", text).strip()
    negative = bare.startswith("(") and bare.endswith(")")
    bare = bare.strip("()") if negative else bare
    bare = _CURRENCY.sub("", _CURRENCY.sub("", bare)).replace("−", "-").removesuffix("%").strip()
    if bare.startswith("-") or bare.endswith("-"):
        negative, bare = not negative, bare.strip("-").strip()
    bare = _CURRENCY.sub("", bare).lstrip("+")
    try:
        value = Decimal(_with_point(bare, decimal_comma=decimal_comma))
    except InvalidOperation as error:
        raise Unfit(_("“{text}” is not a number. Write it like 1234.50.").format(text=_short(text))) from error
    if not value.is_finite() or abs(value) >= LARGEST:
        raise Unfit(_("“{text}” is larger than any amount we keep.").format(text=_short(text)))
    return -value if negative else value


def _with_point(text: str, *, decimal_comma: bool) -> str:
    """The number's text as `Decimal` reads it."""
    if not re.fullmatch(r"[\d., '_]*(?:[eE][+-]?\d{1,2})?", text) or not re.search(r"\d", text):
        return "not a number"
    text = re.sub(r"[ '_]", "", text)
    mark = _decimal_mark(text) or ("," if decimal_comma else ".")
    grouping = "." if mark == "," else ","
    whole, _mark, fraction = text.partition(mark)
    if grouping in fraction or mark in fraction or (grouping in whole and not _GROUPED.fullmatch(whole)):
        return "not a number"
    return f"{whole.replace(grouping, '')}.{fraction}" if fraction else whole.replace(grouping, "")


def _decimal_mark(text: str) -> str:
    """The decimal mark that this text alone proves, if any: 1.234,5 and 0,75 have a comma, 1,234.5 and 12.5 a point."""
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        later = "," if comma > point else "."
        return later if text.count(later) == 1 else ""
    for mark in ",.":
        if text.count(mark) == 1 and not re.search(rf"(?<!\d)[1-9]\d{{0,2}}\{mark}\d{{3}}(?!\d)", text):
            return mark
        if re.search(rf"(?<!\d)\d{{1,3}}(\{mark}\d{{3}}){{2,}}(?!\d)", text):
            return "," if mark == "." else "."
    return ""


def parse_integer(text: str, *, decimal_comma: bool = False) -> int:
    """The whole number that a text names.

    Raises:
        Unfit: it names none.
    """
    value = parse_number(text, decimal_comma=decimal_comma)
    if value != value.to_integral_value():
        raise Unfit(_("“{text}” is not a whole number.").format(text=_short(text)), str(round(value)))
    return int(value)


def parse_boolean(text: str) -> bool:
    """Yes or no, in our languages.

    Raises:
        Unfit: neither.
    """
    word = text.casefold()
    if word in YES or word in NO:
        return word in YES
    raise Unfit(_("“{text}” is neither yes nor no.").format(text=_short(text)))


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
