"""One condition on a field: the operators that each type has, what they ask for, and what they mean in SQL.

Relative ones (“in the last 7 days”, “me”) are worked out when the list is read, so a saved view stays true tomorrow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from triptych.core_crm.lists.fields import Field, Type
from triptych.platform.languages.numbers import plain_number
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ME, MY_TEAM, NOBODY = "me", "my_team", "nobody"
LONGEST = 200
MOST_VALUES = 100
DIGITS = 16
"""So many digits a number may have before its point. Asked of its exponent: what reckons with 1e999999999 runs over."""
SMALLEST = 50
"""So many zeros a number may have behind its point before anything else."""


class BadCondition(Refused):
    """The condition asks for what its field cannot answer."""

    code = "BAD_CONDITION"


@dataclass(frozen=True)
class Operator:
    """`asks` is how many values it takes: 0, 1, 2, or -1 for any number of them, at least one."""

    name: str
    label: StrOrPromise
    asks: int = 1


IS, IS_NOT = Operator("is", later("is"), -1), Operator("is_not", later("is not"), -1)
EMPTY, FILLED = Operator("empty", later("is empty"), 0), Operator("filled", later("is filled"), 0)
CONTAINS, LACKS = Operator("contains", later("contains")), Operator("lacks", later("does not contain"))
BEGINS = Operator("begins", later("begins with"))
EQUALS, DIFFERS = Operator("is", later("is")), Operator("is_not", later("is not"))
AT_LEAST, AT_MOST = Operator("at_least", later("is at least")), Operator("at_most", later("is at most"))
ABOVE, BELOW = Operator("above", later("is more than")), Operator("below", later("is less than"))
BETWEEN = Operator("between", later("is between"), 2)
ON, BEFORE, AFTER = (
    Operator("on", later("is on")),
    Operator("before", later("is before")),
    Operator("after", later("is after")),
)
LAST, NEXT = Operator("last_days", later("in the last … days")), Operator("next_days", later("in the next … days"))
LONGER = Operator("longer_ago", later("more than … days ago"))
HAS, HAS_NOT = Operator("is", later("has one of"), -1), Operator("is_not", later("has none of"), -1)
YES, NO = Operator("yes", later("is yes"), 0), Operator("no", later("is no"), 0)

_NUMBERS = (EQUALS, DIFFERS, AT_LEAST, AT_MOST, ABOVE, BELOW, BETWEEN, EMPTY, FILLED)
_TIMES = (ON, BEFORE, AFTER, BETWEEN, LAST, NEXT, LONGER, EMPTY, FILLED)
_CHOSEN = (IS, IS_NOT, EMPTY, FILLED)
OPERATORS: dict[Type, tuple[Operator, ...]] = {
    Type.TEXT: (CONTAINS, LACKS, EQUALS, DIFFERS, BEGINS, EMPTY, FILLED),
    Type.NUMBER: _NUMBERS,
    Type.MONEY: _NUMBERS,
    Type.DAY: _TIMES,
    Type.MOMENT: _TIMES,
    Type.CHOICE: _CHOSEN,
    Type.CHOICES: (HAS, HAS_NOT, EMPTY, FILLED),
    Type.YES_NO: (YES, NO),
    Type.MEMBER: _CHOSEN,
    Type.RECORD: _CHOSEN,
}


@dataclass(frozen=True)
class Asker:
    """Who asks, and when: what “me” and “today” mean. `team` is the members whose records “my team” means."""

    member: Member
    now: datetime
    team: Callable[[Member], Sequence[UUID]]

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)


def operator_of(field: Field, name: str) -> Operator:
    """The operator of that name.

    Raises:
        BadCondition: the field has none.
    """
    found = next((one for one in OPERATORS[field.type] if one.name == name), None)
    if found is None:
        names = ", ".join(one.name for one in OPERATORS[field.type])
        raise BadCondition(
            _("“%(field)s” has no operator “%(name)s”. It has: %(names)s.")
            % {"field": field.label, "name": name[:40], "names": names}
        )
    return found


def condition(field: Field, name: str, values: Sequence[Any], asker: Asker) -> Q:
    """What the condition means for the rows of the list.

    Raises:
        BadCondition: the field has no such operator, or a value does not fit; the message names both.
    """
    operator = operator_of(field, name)
    texts = [storable(str(value)[:LONGEST]) for value in values if value not in (None, "")][:MOST_VALUES]
    if (operator.asks > 0 and len(texts) != operator.asks) or (operator.asks < 0 and not texts):
        raise BadCondition(
            _("“%(field)s %(operator)s” needs a value.") % {"field": field.label, "operator": operator.label}
        )
    if field.ask is not None:
        made = field.ask(operator.name, texts)
        if made is not None:
            return made
    return _MEANINGS[field.type](field, operator.name, texts, asker)


def storable(text: str) -> str:
    """Text that PostgreSQL takes: without NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _empty(field: Field, name: str) -> Q | None:
    if name not in (EMPTY.name, FILLED.name):
        return None
    nothing = Q(**{f"{field.path}__isnull": True})
    if field.seen is not None:
        seen = Q(**{f"{field.path}__in": field.seen})
        return nothing | ~seen if name == EMPTY.name else seen
    if field.type in (Type.TEXT, Type.CHOICE):
        nothing |= Q(**{field.path: ""})
    elif field.type is Type.CHOICES:
        nothing |= Q(**{field.path: []})
    return nothing if name == EMPTY.name else ~nothing


def _not(field: Field, condition: Q) -> Q:
    """Everything else, what is empty among it."""
    return ~condition | Q(**{f"{field.path}__isnull": True})


def _text(field: Field, name: str, values: list[str], _asker: Asker) -> Q:
    lookups = {
        "contains": "icontains",
        "lacks": "icontains",
        "begins": "istartswith",
        "is": "iexact",
        "is_not": "iexact",
    }
    empty = _empty(field, name)
    if empty is not None:
        return empty
    found = Q(**{f"{field.path}__{lookups[name]}": values[0]})
    return _not(field, found) if name in ("lacks", "is_not") else found


def _number(field: Field, name: str, values: list[str], _asker: Asker) -> Q:
    empty = _empty(field, name)
    if empty is not None:
        return empty
    numbers = [_decimal(field, value) for value in values]
    if name == BETWEEN.name:
        return Q(**{f"{field.path}__gte": min(numbers), f"{field.path}__lte": max(numbers)})
    lookups = {"at_least": "gte", "at_most": "lte", "above": "gt", "below": "lt"}
    found = Q(**{f"{field.path}__{lookups.get(name, 'exact')}": numbers[0]})
    return _not(field, found) if name == "is_not" else found


def _decimal(field: Field, text: str) -> Decimal:
    try:
        number = Decimal(plain_number(text).replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not -SMALLEST <= number.adjusted() < DIGITS:
        raise BadCondition(_("“%(field)s” takes a number, e.g. 1250.") % {"field": field.label})
    return number


def _time(field: Field, name: str, values: list[str], asker: Asker) -> Q:
    empty = _empty(field, name)
    if empty is not None:
        return empty
    first, last = _days(field, name, values, asker)
    found = Q()
    if first is not None:
        found &= Q(**{f"{field.path}__gte": _edge(field, first)})
    if last is not None:
        found &= Q(**{f"{field.path}__lt": _edge(field, last + timedelta(days=1))})
    return found


def _days(field: Field, name: str, values: list[str], asker: Asker) -> tuple[date | None, date | None]:
    """The first and the last day that the condition includes."""
    today = asker.today
    if name in (LAST.name, NEXT.name, LONGER.name):
        count = _decimal(field, values[0])
        if not 0 <= count <= 10_000:
            raise BadCondition(_("“%(field)s” takes a number of days up to 10,000.") % {"field": field.label})
        span = timedelta(days=int(count))
        return {LAST.name: (today - span, today), NEXT.name: (today, today + span)}.get(
            name, (None, today - span - timedelta(days=1))
        )
    days = [_day(field, value, today) for value in values]
    if name == BEFORE.name:
        return None, days[0] - timedelta(days=1)
    if name == AFTER.name:
        return days[0] + timedelta(days=1), None
    return min(days), max(days)


def _day(field: Field, text: str, today: date) -> date:
    named = {"today": 0, "yesterday": -1, "tomorrow": 1}.get(text)
    if named is not None:
        return today + timedelta(days=named)
    try:
        found = parse_date(text.strip())
    except ValueError:
        found = None
    if found is None or not 1900 <= found.year <= 9000:
        raise BadCondition(_("“%(field)s” takes a day, e.g. 2026-03-31.") % {"field": field.label})
    return found


def _edge(field: Field, day: date) -> date | datetime:
    """The beginning of a day, in the current time zone where the field holds moments."""
    return day if field.type is Type.DAY else timezone.make_aware(datetime.combine(day, time.min))


def _chosen(field: Field, name: str, values: list[str], asker: Asker) -> Q:
    empty = _empty(field, name)
    if empty is not None:
        return empty
    keys: list[Any] = list(values)
    nobody = NOBODY in values
    if field.type in (Type.MEMBER, Type.RECORD):
        keys = [key for value in values if value != NOBODY for key in _keys(field, value, asker)]
    found = Q(**{f"{field.path}__in": keys})
    if field.seen is not None:
        found &= Q(**{f"{field.path}__in": field.seen})
    if nobody:
        found |= Q(**{f"{field.path}__isnull": True})
    if name != IS_NOT.name:
        return found
    return ~found if nobody else _not(field, found)


def _keys(field: Field, value: str, asker: Asker) -> Sequence[UUID]:
    if field.type is Type.MEMBER and value == ME:
        return [asker.member.pk]
    if field.type is Type.MEMBER and value == MY_TEAM:
        return asker.team(asker.member)
    try:
        return [UUID(value)]
    except ValueError:
        raise BadCondition(_("“%(field)s” takes a record that is there.") % {"field": field.label}) from None


def _several(field: Field, name: str, values: list[str], _asker: Asker) -> Q:
    empty = _empty(field, name)
    if empty is not None:
        return empty
    found = Q()
    for value in values:
        found |= Q(**{f"{field.path}__contains": [value]})
    return _not(field, found) if name == IS_NOT.name else found


def _yes_no(field: Field, name: str, _values: list[str], _asker: Asker) -> Q:
    yes = Q(**{field.path: True})
    return yes if name == YES.name else _not(field, yes)


_MEANINGS: dict[Type, Callable[[Field, str, list[str], Asker], Q]] = {
    Type.TEXT: _text,
    Type.NUMBER: _number,
    Type.MONEY: _number,
    Type.DAY: _time,
    Type.MOMENT: _time,
    Type.CHOICE: _chosen,
    Type.CHOICES: _several,
    Type.YES_NO: _yes_no,
    Type.MEMBER: _chosen,
    Type.RECORD: _chosen,
}
