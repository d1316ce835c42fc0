"""What the search knows of a deal."""

from triptych.core_crm.custom_fields.values import words_of
from triptych.core_crm.deals.models import Deal
from triptych.platform import search


def search_entry(deal: Deal) -> search.Entry:
    """The name first; company, contact and stage beside it."""
    company = deal.company.name if deal.company else ""
    contact = str(deal.primary_contact) if deal.primary_contact else ""
    return search.Entry(
        kind="deal",
        id=deal.pk,
        title=deal.name,
        subtitle=company or contact,
        url=deal.get_absolute_url(),
        owner_id=deal.owner_id,
        updated_at=deal.updated_at,
        text=" ".join((company, contact, deal.next_step, deal.campaign, words_of(deal))),
    )
