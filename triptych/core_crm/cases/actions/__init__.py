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
from triptych.core_crm.cases.actions.queues import (
    QueueFields,
    create_queue,
    delete_queue,
    reorder_queues,
    restore_queue,
    set_queue_members,
    update_queue,
)

__all__ = [
    "CaseFields",
    "MessageRefused",
    "QueueFields",
    "add_internal_note",
    "assign_case",
    "change_case_status",
    "create_case",
    "create_queue",
    "delete_case",
    "delete_queue",
    "merge_case",
    "reopen_case",
    "reorder_queues",
    "reply",
    "restore_case",
    "restore_queue",
    "set_queue_members",
    "take_in_message",
    "unmerge_case",
    "update_case",
    "update_queue",
]
