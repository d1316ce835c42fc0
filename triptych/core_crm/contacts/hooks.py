"""What contacts contribute to the generic hooks."""

from collections.abc import Sequence

from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.contacts.models import ContactCompany
from triptych.platform.plugins import hookimpl


@hookimpl
def also_concerned(records: Sequence[RecordRef]) -> list[RecordRef]:
    """The companies that a contact works for now."""
    ids = [ref.id for ref in records if ref.kind == "contact"]
    links = ContactCompany.objects.filter(contact__in=ids, ended_on=None) if ids else ()
    return [RecordRef("company", link.company_id) for link in links]
