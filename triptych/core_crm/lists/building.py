"""The form in which conditions are built. It is plain inputs and buttons, so it works by keyboard, on a phone, and
without scripts: each button sends the form, and the form comes back as it then is.

Inputs are called after their place: `match-1` for the second part of the whole if it is a group, `field-1.0`,
`operator-1.0` and `value-1.0` for the first condition in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from triptych.core_crm.lists.conditions import LAST, LONGER, ME, MY_TEAM, NEXT, NOBODY, OPERATORS, Asker, Operator
from triptych.core_crm.lists.fields import Field, Type
from triptych.core_crm.lists.spec import ListSpec
from triptych.core_crm.lists.where import DEEPEST, MOST, Condition, Group
from triptych.core_crm.lists.words import named
from triptych.tenants.members.models import Member

FEW = 12
"""So many choices are boxes to tick; more are a list to choose from."""


@dataclass(frozen=True)
class Row:
    """A condition as the form shows it. `place` tells its inputs apart; `input` says which kind asks for the value."""

    place: str
    condition: Condition
    field: Field | None
    operator: Operator | None
    operators: Sequence[Operator]
    input: str
    choices: Sequence[tuple[str, str, bool]] = ()
    pick_url: str = ""
    is_group = False

    @property
    def values(self) -> Sequence[str]:
        """What stands in the inputs: as many as the operator asks for."""
        wanted = max(self.operator.asks, 1) if self.operator else 0
        return [*self.condition.values, *[""] * wanted][:wanted]


@dataclass(frozen=True)
class Box:
    """A group as the form shows it."""

    place: str
    match: str
    parts: Sequence[Row | Box]
    may_nest: bool
    is_group = True

    @property
    def dot(self) -> str:
        """What stands before the places of its parts."""
        return f"{self.place}." if self.place else ""


def read_form(data: QueryDict, place: str = "", depth: int = 1) -> Group:
    """The conditions as the form was sent, finished or not."""
    dot = f"{place}." if place else ""
    parts: list[Condition | Group] = []
    for number in range(MOST):
        at = f"{dot}{number}"
        if f"field-{at}" in data:
            values = tuple(value for value in data.getlist(f"value-{at}") if value != "")
            parts.append(Condition(data.get(f"field-{at}", ""), data.get(f"operator-{at}", ""), values))
        elif f"match-{at}" in data and depth < DEEPEST:
            parts.append(read_form(data, at, depth + 1))
    match = data.get(f"match-{place}", "all")
    return Group(match if match in ("all", "any", "none") else "all", tuple(parts))


def changed(group: Group, act: str, spec: ListSpec) -> Group:
    """The conditions after a button: `add:1`, `group:1`, `drop:1.0`."""
    verb, _colon, place = act.partition(":")
    path = [int(one) for one in place.split(".") if one.isdecimal()]
    if verb == "drop" and path:
        return _at(group, path[:-1], lambda inner: inner.without(path[-1]))
    if verb == "add":
        return _at(group, path, lambda inner: Group(inner.match, (*inner.parts, _first(spec))))
    if verb == "group":
        nested = Group("any" if group.match == "all" else "all", (_first(spec),))
        return _at(group, path, lambda inner: Group(inner.match, (*inner.parts, nested)))
    return group


def finished(group: Group, spec: ListSpec) -> Group:
    """The conditions without those that ask for a value and have none, and without empty groups."""
    parts: list[Condition | Group] = []
    for part in group.parts:
        if isinstance(part, Group):
            inner = finished(part, spec)
            if inner.parts:
                parts.append(inner)
        elif _is_finished(part, spec):
            parts.append(part)
    return Group(group.match, tuple(parts))


def shown(group: Group, spec: ListSpec, asker: Asker, place: str = "", depth: int = 1) -> Box:
    """The conditions as the form shows them."""
    dot = f"{place}." if place else ""
    parts: list[Row | Box] = []
    for number, part in enumerate(group.parts):
        at = f"{dot}{number}"
        inside = isinstance(part, Group)
        parts.append(shown(part, spec, asker, at, depth + 1) if inside else _row(part, spec, asker, at))  # type: ignore[arg-type]
    return Box(place, group.match, parts, may_nest=depth < DEEPEST)


def _at(group: Group, path: Sequence[int], change: Any) -> Group:
    if not path:
        return change(group)  # type: ignore[no-any-return]
    parts = list(group.parts)
    if path[0] < len(parts) and isinstance(inner := parts[path[0]], Group):
        parts[path[0]] = _at(inner, path[1:], change)
    return Group(group.match, tuple(parts))


def _first(spec: ListSpec) -> Condition:
    """A new condition: about the first field, still without a value."""
    field = next(one for one in spec.fields if one.can_filter)
    return Condition(field.name, OPERATORS[field.type][0].name)


def _is_finished(part: Condition, spec: ListSpec) -> bool:
    field = spec.field(part.field)
    operator = next((one for one in OPERATORS[field.type] if one.name == part.operator), None) if field else None
    if operator is None:
        return False
    return len(part.values) == operator.asks if operator.asks >= 0 else bool(part.values)


def _row(part: Condition, spec: ListSpec, asker: Asker, place: str) -> Row:
    field = spec.field(part.field)
    if field is None:
        return Row(place, part, None, None, (), "none")
    operators = OPERATORS[field.type]
    operator = next((one for one in operators if one.name == part.operator), operators[0])
    asks = _input_of(field, operator)
    offered = _choices(field, part, asker) if asks in ("choices", "pick") else []
    if asks == "choices" and len(offered) > FEW:
        asks = "many"
    return Row(place, part, field, operator, operators, asks, offered, field.pick_url)


def _input_of(field: Field, operator: Operator) -> str:
    """Which kind of input asks for the value."""
    if operator.asks == 0:
        return "none"
    if field.type in (Type.CHOICE, Type.CHOICES, Type.MEMBER) or (field.type is Type.RECORD and field.choices):
        return "choices"
    if field.type is Type.RECORD:
        return "pick"
    if field.type in (Type.NUMBER, Type.MONEY) or operator in (LAST, NEXT, LONGER):
        return "number"
    return "date" if field.type in (Type.DAY, Type.MOMENT) else "text"


def _choices(field: Field, part: Condition, asker: Asker) -> list[tuple[str, str, bool]]:
    """Values, words, and whether each is chosen."""
    if field.type is Type.MEMBER:
        members = Member.objects.active().by_name()
        special = [(ME, _("Me")), (MY_TEAM, _("My team")), (NOBODY, _("Nobody"))]
        offered = [*special, *((str(member.pk), member.name) for member in members)]
    elif field.choices:
        offered = [(str(key), str(label)) for key, label in field.choices(asker.member)]
    else:
        names = named(field, part.values, asker)
        offered = [(value, names.get(value, value)) for value in part.values]
    return [(value, label, value in part.values) for value, label in offered]
