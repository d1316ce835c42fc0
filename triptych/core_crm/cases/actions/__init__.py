"""Every write to cases, their conversation and their queues."""

from triptych.core_crm.cases.actions.cases import (
    CaseFields,
    assign_case,
    change_case_status,
    create_case,
    delete_case,
    merge_case,
    reopen_case,
    restore_case,
    unmerge_case,
    update_case,
)
from triptych.core_crm.cases.actions.conversation import MessageRefused, add_internal_note, reply, take_in_message
from triptych.core_crm.cases.actions.queues import create_queue, update_queue

__all__ = [
    "CaseFields",
    "MessageRefused",
    "add_internal_note",
    "assign_case",
    "change_case_status",
    "create_case",
    "create_queue",
    "delete_case",
    "merge_case",
    "reopen_case",
    "reply",
    "restore_case",
    "take_in_message",
    "unmerge_case",
    "update_case",
    "update_queue",
]
