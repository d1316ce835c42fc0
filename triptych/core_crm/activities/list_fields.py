"""What the list of activities knows of them: fields to filter, group and change in bulk."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from triptych.core_crm.activities import access, actions
from triptych.core_crm.activities.forms import ActivityForm
from triptych.core_crm.activities.models import Activity
from triptych.core_crm.lists.changing import Editing
from triptych.core_crm.lists.doing import Verb
from triptych.core_crm.lists.fields import field_of
from triptych.tenants.members.models import Member


def _complete(activity: Activity, *, by: Member, now: datetime) -> None:
    actions.complete_activity(activity=activity, by=by, now=now)


def _reopen(activity: Activity, *, by: Member, now: datetime) -> None:
    actions.undo_completion(activity=activity, by=by, now=now)


FIELDS = (
    field_of(Activity, "owner", _("Owner")),
    field_of(Activity, "kind"),
    field_of(Activity, "subject"),
    field_of(Activity, "status"),
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
)

COMPLETING = Verb("complete", _("Complete"), "check", run=_complete, undo=_reopen)
