"""The form of a field at work: what a formula may name, the condition of a rollup while it is built, examples."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.text import capfirst

from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.custom_fields.computed import checking, rollups
from triptych.core_crm.custom_fields.computed.functions import FUNCTIONS
from triptych.core_crm.custom_fields.computed.references import OWN_RESULTS, RELATED, related_model, standard_of
from triptych.core_crm.custom_fields.forms import FieldForm
from triptych.core_crm.custom_fields.models import CustomField, FieldKind, ObjectKind
from triptych.core_crm.custom_fields.objects import OBJECTS
from triptych.core_crm.lists.building import changed, finished, read_form, shown
from triptych.core_crm.lists.conditions import Asker
from triptych.core_crm.lists.where import Group
from triptych.platform import clock
from triptych.platform.refusals import Refused, refusals_shown
from triptych.tenants.routing import TenantRequest


def names_relation(request: HttpRequest, kind: str) -> bool:
    """Whether the address says which related records a new rollup is to look at."""
    return any(one.name == request.GET.get("relation") for one in rollups.RELATIONS.get(kind, ()))


def relations(kind: ObjectKind) -> dict[str, Any]:
    """What the page shows that asks for the related records of a new rollup."""
    found = [(one.name, one.label, "sum", "") for one in rollups.RELATIONS.get(kind, ())]
    return {"object": kind, "label": kind.label, "kinds": found, "asks": "kind=rollup&relation"}


class Working:
    """A field being made or changed. Only the button “Save” keeps it; others add conditions, or show examples."""

    def __init__(self, request: TenantRequest, field: CustomField) -> None:
        self.request = request
        self.field = field
        self.is_new = field._state.adding
        target = self.relation.target if self.relation else ""
        data = request.POST or None
        self.form = FieldForm(data, kind=field.kind, field=None if self.is_new else field, target=target)

    @cached_property
    def relation(self) -> rollups.Relation | None:
        """The related records of a rollup."""
        if self.field.kind != FieldKind.ROLLUP:
            return None
        name = self.request.GET.get("relation") if self.is_new else self.field.rollup.get("relation")
        return rollups.relation_of(self.field.object, name)

    @property
    def is_to_be_kept(self) -> bool:
        return self.request.method == "POST" and self.request.POST.get("do", "keep") == "keep" and not self._is_part

    @property
    def _is_part(self) -> bool:
        """Whether a field or operator of a condition was chosen, which asks for other inputs."""
        return self.request.headers.get("HX-Request") == "true" and "do" not in self.request.POST

    @cached_property
    def group(self) -> Group:
        """The condition as the form has it, or as it was kept."""
        assert self.relation is not None
        if self.request.method != "POST":
            try:
                return rollups.group_said(self.field.rollup)
            except Refused:
                return Group()
        spec = rollups.house_list(self.relation.target)
        return changed(read_form(self.request.POST), self.request.POST.get("do", ""), spec)

    @property
    def rollup(self) -> dict[str, Any]:
        """The relation and the condition of a rollup, without what is not filled in yet."""
        if self.relation is None:
            return {}
        group = finished(self.group, rollups.house_list(self.relation.target))
        return {"relation": self.relation.name, "where": group.as_json if group.parts else {}}

    def context(self) -> dict[str, Any]:
        """What the page shows."""
        found: dict[str, Any] = {"form": self.form, "field": None if self.is_new else self.field}
        if self.field.kind == FieldKind.FORMULA:
            found |= {"names": names(self.field), "functions": [one.example for one in FUNCTIONS.values()]}
        if self.relation is not None:
            spec = rollups.house_list(self.relation.target)
            asker = Asker(self.request.member, clock.now(), lambda _member: ())
            fields = [one for one in spec.fields if one.can_filter]
            found |= {"relation": self.relation, "box": shown(self.group, spec, asker), "fields": fields}
        if self.request.POST.get("do") == "preview":
            found |= {"examples": self._examples(), "was_tried": not self.form.errors}
        return found

    def _examples(self) -> list[checking.Example]:
        if not self.form.is_valid():
            return []
        given = self.form.given(self.rollup)
        tried = CustomField(
            pk=self.field.pk,
            object=self.field.object,
            kind=self.field.kind,
            label=given["label"],
            api_name=self.field.api_name or "thisField",
            expression=given.get("expression", ""),
            rollup=given.get("rollup", {}),
        )
        with refusals_shown(self.form):
            return checking.examples(tried, self.request.member)
        return []


def names(field: CustomField) -> list[tuple[str, str]]:
    """All that a formula on that kind of record may name, and what people call it."""
    found = [(one.name, str(capfirst(one.label))) for one in standard_of(OBJECTS[field.object].model).values()]
    for own in definitions.of(field.object):
        if own.pk != field.pk and (own.is_computed or own.kind in OWN_RESULTS):
            found.append((own.api_name, own.label))
    for relation in RELATED.get(field.object, {}):
        model = related_model(field.object, relation)
        if model is not None:
            named = standard_of(model).values()
            found += [(f"{relation}.{one.name}", str(capfirst(one.label))) for one in named]
    return found
