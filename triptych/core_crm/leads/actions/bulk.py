"""Many leads at once, for imports: the same rules, a handful of statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from triptych.core_crm.leads.actions.leads import LeadFields, change_lead, checked_lead, search_entry
from triptych.core_crm.leads.models import Lead
from triptych.platform import events, search
from triptych.platform.records import save_many
from triptych.tenants.members.models import Member


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
    events.announce_in_bulk("lead.created_in_bulk", leads, by=by, at=now)
    return leads


@transaction.atomic
def update_leads_in_bulk(rows: Mapping[UUID, LeadFields], *, by: Member | None, now: datetime) -> list[Lead]:
    """Change these fields of these leads (id → fields); those that changed.

    Announces `lead.updated` for each of them, as `update_lead` does.

    Raises:
        Refused: as `update_lead`, for the first that breaks a rule.
    """
    known = Lead.objects.select_for_update().order_by("pk").in_bulk(list(rows))
    changes = {pk: change_lead(known[pk], by=by, **fields) for pk, fields in rows.items() if pk in known}
    changed = [known[pk] for pk, of_one in changes.items() if of_one]
    for lead in changed:
        lead.touch(at=now)
    save_many(changed, {"sort_key", *(name for of_one in changes.values() for name in of_one)})
    search.index_many(search_entry(lead) for lead in changed)
    told = [(lead, {"changed": sorted(changes[lead.pk])}) for lead in changed]
    events.announce_many("lead.updated", told, by=by, at=now)
    return changed
