"""The fields themselves in the API: what there is, and changes by owners and admins."""

from __future__ import annotations

from typing import Any

import strawberry
import strawberry_django
from strawberry import UNSET, relay
from strawberry.scalars import JSON

from triptych.core_crm.custom_fields import access, actions, models
from triptych.core_crm.custom_fields.computed.checking import examples, problem_of, rollup_said
from triptych.core_crm.custom_fields.objects import OBJECTS
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import IdFilter, TextFilter, Where, choice_filter, filter_input
from triptych.graphql.ids import chosen
from triptych.graphql.listings import Listing
from triptych.graphql.mutations import Answer, IdInput, acting, answered, key_of, mutation, sent, version_of
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.records import Record
from triptych.tenants.members.access import administering

strawberry.enum(models.ObjectKind, name="CustomFieldObject", description="What fields can be added to.")
strawberry.enum(models.FieldKind, name="CustomFieldKind", description="What a field holds.")
strawberry.enum(models.Who, name="CustomFieldRight", description="Who may see or change the values of a field.")


@strawberry.type(description="One value that a choice can have.")
class CustomFieldOption:
    name: str = strawberry.field(description="What the API calls it; never changes.")
    label: str
    is_active: bool = strawberry.field(description="Whether it is still offered; records that have it keep it.")


strawberry.enum(models.Measure, name="CustomFieldMeasure", description="What a rollup works out.")


@strawberry.type(description="What a rollup looks at.")
class CustomFieldRollup:
    relation: str = strawberry.field(description="The related records, e.g. deals.")
    measure: models.Measure
    field: str = strawberry.field(description="What of them is added up or compared; empty where they are counted.")
    where: JSON = strawberry.field(description="The conditions that a related record must meet, as in saved views.")


@strawberry_django.type(models.CustomField, name="CustomField", description="A field that this workspace has added.")
class CustomField(Record):
    object: models.ObjectKind = strawberry_django.field(description="The kind of record that it is on.")
    kind: models.FieldKind
    api_name: str = strawberry_django.field(description="What the API calls it, in `custom`; never changes.")
    label: str
    help_text: str
    position: int
    is_required: bool = strawberry_django.field(description="Whether every new record needs a value.")
    seen_by: models.Who
    changed_by: models.Who

    @strawberry_django.field(only=["options"], description="The values of a choice, in their order.")
    def options(self) -> list[CustomFieldOption]:
        return [CustomFieldOption(**option) for option in self.options]

    is_indexed: bool = strawberry_django.field(
        description="Whether it is often filtered or ordered by, and so indexed."
    )

    @strawberry_django.field(only=["expression"], description="Of a formula: what is worked out.")
    def expression(self) -> str | None:
        return self.expression or None

    @strawberry_django.field(only=["rollup"], description="Of a rollup: what it looks at.")
    def rollup(self) -> CustomFieldRollup | None:
        said: Any = self.rollup
        if not said:
            return None
        where: Any = said.get("where") or {}
        return CustomFieldRollup(
            relation=said["relation"], measure=models.Measure(said["measure"]), field=said["field"], where=where
        )

    @strawberry_django.field(only=["result"], description="Of a formula or a rollup: what kind of value it has.")
    def result(self) -> models.FieldKind | None:
        return models.FieldKind(self.result) if self.result else None

    @strawberry_django.field(
        only=["kind", "object", "api_name", "label", "expression", "rollup", "result"],
        description="What is wrong with a formula or a rollup, such as a field that is missing; null where nothing is.",
    )
    def problem(self) -> str | None:
        field: Any = self
        return problem_of(field) or None

    @strawberry_django.field(only=["target"], description="The kind of record that a link leads to.")
    def target(self) -> models.ObjectKind | None:
        return models.ObjectKind(self.target) if self.target else None


custom_field_list = Listing(
    node=CustomField,
    model=models.CustomField,
    visible_to=access.fields_visible_to,
    filter=filter_input(
        "CustomFieldFilter",
        models.CustomField,
        {
            "id": Where(IdFilter, "pk", of="CustomField"),
            "object": Where(choice_filter(models.ObjectKind), "object"),
            "kind": Where(choice_filter(models.FieldKind), "kind"),
            "api_name": Where(TextFilter, "api_name"),
            "label": Where(TextFilter, "label"),
        },
    ),
    order=ordering_input("CustomFieldOrder", {"POSITION": By("position"), "LABEL": By("label")}),
    default_order=(By("object"), By("position")),
)


@strawberry.input(description="A formula or a rollup that is not kept yet.")
class CustomFieldTrialInput:
    object: models.ObjectKind
    expression: str | None = UNSET
    rollup: CustomFieldRollupInput | None = UNSET


@strawberry.type(description="What a formula or a rollup comes to on one record.")
class CustomFieldExample:
    id: relay.GlobalID = strawberry.field(description="The record.")
    name: str
    value: str = strawberry.field(description="As a text.")
    problem: str | None = strawberry.field(description="Why there is no value.")


@strawberry.type
class TryCustomFieldPayload(Answer):
    @strawberry.field(description="Of the newest records; empty where there is a problem.")
    def examples(self) -> list[CustomFieldExample]:
        return list(self.records.get("examples", ()))


@strawberry.type
class Queries:
    custom_field = custom_field_list.singular("A field that this workspace has added, by id.")
    custom_fields = custom_field_list.plural("The fields that this workspace has added, in their order.")


@strawberry.input(description="An option of a choice.")
class CustomFieldOptionInput:
    label: str
    name: str | None = strawberry.field(default=UNSET, description="Of the option that is to be called so from now on.")


@strawberry.input(description="What a rollup looks at.")
class CustomFieldRollupInput:
    relation: str = strawberry.field(description="The related records, e.g. deals; it cannot be changed afterwards.")
    measure: models.Measure
    field: str | None = strawberry.field(default=UNSET, description="What of them is added up or compared.")
    where: JSON | None = strawberry.field(
        default=UNSET, description="The conditions that a related record must meet, as in saved views."
    )


@strawberry.input
class CustomFieldInput:
    help_text: str | None = UNSET
    expression: str | None = strawberry.field(default=UNSET, description="Of a formula, e.g. amount * 0.1.")
    rollup: CustomFieldRollupInput | None = strawberry.field(default=UNSET, description="Of a rollup.")
    options: list[CustomFieldOptionInput] | None = strawberry.field(
        default=UNSET, description="Of a choice: all of them. One that is missing is offered no longer."
    )
    is_required: bool | None = strawberry.field(default=UNSET, description="Whether every new record needs a value.")
    seen_by: models.Who | None = UNSET
    changed_by: models.Who | None = UNSET


@strawberry.input
class CreateCustomFieldInput(CustomFieldInput):
    object: models.ObjectKind
    kind: models.FieldKind
    label: str
    api_name: str | None = strawberry.field(default=UNSET, description="Made of the label if left out.")
    target: models.ObjectKind | None = strawberry.field(default=UNSET, description="What a link to a record leads to.")


@strawberry.input(description="Only the given fields change.")
class UpdateCustomFieldInput(CustomFieldInput):
    id: relay.GlobalID
    label: str | None = UNSET
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class DeleteCustomFieldInput(IdInput):
    pass


@strawberry.input
class RestoreCustomFieldInput(IdInput):
    pass


@strawberry.input
class ReorderCustomFieldsInput:
    object: models.ObjectKind
    fields: list[relay.GlobalID] = strawberry.field(description="In their new order; others come after them.")


@strawberry.type
class CustomFieldPayload(Answer):
    custom_field = answered("field", custom_field_list)


@strawberry.type
class ReorderCustomFieldsPayload(Answer):
    pass


@strawberry.type
class Mutations:
    @mutation
    def create_custom_field(self, info: ApiInfo, input: CreateCustomFieldInput) -> CustomFieldPayload:
        """Add a field to a kind of record. For owners and admins."""
        administering(info.context.member)
        return CustomFieldPayload.of(field=actions.create_field(**acting(info), **_given(input)))

    @mutation
    def try_custom_field(self, info: ApiInfo, input: CustomFieldTrialInput) -> TryCustomFieldPayload:
        """What a formula or a rollup would come to on the newest records. Nothing is kept. For owners and admins."""
        member = info.context.member
        administering(member)
        given = _given(input)
        kind = models.FieldKind.ROLLUP if "rollup" in given else models.FieldKind.FORMULA
        field = models.CustomField(kind=kind, api_name="thisField", label=str(kind.label), **given)
        if kind == models.FieldKind.ROLLUP:
            field.rollup = rollup_said(given["rollup"])
        node = OBJECTS[input.object].node
        found = [
            CustomFieldExample(
                id=relay.GlobalID(node, str(one.record.pk)),
                name=str(one.record),
                value=one.text,
                problem=one.problem or None,
            )
            for one in examples(field, member)
        ]
        return TryCustomFieldPayload.of(examples=found)

    @mutation
    def update_custom_field(self, info: ApiInfo, input: UpdateCustomFieldInput) -> CustomFieldPayload:
        """Change a field; its values stay. For owners and admins."""
        field = access.field_to_change(info.context.member, key_of(input.id, custom_field_list))
        field = actions.update_field(field=field, version=version_of(input), **acting(info), **_given(input))
        return CustomFieldPayload.of(field=field)

    @mutation
    def delete_custom_field(self, info: ApiInfo, input: DeleteCustomFieldInput) -> CustomFieldPayload:
        """Hide a field everywhere; for 30 days it can be restored with its values. For owners and admins."""
        field = access.field_to_change(info.context.member, key_of(input.id, custom_field_list))
        return CustomFieldPayload.of(field=actions.delete_field(field=field, **acting(info)))

    @mutation
    def restore_custom_field(self, info: ApiInfo, input: RestoreCustomFieldInput) -> CustomFieldPayload:
        """Bring back a deleted field with its values. For owners and admins."""
        field = access.field_to_restore(info.context.member, key_of(input.id, custom_field_list))
        return CustomFieldPayload.of(field=actions.restore_field(field=field, **acting(info)))

    @mutation
    def reorder_custom_fields(self, info: ApiInfo, input: ReorderCustomFieldsInput) -> ReorderCustomFieldsPayload:
        """Put the fields of a kind of record into an order. For owners and admins."""
        administering(info.context.member)
        order = [chosen(given, of=custom_field_list.name, field="fields") for given in input.fields]
        actions.reorder_fields(object=input.object.value, order=order, **acting(info))
        return ReorderCustomFieldsPayload.of()


def _given(input: Any) -> dict[str, Any]:
    """The fields that the client sent, as the actions take them; null is the same as nothing."""
    given: dict[str, Any] = {name: value for name, value in sent(input).items() if value is not None}
    if "options" in given:
        given["options"] = [{key: one for key, one in row.items() if one is not UNSET} for row in given["options"]]
    if "rollup" in given:
        given["rollup"] = {key: one for key, one in given["rollup"].items() if one is not UNSET and one is not None}
    return given
