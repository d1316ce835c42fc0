"""Many leads at once, for imports: the same rules, a handful of statements."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from triptych.core_crm.leads.actions.leads import LeadFields, checked_lead, search_entry
from triptych.core_crm.leads.models import Lead
from triptych.platform import events, search
from triptych.tenants.members.models import Member

CHUNK = 1_000


@transaction.atomic
def create_leads_in_bulk(rows: Sequence[LeadFields], *, by: Member | None, now: datetime) -> list[Lead]:
    """Keep all these leads, in the order given; all or none.

    Announces `lead.created_in_bulk` once for each thousand, with their ids as the fact `ids`.

    Raises:
        Refused: as `create_lead`, for the first that breaks a rule.
    """
    leads = [checked_lead(by=by, now=now, **row) for row in rows]
    Lead.objects.bulk_create(leads)
    search.index_many(search_entry(lead) for lead in leads)
    for start in range(0, len(leads), CHUNK):
        ids = [str(lead.pk) for lead in leads[start : start + CHUNK]]
        events.announce("lead.created_in_bulk", None, by=by, at=now, ids=ids)
    return leads
