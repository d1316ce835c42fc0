"""What people type in the settings of a workspace."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from babel.core import Locale
from django import forms
from django.conf import settings
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from triptych.tenants.localities import currencies_in_use
from triptych.tenants.members.models import Member, Role, RoleCode

ROLE_WORDS = {
    Member.Role.OWNER: _("Owner: everything, also closing the workspace"),
    Member.Role.ADMIN: _("Admin: also people, plugins and settings"),
    Member.Role.MEMBER: _("Member: works with all records"),
    Member.Role.READER: _("Reader: sees records, changes nothing"),
}


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off", "autofocus": True})
    )
    role = forms.ChoiceField(label=_("Role"), initial=Member.Role.MEMBER, choices=list(ROLE_WORDS.items()))


def role_choices() -> list[tuple[str, str]]:
    """The built-in roles by their codes and the workspace's own by their keys."""
    own = Role.objects.by_name()
    return [*((code, str(label)) for code, label in RoleCode.choices), *((str(role.pk), role.name) for role in own)]


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=role_choices)

    def given(self) -> dict[str, Any]:
        """What `change_role` takes: the code of a built-in role, or one of the workspace's own with its base."""
        chosen = self.cleaned_data["role"]
        if chosen in RoleCode.values:
            return {"role": chosen}
        record = Role.objects.get(pk=chosen)
        return {"role": record.base, "record": record}


class PlaceForm(forms.Form):
    manager = forms.ModelChoiceField(
        label=_("Reports to"),
        queryset=Member.objects.none(),
        required=False,
        empty_label=_("Nobody"),
        widget=forms.Select({"data-picker": "1"}),
    )
    region = forms.CharField(label=_("Region"), max_length=100, required=False)


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("person", "Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(label=_("Language"), required=False, help_text=_("Pages and mails speak it to you."))

    def __init__(self, *args: Any, of_workspace: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["language"]
        names = dict(settings.LANGUAGES)
        default = _("As the workspace: %(language)s") % {"language": names.get(of_workspace, of_workspace)}
        field.choices = [("", default), *settings.LANGUAGES]


class WorkspaceForm(forms.Form):
    name = forms.CharField(label=_("Name of the workspace"), max_length=200)
    timezone = forms.ChoiceField(label=_("Time zone"), help_text=_("Days and working hours are counted in it."))
    currency = forms.ChoiceField(label=_("Currency"), help_text=_("Sums over several currencies are shown in it."))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    has_accent = forms.BooleanField(label=_("A colour of our own"), required=False)
    accent = forms.CharField(
        label=_("Accent colour"),
        required=False,
        widget=forms.ColorInput(attrs={"class": "form-control-color"}),
        help_text=_("Of buttons and links. Where it would be hard to read it is shown darker, or lighter at night."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("timezone", zone_choices()), ("currency", _currencies())):
            field: Any = self.fields[name]
            field.choices = choices
            field.widget.attrs["data-picker"] = "1"

    def clean(self) -> dict[str, Any]:
        """The colour counts when its box is ticked: an input for colours cannot be empty."""
        given: dict[str, Any] = super().clean() or {}
        if not given.pop("has_accent", False):
            given["accent"] = ""
        return given


def zone_choices() -> list[tuple[str, str]]:
    """The time zones that can be chosen."""
    return [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone or zone == "UTC"]


def _currencies() -> list[tuple[str, str]]:
    """Currencies by code, with their names in the reader's language."""
    names = Locale.parse((get_language() or "en").replace("-", "_")).currencies
    return [(code, f"{code} – {names[code]}") for code in sorted(currencies_in_use()) if code in names]
