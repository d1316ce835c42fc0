"""The base of the forms by which records are made and edited."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.http import Http404

from triptych.core_crm.custom_fields import forms as custom
from triptych.core_crm.editing.fields import PickedField
from triptych.core_crm.rights.access import field_rights
from triptych.platform.records import Record
from triptych.platform.refusals import Conflict, refusals_shown
from triptych.tenants.members.models import Member

MINE, THEIRS = "mine", "theirs"


class RecordForm(forms.Form):
    """A form over the fields of a record, a new one or one that is there.

    It remembers the version that the person saw. `only` leaves a single field, for facts edited in place. A form that
    says of which kind of record it is (`custom_of`) has that kind's custom fields, too.
    """

    custom_of = ""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, record: Record | None = None, member: Member, only: str = "", **more: Any
    ) -> None:
        self.member = member
        initial = {**(self.initial_of(record) if record else self.initial_of_new(member)), **more.pop("initial", {})}
        super().__init__(data, initial=initial, label_suffix="", **more)
        self.record = record
        self.is_in_conflict = False
        if self.custom_of:
            inputs = custom.form_fields(self.custom_of, member)
            custom.keep_values(inputs, initial)
            self.fields.update(inputs)
        self._withhold(str(record._meta.model_name) if record else self.custom_of, only=only)
        if only:
            self.fields = {name: field for name, field in self.fields.items() if name in (only, "version")}
        for name, field in self.fields.items():
            if isinstance(field, PickedField):
                field.for_member(member, self.initial.get(name) if record else None)
            elif hasattr(field, "for_member"):
                field.for_member(member)

    def _withhold(self, kind: str, *, only: str) -> None:
        """Leave out fields that the member's role hides or makes read-only.

        Raises Http404 for a fact that is among them.
        """
        barred = field_rights(self.member, kind)
        if only in barred:
            raise Http404
        for name in barred:
            self.fields.pop(name, None)

    def initial_of(self, record: Any) -> dict[str, Any]:
        """What the fields show of a record: its attributes of the same names."""
        own = {name: getattr(record, name) for name in self.base_fields if hasattr(record, name)}
        return own | (custom.initial_of(self.custom_of, self.member, record) if self.custom_of else {})

    def initial_of_new(self, member: Member) -> dict[str, Any]:
        """What the fields show for a record that is yet to be made."""
        return {"owner": member} if "owner" in self.base_fields else {}

    @property
    def seen_version(self) -> int | None:
        """The version that the person saw, or chose to write over."""
        version: int | None = self.cleaned_data.get("version")
        return version

    def given(self) -> dict[str, Any]:
        """What the person wants the fields to be, for the action; after a conflict only where they took their own."""
        given = {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "version" and self.data.get(f"take-{name}", MINE) != THEIRS
        }
        values = {name: given.pop(name) for name in list(given) if name.startswith(custom.PREFIX)}
        return {**given, "custom": values} if values or (self.custom_of and self.record is None) else given

    @property
    def custom_inputs(self) -> list[forms.BoundField]:
        """The inputs of custom fields."""
        return [self[name] for name in self.fields if name.startswith(custom.PREFIX)]


@contextmanager
def edits_shown(form: RecordForm) -> Iterator[None]:
    """Show what an action refuses in the form; a conflict is remembered for `form_page`."""
    with refusals_shown(form):
        try:
            yield
        except Conflict:
            form.is_in_conflict = True
