"""Every write to leads."""

from triptych.core_crm.leads.actions.bulk import create_leads_in_bulk, update_leads_in_bulk
from triptych.core_crm.leads.actions.conversion import Conversion, convert_lead, undo_conversion
from triptych.core_crm.leads.actions.leads import (
    LeadFields,
    create_lead,
    delete_lead,
    mark_lead_dead,
    recycle_lead,
    restore_lead,
    update_lead,
)

__all__ = [
    "Conversion",
    "LeadFields",
    "convert_lead",
    "create_lead",
    "create_leads_in_bulk",
    "delete_lead",
    "mark_lead_dead",
    "recycle_lead",
    "restore_lead",
    "undo_conversion",
    "update_lead",
    "update_leads_in_bulk",
]
