"""Which record's value goes on, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.db import models
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.custom_fields import facts as custom_facts
from triptych.core_crm.custom_fields.values import SORTED
from triptych.core_crm.duplicates.kinds import Choosable, MergeKind
from triptych.core_crm.editing.pages import facts_of
from triptych.core_crm.rights.access import field_rights
from triptych.platform.records import Record
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


class Take(models.TextChoices):
    """Whose value a field has after a merge."""

    WINNER = "winner", gettext_lazy("The one that goes on")
    LOSER = "loser", gettext_lazy("The one that is merged")
    BOTH = "both", gettext_lazy("Both")


@dataclass(frozen=True)
class Offer:
    """A field in which two records differ: what each shows, what can be taken and what is proposed."""

    name: str
    label: Any
    winner: Any
    loser: Any
    takes: tuple[Take, ...]
    proposed: Take
    winner_text: str = ""
    loser_text: str = ""

    @property
    def options(self) -> list[dict[str, Any]]:
        """For the page: each thing that can be taken, with what it shows."""
        shown = {Take.WINNER: self.winner, Take.LOSER: self.loser, Take.BOTH: _("Both")}
        return [
            {"take": take.value, "show": shown[take], "label": take.label, "is_proposed": take == self.proposed}
            for take in self.takes
        ]


Choices = Mapping[str, Take]
"""Field → whose value; fields that are not named are as proposed."""


def offers(kind: MergeKind, winner: Record, loser: Record, member: Member) -> list[Offer]:
    """The fields in which two records differ and that the member may change, in the order of their page."""
    shown = [{fact["name"]: fact for fact in _facts(kind, one, member) if "name" in fact} for one in (winner, loser)]
    return [
        Offer(
            name=name,
            label=shown[0][name]["label"],
            winner=shown[0][name]["show"],
            loser=shown[1][name]["show"],
            takes=takes,
            proposed=proposed,
            winner_text=_as_text(shown[0][name]["value"]),
            loser_text=_as_text(shown[1][name]["value"]),
        )
        for name, takes, proposed in _choosable(kind, winner, loser, member)
        if name in shown[0]
    ]


def take_over(kind: MergeKind, winner: Any, loser: Any, choices: Choices, by: Member) -> None:
    """Give the winner the chosen values, on the object only.

    Raises:
        Refused: a choice names a field that cannot be chosen; it names the field.
    """
    open_to = {name: (takes, proposed) for name, takes, proposed in _choosable(kind, winner, loser, by)}
    theirs = _open_names(kind, by)
    named = _names_understood(kind, choices)
    for name, take in named.items():
        if name not in open_to and name not in theirs:
            raise Refused(_("“%(name)s” is no field that can be chosen here.") % {"name": name[:60]}, field="choices")
        if name in open_to and take not in open_to[name][0]:
            raise Refused(_("Of “%(name)s” only one can be kept.") % {"name": name[:60]}, field="choices")
    fields = {one.name: one for one in kind.fields}
    for name, (_takes, proposed) in open_to.items():
        take = named.get(name, proposed)
        if take == Take.WINNER:
            continue
        if name in fields:
            _take_columns(fields[name], winner, loser, take)
        else:
            _take_custom(definitions.of(kind.name).find(name), winner, loser)


def _as_text(value: str) -> str:
    """What a fact shows, without markup: each block a line."""
    if not isinstance(value, SafeString):
        return value
    return unescape(strip_tags(value.replace("</span>", "\n"))).strip()


def _facts(kind: MergeKind, record: Record, member: Member) -> list[dict[str, Any]]:
    return [
        *facts_of(kind.facts, record, may_write=False),
        *custom_facts.facts_of(record, member, may_write=False),
    ]


def _choosable(
    kind: MergeKind, winner: Any, loser: Any, member: Member
) -> Iterator[tuple[str, tuple[Take, ...], Take]]:
    barred = field_rights(member, kind.model)
    for field in kind.fields:
        ours, theirs = _values(winner, field), _values(loser, field)
        if ours == theirs or any(column in barred for column in field.written):
            continue
        takes = (Take.WINNER, Take.LOSER, Take.BOTH) if field.is_list else (Take.WINNER, Take.LOSER)
        if field.is_list and ours[0] and theirs[0]:
            yield field.name, takes, Take.BOTH
        else:
            yield field.name, takes[:2], Take.LOSER if not ours[0] and theirs[0] else Take.WINNER
    for custom in definitions.of(kind.name).changed_by(member):
        ours, theirs = winner.custom.get(custom.key), loser.custom.get(custom.key)
        if ours != theirs:
            is_empty = ours in (None, "", [])
            yield custom.form_name, (Take.WINNER, Take.LOSER), Take.LOSER if is_empty else Take.WINNER


def _names_understood(kind: MergeKind, choices: Choices) -> dict[str, Take]:
    """The choices by the names that `offers` uses; custom fields may be named as the API names them."""
    known = definitions.of(kind.name)
    own = {field.name for field in kind.fields}
    named = {}
    for name, take in choices.items():
        custom = None if name in own else known.find(name)
        named[custom.form_name if custom else name] = take
    return named


def _open_names(kind: MergeKind, member: Member) -> set[str]:
    """The fields of which the member may choose at all. Where both hold the same, a choice changes nothing; of others
    they are not told whether they differ."""
    barred = field_rights(member, kind.model)
    names = {one.name for one in kind.fields if not any(column in barred for column in one.written)}
    return names | {custom.form_name for custom in definitions.of(kind.name).changed_by(member)}


def _values(record: Any, field: Choosable) -> list[Any]:
    return [getattr(record, record._meta.get_field(name).attname) for name in field.written]


def _take_columns(field: Choosable, winner: Any, loser: Any, take: Take) -> None:
    for name in field.written:
        column = winner._meta.get_field(name).attname
        value = getattr(loser, column)
        if take == Take.BOTH:
            value = _joined(getattr(winner, column), value)
        if column == name or value != winner.pk:  # nobody belongs to themselves
            setattr(winner, column, value)


def _joined(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Both lists, ours first, each email, phone or address once, whatever its label."""
    seen, joined = [], []
    for entry in (*ours, *theirs):
        told = {name: value for name, value in entry.items() if name != "label"}
        if told not in seen:
            seen.append(told)
            joined.append(entry)
    return joined[:20]


def _take_custom(field: Any, winner: Any, loser: Any) -> None:
    values = dict(winner.custom)
    for key in (field.key, f"{SORTED}{field.key}"):
        values.pop(key, None)
        if key in loser.custom:
            values[key] = loser.custom[key]
    winner.custom = values
