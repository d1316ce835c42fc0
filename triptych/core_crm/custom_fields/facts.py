"""The values of a record as its page shows them, each edited in place where the member may change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404

from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.custom_fields.computed.resolving import values_of
from triptych.core_crm.custom_fields.kinds import kind_of
from triptych.core_crm.custom_fields.kinds.records import link_shown, linked
from triptych.core_crm.custom_fields.models import CustomField, FieldKind
from triptych.core_crm.editing.forms import RecordForm
from triptych.core_crm.editing.pages import Fact, fact_url
from triptych.tenants.members.models import Member


def facts_of(record: Any, member: Member, *, may_write: bool) -> list[dict[str, Any]]:
    """All custom fields of a record that the member sees, for the component `record_facts.html`."""
    fields = definitions.of(record._meta.model_name)
    seen, changed = fields.seen_by(member), set(fields.changed_by(member))
    links = linked(seen, [record], member)
    worked_out = values_of([field for field in seen if field.is_computed], [record.pk])
    shown = []
    for field in seen:
        url = fact_url(record, field.form_name) if may_write and field in changed else ""
        fact = _worked_out(field, worked_out) if field.is_computed else _fact(field, links)
        shown.append(fact.of(record, edit_url=url))
    return shown


def _worked_out(field: CustomField, values: Mapping[Any, Mapping[str, Any]]) -> Fact:
    """A formula or a rollup as a fact."""
    kind = kind_of(field)

    def stored(record: Any) -> Any:
        return values.get(record.pk, {}).get(field.key)

    return Fact(
        field.form_name,
        field.label,
        lambda record: kind.show(field, stored(record)),
        plain=lambda record: str(kind.text(field, stored(record))),
    )


def fact_named(facts: Sequence[Fact], name: str, form: RecordForm) -> Fact:
    """The fact that the form edits: one of `facts`, or a custom field that it has.

    Raises Http404 when there is none of that name, or the record as it stands does not let it be edited.
    """
    if name not in form.fields:
        raise Http404
    found = next((fact for fact in facts if fact.name == name), None)
    if found is not None:
        return found
    field = definitions.of(form.custom_of).changed_by(form.member).find(name)
    if field is None:
        raise Http404
    return _fact(field, None, form.member)


def _fact(field: CustomField, links: Mapping[str, Any] | None, member: Member | None = None) -> Fact:
    """A field as a fact. A link looks its record up in `links`, or by itself for the member."""
    if field.kind != FieldKind.RECORD:
        kind = kind_of(field)
        return Fact(
            field.form_name,
            field.label,
            lambda record: kind.show(field, record.custom.get(field.key)),
            plain=lambda record: str(kind.text(field, record.custom.get(field.key))),
        )

    def found(record: Any) -> Any:
        known = linked([field], [record], member) if links is None and member else links or {}
        return known.get(record.custom.get(field.key, ""))

    return Fact(
        field.form_name,
        field.label,
        lambda record: link_shown(found(record)),
        plain=lambda record: str(found(record) or ""),
    )
