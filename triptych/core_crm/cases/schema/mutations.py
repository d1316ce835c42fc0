"""Changes to cases in the API."""

import strawberry
from strawberry import UNSET, relay

from triptych.core_crm.cases import access, actions, models
from triptych.core_crm.cases.schema.cases import case_list, message_list
from triptych.graphql.context import ApiInfo
from triptych.graphql.mutations import (
    Answer,
    IdInput,
    acting,
    answered,
    fields_of,
    key_of,
    mutation,
    record_chosen,
    version_of,
)
from triptych.graphql.own import OwnValues, own_input


@strawberry.input
class CaseFields:
    description: str | None = UNSET
    status: models.Case.Status | None = strawberry.field(
        default=UNSET, description="New without an owner and Assigned with one if left out."
    )
    priority: models.Case.Priority | None = UNSET
    type: models.Case.Type | None = UNSET
    origin: models.Case.Origin | None = strawberry.field(default=UNSET, description="The channel by which it came in.")
    queue: relay.GlobalID | None = strawberry.field(default=UNSET, description="The default one if left out.")
    owner: relay.GlobalID | None = strawberry.field(default=UNSET, description="A member.")
    contact: relay.GlobalID | None = UNSET
    company: relay.GlobalID | None = UNSET
    deal: relay.GlobalID | None = UNSET
    custom: OwnValues | None = own_input("CaseCustomInput")


@strawberry.input
class CreateCaseInput(CaseFields):
    subject: str


@strawberry.input(description="Only the given fields change.")
class UpdateCaseInput(CaseFields):
    id: relay.GlobalID
    subject: str | None = UNSET
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class DeleteCaseInput(IdInput):
    pass


@strawberry.input
class RestoreCaseInput(IdInput):
    pass


@strawberry.input
class ReopenCaseInput(IdInput):
    pass


@strawberry.input
class MergeCaseInput:
    id: relay.GlobalID
    into: relay.GlobalID = strawberry.field(description="The case that goes on.")


@strawberry.input
class ReplyToCaseInput:
    id: relay.GlobalID
    body: str
    then: models.Case.Status | None = strawberry.field(
        default=None, description="The status it takes on with the reply: ASSIGNED, PENDING or CLOSED."
    )


@strawberry.input
class NoteCaseInput:
    id: relay.GlobalID
    body: str


@strawberry.type
class CasePayload(Answer):
    case = answered("case", case_list)


@strawberry.type
class CaseMessagePayload(Answer):
    case = answered("case", case_list)
    message = answered("message", message_list)


@strawberry.type
class Mutations:
    @mutation
    def create_case(self, info: ApiInfo, input: CreateCaseInput) -> CasePayload:
        """Keep a new case under the next number."""
        return CasePayload.of(case=actions.create_case(**acting(info), **fields_of(info, input, models.Case)))

    @mutation
    def update_case(self, info: ApiInfo, input: UpdateCaseInput) -> CasePayload:
        """Change the given fields of a case."""
        case = access.case_to_change(info.context.member, key_of(input.id, case_list))
        fields = fields_of(info, input, models.Case)
        case = actions.update_case(case=case, version=version_of(input), **acting(info), **fields)
        return CasePayload.of(case=case)

    @mutation
    def reply_to_case(self, info: ApiInfo, input: ReplyToCaseInput) -> CaseMessagePayload:
        """Answer the customer, for them to read."""
        case = access.case_to_change(info.context.member, key_of(input.id, case_list))
        then = input.then.value if input.then else ""
        message = actions.reply(case=case, body=input.body, then=then, **acting(info))
        return CaseMessagePayload.of(case=case, message=message)

    @mutation
    def note_case(self, info: ApiInfo, input: NoteCaseInput) -> CaseMessagePayload:
        """Write something on a case that only colleagues read."""
        case = access.case_to_change(info.context.member, key_of(input.id, case_list))
        message = actions.add_internal_note(case=case, body=input.body, **acting(info))
        return CaseMessagePayload.of(case=case, message=message)

    @mutation
    def reopen_case(self, info: ApiInfo, input: ReopenCaseInput) -> CasePayload:
        """Take a case back to work; one that was merged is on its own again."""
        case = access.case_to_change(info.context.member, key_of(input.id, case_list))
        return CasePayload.of(case=actions.reopen_case(case=case, **acting(info)))

    @mutation
    def merge_case(self, info: ApiInfo, input: MergeCaseInput) -> CasePayload:
        """Make a case a duplicate of another one, which goes on. reopenCase takes it back."""
        case = access.case_to_change(info.context.member, key_of(input.id, case_list))
        into = record_chosen(info, input.into, case_list, field="into")
        return CasePayload.of(case=actions.merge_case(case=case, into=into, **acting(info)))

    @mutation
    def delete_case(self, info: ApiInfo, input: DeleteCaseInput) -> CasePayload:
        """Put a case into the bin."""
        case = access.case_to_delete(info.context.member, key_of(input.id, case_list))
        return CasePayload.of(case=actions.delete_case(case=case, **acting(info)))

    @mutation
    def restore_case(self, info: ApiInfo, input: RestoreCaseInput) -> CasePayload:
        """Take a case out of the bin."""
        case = access.case_to_restore(info.context.member, key_of(input.id, case_list))
        return CasePayload.of(case=actions.restore_case(case=case, **acting(info)))
