"""What the search knows of a case."""

from triptych.core_crm.cases.models import Case
from triptych.core_crm.custom_fields.values import words_of
from triptych.platform import search


def search_entry(case: Case) -> search.Entry:
    """Number and subject first; contact, company and the beginning of the description beside them."""
    company = case.company.name if case.company else ""
    contact = str(case.contact) if case.contact else ""
    return search.Entry(
        kind="case",
        id=case.pk,
        title=str(case),
        subtitle=" · ".join(filter(None, (contact, company))),
        url=case.get_absolute_url(),
        owner_id=case.owner_id,
        updated_at=case.updated_at,
        text=f"{case.description[:500]} {words_of(case)}",
    )
