"""From a lead to a contact, a company and a deal in one step, and back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.contacts import actions as contact_actions
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.custom_fields.values import carried
from triptych.core_crm.deals import actions as deal_actions
from triptych.core_crm.deals.actions import DealFields
from triptych.core_crm.deals.models import Deal, Stage
from triptych.core_crm.leads.actions.leads import locked, must_not_be_converted
from triptych.core_crm.leads.actions.relying import company_is_used, contact_is_used, was_made_for
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.rights.access import CHANGE, must
from triptych.platform import events
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

SET_BY_CONVERSION = (
    "status",
    "converted_at",
    "converted_contact",
    "converted_company",
    "converted_deal",
    "conversion",
)


class NotConverted(Refused):
    """There is no conversion that could be undone."""

    code = "LEAD_NOT_CONVERTED"


@dataclass(frozen=True)
class Conversion:
    """What a lead has become."""

    lead: Lead
    contact: Contact
    company: Company | None
    deal: Deal | None


@transaction.atomic
def convert_lead(
    *,
    lead: Lead,
    by: Member | None,
    now: datetime,
    version: int | None = None,
    contact: Contact | None = None,
    company: Company | None = None,
    with_company: bool = True,
    with_deal: bool = True,
    stage: Stage | None = None,
    deal: DealFields | None = None,
) -> Conversion:
    """Make a lead a contact with a company and a deal.

    `contact` and `company` name existing ones to use; without them new ones are made from the lead, the company only
    if the lead names one and `with_company`. `deal` holds fields of the deal that differ from the usual: named after
    the company or person, in the first stage of the default pipeline, of the lead's owner, source and campaign. Custom
    fields of the same API name and kind take over the lead's values.
    Announces `lead.converted`. `undo_conversion` takes it all back.

    Raises:
        Conflict: somebody changed the lead since `version`.
        LeadConverted: it has been converted already.
        Refused: a value breaks a rule; it names the field.
    """
    lead = locked(lead)
    must(by, CHANGE, lead)
    lead.expect_version(version)
    must_not_be_converted(lead)
    made = [kind for kind, given in (("contact", contact), ("company", company)) if given is None]
    if company is None and with_company and lead.company_name:
        company = _company_from(lead, by, now)
    contact, linked = _contact_from(lead, contact, company, by, now)
    new_deal = _deal_from(lead, contact, company, stage, deal or {}, by, now) if with_deal else None
    lead.conversion = {
        "status": lead.status,
        "made": [kind for kind in made if kind == "contact" or company] + (["deal"] if new_deal else []),
        "linked": linked,
    }
    lead.status, lead.converted_at = Lead.Status.CONVERTED, now
    lead.converted_contact, lead.converted_company, lead.converted_deal = contact, company, new_deal
    lead.save_fields(*SET_BY_CONVERSION, at=now)
    events.announce(
        "lead.converted",
        lead,
        by=by,
        at=now,
        contact=str(contact.pk),
        company=str(company.pk) if company else None,
        deal=str(new_deal.pk) if new_deal else None,
    )
    return Conversion(lead, contact, company, new_deal)


@transaction.atomic
def undo_conversion(*, lead: Lead, by: Member | None, now: datetime) -> Lead:
    """Take a conversion back: the lead is as before, what was made for it goes into the bin.

    A contact or company that other records have come to rely on stays, and so does whatever these were merged into.
    Announces `lead.conversion_undone`.

    Raises:
        NotConverted: the lead is not converted.
        Refused: its deal has been closed since.
    """
    lead = locked(lead)
    must(by, CHANGE, lead)
    if lead.status != Lead.Status.CONVERTED:
        raise NotConverted(_("This lead is not converted, so there is nothing to undo."))
    contact, company, deal = lead.converted_contact, lead.converted_company, lead.converted_deal
    if deal and was_made_for(lead, deal):
        if deal.closed_at and not deal.deleted_at:
            raise Refused(_("The deal “%(deal)s” has been closed since. Reopen it, then undo.") % {"deal": deal})
        deal_actions.delete_deal(deal=deal, by=by, now=now)
    if contact and company and lead.conversion.get("linked"):
        _unlink(contact, company, by, now)
    if contact and was_made_for(lead, contact) and not contact_is_used(lead, contact):
        contact_actions.delete_contact(contact=contact, by=by, now=now)
    if company and was_made_for(lead, company) and not company_is_used(lead, company):
        contact_actions.delete_company(company=company, by=by, now=now)
    lead.status, lead.converted_at, lead.conversion = lead.conversion.get("status", Lead.Status.IN_PROCESS), None, {}
    lead.converted_contact = lead.converted_company = lead.converted_deal = None
    lead.save_fields(*SET_BY_CONVERSION, at=now)
    events.announce("lead.conversion_undone", lead, by=by, at=now)
    return lead


def _company_from(lead: Lead, by: Member | None, now: datetime) -> Company:
    return contact_actions.create_company(
        by=by,
        now=now,
        name=lead.company_name,
        website=lead.website,
        industry=lead.industry,
        owner=lead.owner,
        custom=carried(lead, "company"),
    )


def _contact_from(
    lead: Lead, contact: Contact | None, company: Company | None, by: Member | None, now: datetime
) -> tuple[Contact, bool]:
    """The contact, new or given, working for the company; and whether a given one had to be linked to it."""
    if contact is None:
        fields: contact_actions.ContactFields = {
            "first_name": lead.first_name,
            "last_name": lead.last_name or ("" if lead.first_name or lead.email else lead.company_name),
            "job_title": lead.job_title,
            "emails": [lead.email],
            "phones": [lead.phone],
            "description": lead.description,
            "owner": lead.owner,
            "companies": [contact_actions.CompanyLink(company)] if company else [],
            "custom": carried(lead, "contact"),
        }
        return contact_actions.create_contact(by=by, now=now, **fields), False
    links = _links(contact)
    if company is None or any(link.company.pk == company.pk for link in links):
        return contact, False
    links.append(contact_actions.CompanyLink(company))
    return contact_actions.update_contact(contact=contact, by=by, now=now, companies=links), True


def _deal_from(
    lead: Lead,
    contact: Contact,
    company: Company | None,
    stage: Stage | None,
    fields: DealFields,
    by: Member | None,
    now: datetime,
) -> Deal:
    usual: Any = {
        "name": deal_name(lead),
        "company": company,
        "primary_contact": contact,
        "owner": lead.owner,
        "lead_source": lead.source[:60],
        "campaign": lead.campaign,
        "custom": carried(lead, "deal"),
    }
    return deal_actions.create_deal(by=by, now=now, stage=stage, **(usual | fields))


def deal_name(lead: Lead) -> str:
    """What the deal of a lead is called unless somebody says otherwise."""
    return lead.company_name or str(lead)


def _unlink(contact: Contact, company: Company, by: Member | None, now: datetime) -> None:
    links = [link for link in _links(contact) if link.company.pk != company.pk]
    contact_actions.update_contact(contact=contact, by=by, now=now, companies=links)


def _links(contact: Contact) -> list[contact_actions.CompanyLink]:
    return [
        contact_actions.CompanyLink(link.company, link.role, link.is_primary, link.ended_on)
        for link in contact.company_links.select_related("company").order_by("-is_primary", "pk")
    ]
