"""What the list of leads knows of them: fields to filter, group and change in bulk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from triptych.core_crm.leads import access, actions
from triptych.core_crm.leads.forms import LeadForm
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.lists.changing import Editing
from triptych.core_crm.lists.fields import field_of

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

EDITING = Editing(
    noun="lead",
    form=LeadForm,
    fields=(
        "owner", "status", "source", "industry", "campaign", "company_name", "job_title", "website", "description",
    ),
    to_change=access.lead_to_change,
    to_restore=access.lead_to_restore,
    update=actions.update_lead,
    delete=actions.delete_lead,
    restore=actions.restore_lead,
)  # fmt: skip
