"""Nested conditions of a list, as they stand in its address (`?where=`), in saved views and in the API.

    {"all": [["type", "is", "customer"], {"any": [["owner", "is", "me"], ["created", "last_days", "7"]]}]}

A group is `all`, `any` or `none` of what it holds; a condition is its field, its operator and its values. A condition
whose field is gone is left out and named in `missing`, so that the list still opens.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields.gone import as_people_say
from triptych.core_crm.lists.conditions import Asker, BadCondition, condition, operator_of, storable
from triptych.core_crm.lists.fields import Field
from triptych.core_crm.lists.spec import ListSpec, Records
from triptych.core_crm.lists.words import words_of

MOST = 50
DEEPEST = 4
LONGEST = 8_000
MATCHES = ("all", "any", "none")


@dataclass(frozen=True)
class Condition:
    """A field, an operator and values, by name; what they mean is looked up when the list is read."""

    field: str
    operator: str
    values: tuple[str, ...] = ()

    @property
    def as_json(self) -> list[str]:
        return [self.field, self.operator, *self.values]


@dataclass(frozen=True)
class Group:
    """Conditions and groups of which all, any or none must hold."""

    match: str = "all"
    parts: tuple[Condition | Group, ...] = ()

    @property
    def as_json(self) -> dict[str, list[Any]]:
        return {self.match: [part.as_json for part in self.parts]}

    @property
    def as_text(self) -> str:
        """What stands in an address; empty without a condition."""
        return json.dumps(self.as_json, separators=(",", ":"), ensure_ascii=False) if self.parts else ""

    def without(self, number: int) -> Group:
        """The group without one of its parts."""
        return Group(self.match, tuple(part for index, part in enumerate(self.parts) if index != number))

    def conditions(self) -> Iterator[Condition]:
        """Every condition in it, at any depth."""
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.conditions()
            else:
                yield part


def parsed(text: str) -> Group:
    """The conditions in an address.

    Raises:
        BadCondition: they cannot be read, or are too many.
    """
    if not text.strip():
        return Group()
    try:
        given = json.loads(text[: LONGEST + 1])
    except (ValueError, RecursionError):
        raise BadCondition(_("The conditions in this address cannot be read.")) from None
    return group_of(given)


def group_of(given: Any) -> Group:
    """The conditions that JSON spells.

    Raises:
        BadCondition: they cannot be read, or are too many.
    """
    group = _group(given, 1)
    if sum(1 for _one in group.conditions()) > MOST:
        raise BadCondition(_("These are too many conditions. Use at most %(most)s.") % {"most": MOST})
    return group


def _group(given: Any, depth: int) -> Group:
    if given == {}:
        return Group()
    if not isinstance(given, dict) or len(given) != 1 or depth > DEEPEST:
        raise BadCondition(
            _("A group of conditions is one of “all”, “any” and “none” with a list, nested four deep at most.")
        )
    ((match, parts),) = given.items()
    if match not in MATCHES or not isinstance(parts, list) or len(parts) > MOST:
        raise BadCondition(
            _("A group of conditions is one of “all”, “any” and “none” with a list, nested four deep at most.")
        )
    return Group(match, tuple(_condition(one) if isinstance(one, list) else _group(one, depth + 1) for one in parts))


def _condition(given: list[Any]) -> Condition:
    if len(given) < 2 or not all(isinstance(one, str | int | float | bool) for one in given):
        raise BadCondition(
            _('A condition is a field, an operator and its values, for example ["type", "is", "customer"].')
        )
    name, operator, *values = (storable(str(one)) for one in given)
    return Condition(name, operator, tuple(values))


@dataclass
class Reading:
    """Conditions on their way into a statement."""

    spec: ListSpec
    asker: Asker
    missing: list[str] = field(default_factory=list)
    used: dict[str, Field] = field(default_factory=dict)

    def applied(self, group: Group, records: Records) -> Records:
        """Those of the records that fit.

        Raises:
            BadCondition: a condition asks for what its field cannot answer.
        """
        found = self.condition(group)
        annotated = self.spec.annotated(records, *self.used)
        return annotated.filter(found) if found else annotated

    def condition(self, group: Group) -> Q:
        """What the conditions mean; empty without any.

        Raises:
            BadCondition: a condition asks for what its field cannot answer.
        """
        found = Q()
        for part in group.parts:
            one = self.condition(part) if isinstance(part, Group) else self._one(part)
            if not one:
                continue
            if group.match == "any":
                found = found | one if found else one
            else:
                found &= ~one if group.match == "none" else one
        return found

    def _one(self, part: Condition) -> Q:
        known = self.spec.field(part.field)
        if known is None or not known.can_filter:
            self.missing.append(part.field)
            return Q()
        self.used[known.name] = known
        meant = condition(known, part.operator, part.values, self.asker)
        if not known.many:
            return meant
        return Q(pk__in=self.spec.model._base_manager.filter(meant).values("pk"))


def sentences(group: Group, spec: ListSpec, asker: Asker) -> list[str]:
    """Each part of a group in words: “Owner is me”, “Type is Customer or Created in the last days 7”."""
    return [_sentence(part, spec, asker) for part in group.parts]


def _sentence(part: Condition | Group, spec: ListSpec, asker: Asker) -> str:
    if isinstance(part, Group):
        joint = {"all": _(" and "), "any": _(" or "), "none": _(" or ")}[part.match]
        inner = joint.join(sentences(part, spec, asker))
        return _("not (%(what)s)") % {"what": inner} if part.match == "none" else f"({inner})"
    known = spec.field(part.field)
    if known is None:
        [name] = as_people_say([part.field], asker.member)
        return _("“%(field)s” is missing") % {"field": name}
    try:
        operator = operator_of(known, part.operator)
    except BadCondition:
        return str(known.label)
    words, said = words_of(known, part.values, asker), str(operator.label)
    if "…" in said:
        return f"{known.label} {said.replace('…', words)}"
    return " ".join(filter(None, (str(known.label), said, words)))


def fields_missing(group: Group, spec: ListSpec) -> Sequence[str]:
    """The fields that conditions name and the list has no more."""
    return [one.field for one in group.conditions() if spec.field(one.field) is None]
