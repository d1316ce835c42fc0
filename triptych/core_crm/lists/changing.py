"""Giving records another value of a field, one after the other: by the form and the action of their own pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.formats import localize_input
from django.utils.translation import gettext as _

from triptych.core_crm.lists.fields import Editor
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

if TYPE_CHECKING:
    from triptych.core_crm.editing.forms import RecordForm

Before = dict[str, Any]


@dataclass(frozen=True)
class Editing:
    """How records of a list are changed.

    `form` is the one of their page, `fields` those of its fields that many records can share; `update`, `delete` and
    `restore` are the actions, which take the record as `noun`; `to_change` and `to_restore` are the access functions.
    `also` names fields with a verb of their own, such as the stage of a deal. `options` is what the form wants to know
    of a record besides.
    """

    noun: str
    form: type[RecordForm]
    fields: Sequence[str]
    to_change: Callable[[Member, UUID], Any]
    to_restore: Callable[[Member, UUID], Any]
    update: Callable[..., Any]
    delete: Callable[..., Any]
    restore: Callable[..., Any]
    also: Mapping[str, Editor] = field(default_factory=dict)
    options: Callable[[Any], dict[str, Any]] = lambda record: {}

    def editors(self, contributed: Mapping[str, Editor]) -> dict[str, Editor | None]:
        """Every field that can be changed in bulk; those of the form have no editor of their own."""
        return {**dict.fromkeys(self.fields), **self.also, **contributed}

    def form_field(self, name: str, editor: Editor | None, member: Member) -> forms.Field:
        """The input for a value that many records are to have."""
        made: Any = editor.form_field(member) if editor else deepcopy(self.form.base_fields[name])
        if hasattr(made, "for_member"):
            made.for_member(member)
        if getattr(made, "may_create", False):
            made.may_create = False
            made.widget.attrs.pop("data-create", None)
        return made  # type: ignore[no-any-return]

    def change(
        self, record: Any, given: Mapping[str, Any], editors: Mapping[str, Editor | None], *, by: Member, now: datetime
    ) -> Before:
        """Give one record these values, as they were typed. Returns what undo needs; nothing if nothing changed.

        What has an act of its own (a stage to move to) comes last, since its rules look at the other values.

        Raises:
            Refused: the form or the action says no.
        """
        before: Before = {}
        fields: dict[str, Any] = {}
        acts: dict[str, Editor] = {}
        said_along = {one for name in given if (editor := editors.get(name)) for one in editor.also}
        for name, value in given.items():
            if name in said_along:
                continue
            if (editor := editors[name]) is None:
                fields |= self._cleaned(record, name, value, by)
            else:
                acts[name] = editor
        if fields:
            before |= {name: kept(record, name) for name in fields}
            self.update(**{self.noun: record}, by=by, now=now, **fields)
        for name in sorted(acts, key=self.also.__contains__):
            before[name] = acts[name].read(record)
            more = {one: str(given[one] or "") for one in acts[name].also if one in given}
            value = cleaned(self.form_field(name, acts[name], by), name, given[name])
            acts[name].write(record, value, by=by, now=now, **more)
        return before

    def put_back(
        self, record: Any, before: Before, editors: Mapping[str, Editor | None], *, by: Member, now: datetime
    ) -> None:
        """Give a record back what it had.

        Raises:
            Refused: the action says no, or what it had is no longer there, or a field is theirs to change no more.
        """
        columns = {column.name for column in type(record)._meta.get_fields()}
        gone = sorted(before.keys() - editors.keys() - columns)
        if gone:
            raise Refused(
                _("A field that was changed is no longer there, or no longer yours to change."), field=gone[0]
            )
        fields = {name: value for name, value in before.items() if not editors.get(name)}
        if fields:
            values = {name: given_back(type(record), name, value) for name, value in fields.items()}
            self.update(**{self.noun: record}, by=by, now=now, **values)
        for name, value in before.items():
            editor = editors.get(name)
            if editor:
                editor.write(record, editor.value_of(value), by=by, now=now)

    def _cleaned(self, record: Any, name: str, value: Any, by: Member) -> dict[str, Any]:
        form = self.form(data_of({name: value}), record=record, member=by, only=name, **self.options(record))
        if name not in form.fields:
            raise Refused(_("This field cannot be changed here."), field=name)
        field: Any = form.fields[name]
        if hasattr(field, "may_create"):
            field.may_create = False
        if not form.is_valid():
            raise Refused(" ".join(str(one) for errors in form.errors.values() for one in errors), field=name)
        return form.given()


def cleaned(field: forms.Field, name: str, value: Any) -> Any:
    """The value that an input makes of what was given.

    Raises:
        Refused: it does not fit.
    """
    typed = field.widget.value_from_datadict(data_of({name: value}), {}, name)
    try:
        return field.clean(typed)
    except forms.ValidationError as error:
        raise Refused(" ".join(error.messages), field=name) from error


def data_of(values: Mapping[str, Any]) -> QueryDict:
    """Values as JSON, the way a browser would post them."""
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, [_typed(one) for one in (value if isinstance(value, list) else [value])])
    return data


def _typed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(localize_input(Decimal(str(value))))
    return str(value)


def kept(record: models.Model, name: str) -> Any:
    """A value of a record as JSON: keys of relations, texts of dates and numbers."""
    column: Any = record._meta.get_field(name)
    value = getattr(record, column.attname)
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    return column.value_to_string(record) if not column.is_relation else str(value)


def given_back(model: type[models.Model], name: str, value: Any) -> Any:
    """The value that `kept` stands for.

    Raises:
        Refused: it was a record that is no longer there.
    """
    column: Any = model._meta.get_field(name)
    if value is None:
        return None
    if not column.is_relation:
        return column.to_python(value)
    found = column.related_model._base_manager.filter(pk=value).first()
    if found is None:
        raise Refused(_("What stood there before is no longer there."), field=name)
    return found
