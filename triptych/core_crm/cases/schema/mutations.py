"""Changes to cases in the API."""

import strawberry
from strawberry import UNSET, relay

from triptych.core_crm.cases import access, actions, models
from triptych.core_crm.cases.schema.cases import case_list, message_list
from triptych.core_crm.contacts.schema.contacts import contact_list
from triptych.core_crm.editing.schema import file_list
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
from triptych.platform.files.access import file_to_see


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
class SplitCaseMessageInput(IdInput):
    subject: str = strawberry.field(description="Of the new case.")


@strawberry.input
class RejoinCaseInput(IdInput):
    pass


@strawberry.input
class AddCaseRequesterInput(IdInput):
    pass


@strawberry.input
class ReplyToCaseInput:
    id: relay.GlobalID
    body: str
    then: models.Case.Status | None = strawberry.field(
        default=None, description="The status it takes on with the reply: ASSIGNED, PENDING or CLOSED."
    )
    by_mail: bool = strawberry.field(default=True, description="False keeps it in the conversation only.")
    attachments: list[relay.GlobalID] = strawberry.field(
        default_factory=list, description="Files of the case to attach."
    )


@strawberry.input
class ResendCaseMessageInput(IdInput):
    pass


@strawberry.input
class NoteCaseInput:
    id: relay.GlobalID
    body: str


@strawberry.input
class WriteDownForCaseInput:
    id: relay.GlobalID
    body: str = strawberry.field(description="What the customer said.")
    contact: relay.GlobalID | None = strawberry.field(default=UNSET, description="Who; the case's own if left out.")


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
        files = [file_to_see(info.context.member, key_of(one, file_list)) for one in input.attachments]
        message = actions.reply(
            case=case, body=input.body, then=then, by_mail=input.by_mail, attachments=files, **acting(info)
        )
        return CaseMessagePayload.of(case=case, message=message)

    @mutation
    def resend_case_message(self, info: ApiInfo, input: ResendCaseMessageInput) -> CaseMessagePayload:
        """Mail a reply anew that did not leave or came back."""
        message = access.message_to_change(info.context.member, key_of(input.id, message_list))
        message = actions.send_again(message=message, **acting(info))
        return CaseMessagePayload.of(case=message.case, message=message)

    @mutation
    def note_case(self, info: ApiInfo, input: NoteCaseInput) -> CaseMessagePayload:
        """Write something on a case that only colleagues read."""
        case = access.case_to_change(info.context.member, key_of(input.id, case_list))
        message = actions.add_internal_note(case=case, body=input.body, **acting(info))
        return CaseMessagePayload.of(case=case, message=message)

    @mutation
    def write_down_for_case(self, info: ApiInfo, input: WriteDownForCaseInput) -> CaseMessagePayload:
        """Keep what the customer said on another channel, in their name. The case waits for an answer then."""
        case = access.case_to_change(info.context.member, key_of(input.id, case_list))
        contact = record_chosen(info, input.contact, contact_list, field="contact") if input.contact else None
        message = actions.take_in_message(case=case, body=input.body, contact=contact, **acting(info))
        return CaseMessagePayload.of(case=case, message=message)

    @mutation
    def reopen_case(self, info: ApiInfo, input: ReopenCaseInput) -> CasePayload:
        """Take a case back to work; one that was merged is on its own again."""
        case = access.case_to_change(info.context.member, key_of(input.id, case_list))
        return CasePayload.of(case=actions.reopen_case(case=case, **acting(info)))

    @mutation
    def split_case_message(self, info: ApiInfo, input: SplitCaseMessageInput) -> CasePayload:
        """Begin a new case with one message of another, which it follows. rejoinCase takes it back."""
        message = access.message_to_change(info.context.member, key_of(input.id, message_list))
        case = actions.split_message(message=message, subject=input.subject, **acting(info))
        return CasePayload.of(case=case)

    @mutation
    def rejoin_case(self, info: ApiInfo, input: RejoinCaseInput) -> CasePayload:
        """Take back a split; answers with the case that has the message again."""
        case = access.case_to_change(info.context.member, key_of(input.id, case_list))
        return CasePayload.of(case=actions.undo_split(case=case, **acting(info)))

    @mutation
    def add_case_requester(self, info: ApiInfo, input: AddCaseRequesterInput) -> CasePayload:
        """Make a contact of who wrote by mail, and the case's own."""
        case = access.case_to_change(info.context.member, key_of(input.id, case_list))
        actions.make_contact_of_requester(case=case, **acting(info))
        return CasePayload.of(case=case)

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
