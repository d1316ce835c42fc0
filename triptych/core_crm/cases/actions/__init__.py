"""Every write to cases, their conversation and their queues."""

from triptych.core_crm.cases.actions.bulk import PastCase, create_cases_in_bulk, update_cases_in_bulk
from triptych.core_crm.cases.actions.cases import (
    CaseFields,
    assign_case,
    change_case_status,
    create_case,
    delete_case,
    reopen_case,
    restore_case,
    update_case,
)
from triptych.core_crm.cases.actions.conversation import (
    MessageRefused,
    Written,
    add_internal_note,
    attachment_of,
    reply,
    take_in_message,
)
from triptych.core_crm.cases.actions.delivery import send_again
from triptych.core_crm.cases.actions.merging import merge_case, split_message, undo_split, unmerge_case
from triptych.core_crm.cases.actions.queues import (
    QueueFields,
    create_queue,
    delete_queue,
    reorder_queues,
    restore_queue,
    set_queue_members,
    update_queue,
)
from triptych.core_crm.cases.actions.requester import contact_at, make_contact_of_requester

__all__ = [
    "CaseFields",
    "MessageRefused",
    "PastCase",
    "QueueFields",
    "Written",
    "add_internal_note",
    "assign_case",
    "attachment_of",
    "change_case_status",
    "contact_at",
    "create_case",
    "create_cases_in_bulk",
    "create_queue",
    "delete_case",
    "delete_queue",
    "make_contact_of_requester",
    "merge_case",
    "reopen_case",
    "reorder_queues",
    "reply",
    "restore_case",
    "restore_queue",
    "send_again",
    "set_queue_members",
    "split_message",
    "take_in_message",
    "undo_split",
    "unmerge_case",
    "update_case",
    "update_cases_in_bulk",
    "update_queue",
]
