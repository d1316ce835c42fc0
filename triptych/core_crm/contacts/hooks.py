"""What contacts contribute to the generic hooks."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.contacts.listing import COMPANIES, CONTACTS
from triptych.core_crm.contacts.models import Company, Contact, ContactCompany
from triptych.core_crm.lists.spec import ListSpec
from triptych.core_crm.rights.levels import Noun
from triptych.platform.plugins import hookimpl
from triptych.platform.web.hookspecs import OnboardingStep

CONTACT = Noun(
    Contact,
    gettext_lazy("Contacts"),
    title="last_name",
    fields=("salutation", "job_title", "emails", "phones", "addresses", "description"),
    derived={"emails": ("email",), "phones": ("phone",)},
)
COMPANY = Noun(
    Company,
    gettext_lazy("Companies"),
    title="name",
    fields=(
        "website", "domain", "industry", "number_of_employees", "annual_revenue", "founded_year", "phone",
        "billing_address", "shipping_address", "description",
    ),
)  # fmt: skip


@hookimpl
def record_nouns() -> list[Noun]:
    """Contacts and companies."""
    return [CONTACT, COMPANY]


@hookimpl
def record_lists() -> list[ListSpec]:
    return [CONTACTS, COMPANIES]


@hookimpl
def also_concerned(records: Sequence[RecordRef]) -> list[tuple[RecordRef, RecordRef]]:
    """The companies that a contact works for now."""
    contacts = {ref.id: ref for ref in records if ref.kind == "contact"}
    links = ContactCompany.objects.filter(contact__in=list(contacts), ended_on=None) if contacts else ()
    return [(contacts[link.contact_id], RecordRef("company", link.company_id)) for link in links]


@hookimpl
def onboarding_steps() -> list[OnboardingStep]:
    return [
        OnboardingStep(
            _("Add your first contact"),
            _("Somebody you sell to, work with or answer."),
            "/contacts/new/",
            _("New contact"),
            Contact.objects.exists(),
            position=10,
        )
    ]
