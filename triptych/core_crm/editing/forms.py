"""The base of the forms by which records are made and edited."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms

from triptych.platform.records import Record
from triptych.platform.refusals import Conflict, refusals_shown
from triptych.tenants.members.models import Member

MINE, THEIRS = "mine", "theirs"


class RecordForm(forms.Form):
    """A form over the fields of a record, a new one or one that is there.

    It remembers the version that the person saw. `only` leaves a single field, for facts edited in place.
    """

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, record: Record | None = None, member: Member, only: str = "", **more: Any
    ) -> None:
        initial = {**(self.initial_of(record) if record else self.initial_of_new(member)), **more.pop("initial", {})}
        super().__init__(data, initial=initial, label_suffix="", **more)
        self.record = record
        self.member = member
        self.is_in_conflict = False
        if only:
            self.fields = {name: field for name, field in self.fields.items() if name in (only, "version")}
        for field in self.fields.values():
            if hasattr(field, "for_member"):
                field.for_member(member)

    def initial_of(self, record: Any) -> dict[str, Any]:
        """What the fields show of a record: its attributes of the same names."""
        return {name: getattr(record, name) for name in self.base_fields if hasattr(record, name)}

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
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "version" and self.data.get(f"take-{name}", MINE) != THEIRS
        }


@contextmanager
def edits_shown(form: RecordForm) -> Iterator[None]:
    """Show what an action refuses in the form; a conflict is remembered for `form_page`."""
    with refusals_shown(form):
        try:
            yield
        except Conflict:
            form.is_in_conflict = True
