"""Writes to the fields themselves: check, write, record, announce. Rights are checked by `access` before.

Each of them restamps the tenant: from its commit on every process knows the fields as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.db.models import Func, Value
from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields import definitions, options
from triptych.core_crm.custom_fields.computed import checking
from triptych.core_crm.custom_fields.models import CustomField, FieldKind, ObjectKind, Who
from triptych.core_crm.custom_fields.naming import api_name_of, is_api_name
from triptych.core_crm.custom_fields.objects import LINKABLE, OBJECTS
from triptych.core_crm.custom_fields.values import SORTED
from triptych.platform import events
from triptych.platform.changes import apply_changes, check_fields
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

MOST = 100
"""How many fields one kind of record may have."""

KEPT_FOR = timedelta(days=30)
"""How long a deleted field and its values can be brought back."""


class FieldFields(TypedDict, total=False):
    """What can be set on a field at any time. `options` are those of a choice (`options.Given`), in their order;
    `expression` is a formula, `rollup` what a rollup says (`models.CustomField`)."""

    label: str
    help_text: str
    options: options.Given
    expression: str
    rollup: Mapping[str, Any]
    is_required: bool
    seen_by: str
    changed_by: str


@transaction.atomic
def create_field(
    *,
    object: str,
    kind: str,
    by: Member | None,
    now: datetime,
    api_name: str = "",
    target: str = "",
    **fields: Unpack[FieldFields],
) -> CustomField:
    """Keep a new field, after the others of its object. Without an `api_name` it is made of the label.

    Announces `custom_field.created`.

    Raises:
        Refused: a value breaks a rule, the label or name is taken, or there are too many; it names the field.
    """
    field = CustomField(object=object, kind=kind, target=target, created_at=now, updated_at=now)
    check_fields(field, only=["object", "kind", "target"])
    siblings = list(CustomField.objects.on(object))
    if sum(one.deleted_at is None for one in siblings) >= MOST:
        raise Refused(_("There are %(most)d fields already. Delete one first.") % {"most": MOST})
    field.position = max((one.position for one in siblings), default=-1) + 1
    apply_changes(field, _cleaned(field, fields))
    field.api_name = _api_name(api_name.strip(), field.label, [one.api_name for one in siblings])
    _check(field)
    if field.is_computed:
        checking.settle(field)
    field.save(force_insert=True)
    definitions.restamp()
    events.announce("custom_field.created", field, by=by, at=now, object=object)
    return field


@transaction.atomic
def update_field(
    *,
    field: CustomField,
    by: Member | None,
    now: datetime,
    version: int | None = None,
    **fields: Unpack[FieldFields],
) -> CustomField:
    """Change the given fields of a field; its values stay. `version` is the one that the editor saw.

    Announces `custom_field.updated`, and nothing when nothing changed.

    Raises:
        Conflict: somebody changed the field since `version`.
        Refused: a value breaks a rule; it names the field.
    """
    field = CustomField.objects.select_for_update().get(pk=field.pk)
    field.expect_version(version)
    changes = apply_changes(field, _cleaned(field, fields))
    if not changes:
        return field
    _check(field)
    worked_out = {"expression", "rollup"} & changes.keys()
    if worked_out:
        checking.settle(field)
        checking.settle_others(field, now=now)
    field.save_fields(*changes, *(["result"] if worked_out else []), at=now)
    definitions.restamp()
    events.announce("custom_field.updated", field, by=by, at=now, object=field.object, changed=sorted(changes))
    return field


@transaction.atomic
def delete_field(*, field: CustomField, by: Member | None, now: datetime) -> CustomField:
    """Hide a field everywhere. Its values stay for 30 days, in which `restore_field` brings it back.

    Announces `custom_field.deleted`.
    """
    field = CustomField.objects.select_for_update().get(pk=field.pk)
    if field.deleted_at:
        return field
    field.deleted_at = now
    field.save_fields("deleted_at", at=now)
    definitions.restamp()
    events.announce("custom_field.deleted", field, by=by, at=now, object=field.object)
    return field


@transaction.atomic
def restore_field(*, field: CustomField, by: Member | None, now: datetime) -> CustomField:
    """Show a deleted field again, with all its values. Announces `custom_field.restored`.

    Raises:
        Refused: another field has its label by now.
    """
    field = CustomField.objects.select_for_update().get(pk=field.pk)
    if not field.deleted_at:
        return field
    field.deleted_at = None
    _check(field)
    field.save_fields("deleted_at", at=now)
    definitions.restamp()
    events.announce("custom_field.restored", field, by=by, at=now, object=field.object)
    return field


@transaction.atomic
def reorder_fields(*, object: str, order: Sequence[UUID], by: Member | None, now: datetime) -> None:
    """Put the fields of an object into an order; those that `order` does not name come after them.

    Announces `custom_field.reordered`.
    """
    fields = list(CustomField.objects.on(object).alive().in_order().select_for_update())
    places = {pk: place for place, pk in enumerate(order)}
    fields.sort(key=lambda field: places.get(field.pk, len(places)))
    moved = [(place, field) for place, field in enumerate(fields) if field.position != place]
    for place, field in moved:
        field.position = place
        field.save_fields("position", at=now)
    if moved:
        definitions.restamp()
        events.announce("custom_field.reordered", None, by=by, at=now, object=object)


class _Without(Func):
    """A JSON object without some of its keys."""

    arg_joiner = " - "
    template = "(%(expressions)s)"


@transaction.atomic
def purge_fields(*, now: datetime) -> int:
    """Forget the fields that were deleted 30 days ago or earlier, with their values. Returns how many.

    Announces `custom_field.purged` for each.
    """
    fields = list(CustomField.objects.deleted().filter(deleted_at__lte=now - KEPT_FOR).select_for_update())
    for field in fields:
        records = OBJECTS[field.object].model._default_manager.filter(custom__has_key=field.key)
        records.update(custom=_Without("custom", Value(field.key), Value(f"{SORTED}{field.key}")))
        events.announce("custom_field.purged", field, by=None, at=now, object=field.object)
        field.delete()
    return len(fields)


def _cleaned(field: CustomField, fields: FieldFields) -> dict[str, Any]:
    cleaned: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in fields.items()
    }
    if field.kind in (FieldKind.CHOICE, FieldKind.CHOICES):
        if "options" in fields or field._state.adding:
            cleaned["options"] = options.settled(fields.get("options", ()), field.options)
    else:
        cleaned.pop("options", None)
    if field.kind != FieldKind.FORMULA:
        cleaned.pop("expression", None)
    if field.kind != FieldKind.ROLLUP:
        cleaned.pop("rollup", None)
    elif "rollup" in cleaned:
        said = cleaned["rollup"] or {}
        same = {} if field._state.adding else {"relation": field.rollup.get("relation")}
        cleaned["rollup"] = checking.rollup_said({**said, **same})
    return cleaned


def _api_name(given: str, label: str, taken: list[str]) -> str:
    if not given:
        return api_name_of(label, taken)
    if not is_api_name(given):
        message = _("An API name begins with a small letter and has letters and digits, 40 at most, e.g. contractEnd.")
        raise Refused(message, field="api_name")
    if given.casefold() in {one.casefold() for one in taken}:
        raise Refused(_("Another field has, or had, this API name."), field="api_name")
    return given


def _check(field: CustomField) -> None:
    if not field.label:
        raise Refused(_("A field needs a label."), field="label")
    check_fields(field)
    others = CustomField.objects.alive().on(field.object).exclude(pk=field.pk)
    if others.filter(label__iexact=field.label).exists():
        raise Refused(_("Another field of these records has this label."), field="label")
    if field.kind == FieldKind.RECORD and field.target not in LINKABLE:
        labels = ", ".join(str(ObjectKind(kind).label) for kind in LINKABLE)
        raise Refused(_("Say what the field leads to: %(labels)s.") % {"labels": labels}, field="target")
    if field.kind != FieldKind.RECORD and field.target:
        raise Refused(_("Only a link to a record leads somewhere."), field="target")
    if field.is_required and field.is_computed:
        raise Refused(_("A field that is worked out cannot be required."), field="is_required")
    if field.is_required and Who.ADMINS in (field.seen_by, field.changed_by):
        message = _("A required field is one that everybody may see and change, since everybody adds records.")
        raise Refused(message, field="is_required")
