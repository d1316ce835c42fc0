"""What undoing a conversion must leave: records that it did not make, and those that others have come to rely on."""

from django.db.models import Q

from triptych.core_crm.activities.models import ActivityLink, Attendee
from triptych.core_crm.cases.models import Case
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.models import Competitor, Deal
from triptych.core_crm.duplicates.models import Merge
from triptych.core_crm.leads.models import Lead
from triptych.platform.files.models import File
from triptych.platform.records import Record


def was_made_for(lead: Lead, record: Record) -> bool:
    """Whether the lead's conversion made this record, and it is still that record alone.

    After a merge the lead points at the record that went on: one that was there before, or one that holds another.
    """
    kind = str(record._meta.model_name)
    return (
        kind in lead.conversion.get("made", [])
        and record.created_at == lead.converted_at
        and not Merge.objects.into(record.pk).exists()
    )


def contact_is_used(lead: Lead, contact: Contact) -> bool:
    """Whether anything that is not in the bin, beside the lead, refers to the contact."""
    return (
        Deal.objects.alive().of_contact(contact.pk).exists()
        or Case.objects.alive().filter(contact=contact).exists()
        or Attendee.objects.filter(contact=contact, activity__deleted_at=None).exists()
        or Lead.objects.alive().filter(converted_contact=contact).exclude(pk=lead.pk).exists()
        or _has_more(lead, contact)
    )


def company_is_used(lead: Lead, company: Company) -> bool:
    """Whether anything that is not in the bin, beside the lead, refers to the company."""
    return (
        Deal.objects.alive().of_company(company.pk).exists()
        or Case.objects.alive().filter(company=company).exists()
        or Contact.objects.alive().filter(company_links__company=company).exists()
        or Company.objects.alive().filter(parent=company).exists()
        or Competitor.objects.alive().filter(company=company).exists()
        or Lead.objects.alive().filter(converted_company=company).exclude(pk=lead.pk).exists()
        or _has_more(lead, company)
    )


def _has_more(lead: Lead, record: Record) -> bool:
    """Whether files were put on the record, or activities written that are not about the lead or its deal as well."""
    about = Q(kind=str(record._meta.model_name), object_id=record.pk)
    shared = ActivityLink.objects.filter(object_id__in=[lead.pk, lead.converted_deal_id]).values("activity")
    links = ActivityLink.objects.filter(about, activity__deleted_at=None).exclude(activity__in=shared)
    return links.exists() or File.objects.filter(about, deleted_at=None).exists()
