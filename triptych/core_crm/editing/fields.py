"""Form fields for what records hold: other records, chosen while typing, and lists of emails, phones or addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from triptych.tenants.members.models import Member


@dataclass(frozen=True)
class New:
    """A record that is not there yet, by the name that somebody typed into a picker."""

    name: str


class PickerSelect(forms.Select):
    """A select that holds only what is chosen; the component's script asks `url` for the rest while one types."""

    def __init__(self, *, url: str, create: Any = "") -> None:
        super().__init__(attrs={"data-picker": "1", "data-url": url, "data-nothing": gettext_lazy("Nothing found.")})
        if create:
            self.attrs["data-create"] = create
        self.name_of: Callable[[str], str] = str

    def optgroups(self, name: str, value: Sequence[Any], attrs: Any = None) -> Any:
        chosen = next((one for one in value if one not in ("", None)), None)
        label = str(chosen) if isinstance(chosen, Model | New) else self.name_of(str(chosen)) if chosen else ""
        key = str(chosen.pk) if isinstance(chosen, Model) else chosen
        options = [self.create_option(name, "", "", not chosen, 0)]
        if chosen:
            options.append(self.create_option(name, key, label, True, 1))
        return [(None, [option], index) for index, option in enumerate(options)]

    def format_value(self, value: Any) -> list[Any]:
        return [value]


class PickedField(forms.Field):
    """One record that the member may see, chosen while typing. With `create` a typed name comes out as `New`."""

    def __init__(
        self, *, records: Callable[[Member], QuerySet[Any]], url: str, create: Any = "", **options: Any
    ) -> None:
        super().__init__(widget=PickerSelect(url=url, create=create), **{"required": False, **options})
        self.records = records
        self.may_create = bool(create)
        self.member: Member | None = None
        self.held: Any = None

    def for_member(self, member: Member, held: Any = None) -> None:
        """Offer what this member may see; what the record holds and they do not see may stay."""
        self.member = member
        self.held = held if getattr(held, "is_veiled", False) else None
        self.widget.name_of = lambda value: self._name_of(value)

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        found = self._found(text)
        if found is not None:
            return found
        if self.may_create and not _is_id(text):
            return New(text)
        raise ValidationError(_("This is no longer there. Choose another one."))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(getattr(initial, "pk", "") or "") != str(data or "")

    def _found(self, text: str) -> Any:
        if self.member is None or not _is_id(text):
            return None
        if self.held is not None and text == str(self.held.pk):
            return self.held
        return self.records(self.member).filter(pk=text).first()

    def _name_of(self, value: str) -> str:
        found = self._found(value)
        return str(found) if found is not None else value


class OwnerField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A member of the tenant, or nobody."""

    def __init__(self, **options: Any) -> None:
        members = Member.objects.active().by_name()
        defaults = {"required": False, "label": gettext_lazy("Owner"), "empty_label": gettext_lazy("Nobody")}
        super().__init__(members, **{**defaults, **options})
        self.widget.attrs["data-picker"] = "1"

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            raise ValidationError(_("This person is no longer there. Choose another one.")) from None


@dataclass(frozen=True)
class Part:
    """One input of each row. With `choices` it is a select, which keeps a value that is none of them."""

    name: str
    label: Any
    type: str = "text"
    choices: tuple[tuple[str, Any], ...] = ()
    autocomplete: str = "off"


class RowsWidget(forms.Widget):
    """Several rows of the same inputs: those that are filled and an empty one, with a button for more.

    Inputs are called `<name>-<number>-<part>`.
    """

    template_name = "editing/rows.html"
    use_fieldset = True

    def __init__(self, parts: Sequence[Part], *, add: Any) -> None:
        super().__init__()
        self.parts = parts
        self.add = add

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        rows: list[Mapping[str, str]] = [*(row for row in value or () if any(row.values())), {}]
        context["widget"] |= {
            "rows": [self._inputs(name, number, row) for number, row in enumerate(rows)],
            "blank": self._inputs(name, "__number__", {}),
            "add": self.add,
            "parts": self.parts,
            "takes_focus": bool(attrs and attrs.get("autofocus")),
        }
        return context

    def value_from_datadict(self, data: Any, files: MultiValueDict[str, Any], name: str) -> list[dict[str, str]]:
        rows: dict[int, dict[str, str]] = {}
        for key in data:
            head, _, part = key.rpartition("-")
            before, _, number = head.rpartition("-")
            if before == name and number.isdecimal() and len(number) < 4:
                rows.setdefault(int(number), {})[part] = data.get(key)
        return [rows[number] for number in sorted(rows)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}-") for key in data)

    def id_for_label(self, id_: str) -> str:
        return ""

    def _inputs(self, name: str, number: int | str, row: Mapping[str, str]) -> list[dict[str, Any]]:
        inputs = []
        for part in self.parts:
            value = row.get(part.name) or ""
            choices = list(part.choices)
            if choices and value not in dict(choices):
                choices.append((value, value))
            inputs.append({"part": part, "name": f"{name}-{number}-{part.name}", "value": value, "choices": choices})
        return inputs


class RowsField(forms.Field):
    """A list of dicts, one for each row whose first part is filled, or any part with `any_part`."""

    widget: RowsWidget

    def __init__(self, parts: Sequence[Part], *, add: Any, any_part: bool = False, **options: Any) -> None:
        super().__init__(widget=RowsWidget(parts, add=add), **{"required": False, **options})
        self.parts = parts
        self.counted = [part.name for part in parts] if any_part else [parts[0].name]

    def to_python(self, value: Any) -> list[dict[str, str]]:
        names = {part.name for part in self.parts}
        rows = [{name: text for name, text in row.items() if name in names} for row in value or ()]
        return [row for row in rows if any((row.get(name) or "").strip() for name in self.counted)]


class AddressField(RowsField):
    """A single address as a dict."""

    def to_python(self, value: Any) -> Any:
        rows = super().to_python([value] if isinstance(value, dict) else value)
        return rows[0] if rows else {}

    def prepare_value(self, value: Any) -> Any:
        return [value] if isinstance(value, dict) and value else value or []


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
