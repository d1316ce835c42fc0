"""What the list of activities knows of them: fields to filter, group and change in bulk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.activities import access, actions
from triptych.core_crm.activities.forms import ActivityForm
from triptych.core_crm.activities.models import Activity
from triptych.core_crm.activities.planning.series import last_done
from triptych.core_crm.lists.changing import Editing
from triptych.core_crm.lists.doing import Verb
from triptych.core_crm.lists.fields import Editor, field_of
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


def _complete(activity: Activity, *, by: Member, now: datetime) -> None:
    actions.complete_activity(activity=activity, by=by, now=now)


def _reopen(activity: Activity, *, by: Member, now: datetime) -> None:
    part = last_done(activity) if activity.is_series else None
    actions.undo_completion(activity=part or activity, by=by, now=now)


def _statuses(_member: Member) -> list[tuple[str, Any]]:
    """Every status, those of what is still to do first."""
    is_open = Activity.OPEN_STATUSES
    return sorted(Activity.Status.choices, key=lambda status: status[0] not in is_open)


def _status_field(_member: Member) -> forms.Field:
    return forms.ChoiceField(label=_("Status"), choices=Activity.Status.choices)


def _status_of(activity: Activity) -> str:
    return activity.status


def _set_status(activity: Activity, to: str, *, by: Member, now: datetime) -> None:
    if activity.is_series:
        raise Refused(_now("This repeats. Change one of its times in the calendar."), field="status")
    actions.update_activity(activity=activity, by=by, now=now, status=to)


FIELDS = (
    field_of(Activity, "owner", _("Owner")),
    field_of(Activity, "kind"),
    field_of(Activity, "subject"),
    field_of(Activity, "status", choices=_statuses),
    field_of(Activity, "priority"),
    field_of(Activity, "direction"),
    field_of(Activity, "description"),
    field_of(Activity, "due_at", as_name="due"),
    field_of(Activity, "completed_at", as_name="completed"),
    field_of(Activity, "at", _("When")),
    field_of(Activity, "created_at", _("Created"), as_name="created"),
)

EDITING = Editing(
    noun="activity",
    form=ActivityForm,
    fields=("owner", "due", "priority", "subject", "description"),
    to_change=access.activity_to_change,
    to_restore=access.activity_to_restore,
    update=actions.update_activity,
    delete=actions.delete_activity,
    restore=actions.restore_activity,
    options=lambda activity: {"kind": activity.kind},
    also={"status": Editor(_status_field, read=_status_of, write=_set_status)},
)

COMPLETING = Verb("complete", _("Complete"), "check", run=_complete, undo=_reopen)
