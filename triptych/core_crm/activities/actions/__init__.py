"""Every write to activities."""

from triptych.core_crm.activities.actions.activities import (
    ActivityFields,
    create_activity,
    delete_activity,
    restore_activity,
    update_activity,
)
from triptych.core_crm.activities.actions.bulk import (
    PastActivity,
    create_activities_in_bulk,
    update_activities_in_bulk,
)
from triptych.core_crm.activities.actions.verbs import (
    add_note,
    complete_activity,
    create_task,
    log_call,
    log_email,
    log_meeting,
    undo_completion,
)

__all__ = [
    "ActivityFields",
    "PastActivity",
    "add_note",
    "complete_activity",
    "create_activities_in_bulk",
    "create_activity",
    "create_task",
    "delete_activity",
    "log_call",
    "log_email",
    "log_meeting",
    "restore_activity",
    "undo_completion",
    "update_activities_in_bulk",
    "update_activity",
]
