"""What people fill in about roles, teams and shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.rights.levels import ACT_WORDS, LEVEL_WORDS, WRITES, Act, FieldRight, Level, Noun, level_of
from triptych.core_crm.rights.models import Team
from triptych.tenants.members.models import Member, Role, RoleCode

BASES = (
    (RoleCode.ADMIN, _("Admin: also people, plugins and settings")),
    (RoleCode.MEMBER, _("Member: works with records")),
    (RoleCode.READER, _("Reader: changes nothing")),
)
FIELD_CHOICES = (("", _("Shown")), (FieldRight.READ, _("Read only")), (FieldRight.HIDDEN, _("Hidden")))


@dataclass(frozen=True)
class Line:
    """One kind of record in the form of a role: a choice for each act, and one for each field."""

    noun: Noun
    acts: Sequence[BoundField]
    fields: Sequence[BoundField]
    is_open: bool


class RoleForm(forms.Form):
    """A role with a line for each kind of record."""

    name = forms.CharField(label=_("Name"), max_length=80)
    base = forms.ChoiceField(label=_("Built on"), choices=BASES)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, nouns: Sequence[Noun], role: Role, **more: Any) -> None:
        given = {"name": role.name, "base": role.base, "version": role.version if role.name else None}
        super().__init__(data, initial=given, label_suffix="", **more)
        self.nouns = nouns
        for noun in nouns:
            for act in Act:
                self.fields[f"{noun.kind}-{act}"] = forms.ChoiceField(
                    label=ACT_WORDS[act],
                    choices=[(level, LEVEL_WORDS[level]) for level in noun.levels],
                    initial=level_of(role, role.base, noun.kind, act),
                )
            for name in noun.fields:
                self.fields[f"{noun.kind}.{name}"] = forms.ChoiceField(
                    label=noun.label_of(name),
                    choices=FIELD_CHOICES,
                    required=False,
                    initial=role.field_rights.get(noun.kind, {}).get(name, ""),
                )

    def lines(self) -> Iterator[Line]:
        """The kinds of record, for the template."""
        for noun in self.nouns:
            fields = [self[f"{noun.kind}.{name}"] for name in noun.fields]
            acts = [self[f"{noun.kind}-{act}"] for act in Act]
            yield Line(noun, acts, fields, is_open=any(field.value() for field in fields))

    def given(self) -> dict[str, Any]:
        """What the actions take. A role built on Reader writes nothing, whatever was chosen."""
        cleaned = self.cleaned_data
        reads = cleaned["base"] == RoleCode.READER
        rights = {
            noun.kind: {
                str(act): str(Level.NONE) if reads and act in WRITES else cleaned[f"{noun.kind}-{act}"] for act in Act
            }
            for noun in self.nouns
        }
        fields = {
            noun.kind: {name: right for name in noun.fields if (right := cleaned[f"{noun.kind}.{name}"])}
            for noun in self.nouns
        }
        return {"name": cleaned["name"], "base": cleaned["base"], "rights": rights, "field_rights": fields}


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    parent = forms.ModelChoiceField(
        Team.objects.by_name(),
        label=_("Belongs to"),
        required=False,
        empty_label=_("No other team"),
        help_text=_("Managers of that team see what this one sees."),
    )
    territories = forms.CharField(
        label=_("Territories"),
        required=False,
        max_length=2000,
        help_text=_("Sales regions, with commas between. Whoever has one of them as their region belongs to the team."),
    )

    def clean_territories(self) -> list[str]:
        return [word for word in self.cleaned_data["territories"].split(",") if word.strip()]


class PlaceForm(forms.Form):
    """Who is put into a team."""

    member = forms.ModelChoiceField(
        Member.objects.active().by_name(), label=_("Who"), widget=forms.Select({"data-picker": "1"})
    )
    is_manager = forms.BooleanField(label=_("Manages the team, and sees the teams below"), required=False)


class ShareForm(forms.Form):
    """With whom a record is shared."""

    member = forms.ModelChoiceField(
        Member.objects.active().by_name(),
        label=_("Person"),
        required=False,
        empty_label=_("Nobody"),
        widget=forms.Select({"data-picker": "1"}),
    )
    team = forms.ModelChoiceField(Team.objects.by_name(), label=_("Or team"), required=False, empty_label=_("None"))
    may_change = forms.BooleanField(label=_("May also change it"), required=False)
