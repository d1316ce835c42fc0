"""Links to another record, stored by its id. Who may not see that record sees no name of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.db import models
from django.db.models.expressions import BaseExpression
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.html import format_html
from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields.kinds.base import Kind, Stored, Unfit, as_text
from triptych.core_crm.editing.fields import PickedField
from triptych.tenants.members.models import Member

if TYPE_CHECKING:
    from triptych.core_crm.custom_fields.models import CustomField


class RecordLink(Kind):
    icon = "arrow-guide"
    output = models.UUIDField()

    def clean(self, field: CustomField, given: Any) -> Stored:
        from triptych.core_crm.custom_fields.objects import OBJECTS

        if given is None or as_text(given) == "":
            return None
        model = OBJECTS[field.target].model
        if isinstance(given, model):
            return str(given.pk)
        node, key = getattr(given, "type_name", OBJECTS[field.target].node), getattr(given, "node_id", given)
        try:
            pk = UUID(as_text(key))
        except ValueError:
            pk = None
        there = model._default_manager.filter(pk=pk, deleted_at__isnull=True)
        if pk is None or node != OBJECTS[field.target].node or not there.exists():
            raise Unfit(_("There is no such record, or it is not yours to see."))
        return str(pk)

    def form_field(self, field: CustomField, **options: Any) -> forms.Field:
        from triptych.core_crm.custom_fields.objects import OBJECTS

        target = OBJECTS[field.target]
        return PickedField(records=target.visible_to, url=target.pick_url, **options)

    def value(self, field: CustomField, stored: Stored) -> UUID | None:
        return UUID(stored) if stored else None

    def sql(self, field: CustomField) -> BaseExpression:
        return Cast(KT(f"custom__{field.key}"), self.output)


def linked(fields: Iterable[CustomField], records: Iterable[Any], member: Member) -> dict[str, Any]:
    """The records, by id, to which these fields of the records lead, as far as the member sees them.

    One statement for each kind of record that is led to.
    """
    from triptych.core_crm.custom_fields.objects import OBJECTS

    wanted: dict[str, set[str]] = {}
    rows = list(records)
    for field in fields:
        ids = {row.custom[field.key] for row in rows if row.custom.get(field.key)} if field.target else set()
        if ids:
            wanted.setdefault(field.target, set()).update(ids)
    return {
        str(found.pk): found
        for target, ids in wanted.items()
        for found in OBJECTS[target].visible_to(member).filter(pk__in=ids)
    }


def link_shown(found: Any) -> Any:
    """A linked record as pages show it: its name, which opens it."""
    return format_html('<a href="{}">{}</a>', found.get_absolute_url(), found) if found is not None else ""
