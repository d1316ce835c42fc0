"""What the list of leads knows of them: fields to filter, group and change in bulk."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.leads import access, actions
from triptych.core_crm.leads.forms import LeadForm
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.lists.changing import Editing
from triptych.core_crm.lists.fields import Editor, field_of
from triptych.tenants.members.models import Member

FIELDS = (
    field_of(Lead, "owner", _("Owner")),
    field_of(Lead, "status"),
    field_of(Lead, "last_name"),
    field_of(Lead, "first_name"),
    field_of(Lead, "company_name", _("Company"), as_name="company"),
    field_of(Lead, "job_title"),
    field_of(Lead, "email"),
    field_of(Lead, "phone"),
    field_of(Lead, "source", can_group=True),
    field_of(Lead, "industry", can_group=True),
    field_of(Lead, "campaign", can_group=True),
    field_of(Lead, "lost_reason", can_group=True),
    field_of(Lead, "description"),
    field_of(Lead, "converted_at", _("Converted"), as_name="converted"),
    field_of(Lead, "created_at", _("Created"), as_name="created"),
    field_of(Lead, "updated_at", _("Changed"), as_name="updated"),
)


def _status_field(_member: Member) -> forms.Field:
    statuses = [(one.value, one.label) for one in (*Lead.WORKABLE, Lead.Status.DEAD)]
    return forms.ChoiceField(label=_("Status"), choices=statuses)


def _reason_field(_member: Member) -> forms.Field:
    """Why they are given up, if the status is Dead."""
    needed = _("Needed only for the status Dead.")
    return forms.CharField(label=_("Why they are given up"), max_length=300, required=False, help_text=needed)


def _status_of(lead: Lead) -> dict[str, str]:
    return {"status": lead.status, "reason": lead.lost_reason}


def _set_status(lead: Lead, to: str | dict[str, str], *, by: Member, now: datetime, lost_reason: str = "") -> None:
    """Another status, given up for that reason; or, undoing that, the one from before."""
    status, reason = (to["status"], to["reason"]) if isinstance(to, dict) else (to, lost_reason)
    if status == Lead.Status.DEAD:
        actions.mark_lead_dead(lead=lead, reason=reason, by=by, now=now)
    elif status == Lead.Status.RECYCLED:
        actions.recycle_lead(lead=lead, by=by, now=now)
    else:
        actions.update_lead(lead=lead, by=by, now=now, status=status, lost_reason="")


EDITING = Editing(
    noun="lead",
    form=LeadForm,
    fields=(
        "owner", "source", "industry", "campaign", "company_name", "job_title", "website", "description",
    ),
    to_change=access.lead_to_change,
    to_restore=access.lead_to_restore,
    update=actions.update_lead,
    delete=actions.delete_lead,
    restore=actions.restore_lead,
    also={
        "status": Editor(
            _status_field, read=_status_of, write=_set_status, also={"lost_reason": _reason_field},
            asks=frozenset({Lead.Status.DEAD}),
        )
    },
)  # fmt: skip
