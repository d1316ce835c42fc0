"""The kinds of record that can be merged, and what merging must know of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from triptych.core_crm.contacts import access as contact_access
from triptych.core_crm.contacts import actions as contact_actions
from triptych.core_crm.contacts.actions.companies import search_entry as company_entry
from triptych.core_crm.contacts.actions.contacts import search_entry as contact_entry
from triptych.core_crm.contacts.facts import COMPANY_FACTS, CONTACT_FACTS
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals import access as deal_access
from triptych.core_crm.deals import actions as deal_actions
from triptych.core_crm.deals.actions.rates import closing_rate_of
from triptych.core_crm.deals.facts import FACTS as DEAL_FACTS
from triptych.core_crm.deals.findable import search_entry as deal_entry
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.editing.pages import Fact
from triptych.core_crm.leads import access as lead_access
from triptych.core_crm.leads import actions as lead_actions
from triptych.core_crm.leads.actions.leads import search_entry as lead_entry
from triptych.core_crm.leads.facts import LEAD_FACTS
from triptych.core_crm.leads.models import Lead
from triptych.platform import search
from triptych.platform.records import Record
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


@dataclass(frozen=True)
class Choosable:
    """A field of which one record's value goes on. `columns` go together; of `lists` both can be kept."""

    name: str
    columns: tuple[str, ...] = ()
    is_list: bool = False

    @property
    def written(self) -> tuple[str, ...]:
        return self.columns or (self.name,)


@dataclass(frozen=True)
class MergeKind:
    """A kind of record that can be merged."""

    model: type[Record]
    label: Any
    home: str
    fields: Sequence[Choosable]
    facts: Sequence[Fact]
    visible_to: Callable[[Member], QuerySet[Any]]
    to_see: Callable[[Member, UUID], Any]
    to_change: Callable[[Member, UUID], Any]
    to_delete: Callable[[Member, UUID], Any]
    delete: Callable[..., Any]
    restore: Callable[..., Any]
    entry: Callable[[Any], search.Entry]
    check: Callable[[Any, Any], None] = lambda winner, loser: None
    settle: Callable[[Any, Any], None] = lambda winner, loser: None

    @property
    def name(self) -> str:
        return str(self.model._meta.model_name)


def _plain(*names: str) -> list[Choosable]:
    return [Choosable(name) for name in names]


def _check_leads(winner: Lead, loser: Lead) -> None:
    if loser.status == Lead.Status.CONVERTED:
        raise Refused(_("%(lead)s has been converted. Keep it, and merge the other one into it.") % {"lead": loser})


def _settle_companies(winner: Company, loser: Company) -> None:
    """A company that belonged to the merged one, directly or not, takes its place in the family."""
    above, seen = winner.parent_id, {winner.pk}
    while above is not None and above not in seen:
        if above == loser.pk:
            winner.parent_id = loser.parent_id if loser.parent_id != winner.pk else None
            return
        seen.add(above)
        above = Company.objects.values_list("parent_id", flat=True).get(pk=above)
    if above is not None:  # the chosen parent stands below
        winner.parent_id = Company.objects.values_list("parent_id", flat=True).get(pk=winner.pk)


def _settle_deals(winner: Deal, loser: Deal) -> None:
    if winner.currency == loser.currency:
        winner.closing_rate = closing_rate_of(winner)


def _contact_entry(contact: Contact) -> search.Entry:
    links = Contact.objects.with_companies().get(pk=contact.pk).current_links
    return contact_entry(contact, links)


def _deal_entry(deal: Deal) -> search.Entry:
    return deal_entry(Deal.objects.for_cards().get(pk=deal.pk))


KINDS = {
    kind.name: kind
    for kind in (
        MergeKind(
            model=Contact,
            label=gettext_lazy("Contacts"),
            home="/contacts/",
            fields=[
                *_plain("first_name", "last_name", "salutation", "job_title", "owner"),
                *(Choosable(name, is_list=True) for name in ("emails", "phones", "addresses")),
                *_plain("do_not_call", "do_not_email", "description"),
            ],
            facts=CONTACT_FACTS,
            visible_to=contact_access.contacts_visible_to,
            to_see=contact_access.contact_to_see,
            to_change=contact_access.contact_to_change,
            to_delete=contact_access.contact_to_delete,
            delete=lambda record, **acting: contact_actions.delete_contact(contact=record, **acting),
            restore=lambda record, **acting: contact_actions.restore_contact(contact=record, **acting),
            entry=_contact_entry,
        ),
        MergeKind(
            model=Company,
            label=gettext_lazy("Companies"),
            home="/companies/",
            fields=[
                *_plain("name", "type", "industry", "owner", "parent"),
                Choosable("website", ("website", "domain")),
                *_plain("phone", "billing_address", "shipping_address", "number_of_employees"),
                Choosable("annual_revenue", ("annual_revenue", "currency")),
                *_plain("founded_year", "description"),
            ],
            facts=COMPANY_FACTS,
            visible_to=contact_access.companies_visible_to,
            to_see=contact_access.company_to_see,
            to_change=contact_access.company_to_change,
            to_delete=contact_access.company_to_delete,
            delete=lambda record, **acting: contact_actions.delete_company(company=record, **acting),
            restore=lambda record, **acting: contact_actions.restore_company(company=record, **acting),
            entry=company_entry,
            settle=_settle_companies,
        ),
        MergeKind(
            model=Lead,
            label=gettext_lazy("Leads"),
            home="/leads/",
            fields=_plain(
                "first_name", "last_name", "company_name", "job_title", "owner", "email", "phone", "website", "source",
                "campaign", "industry", "description",
            ),
            facts=LEAD_FACTS,
            visible_to=lead_access.leads_visible_to,
            to_see=lead_access.lead_to_see,
            to_change=lead_access.lead_to_change,
            to_delete=lead_access.lead_to_delete,
            delete=lambda record, **acting: lead_actions.delete_lead(lead=record, **acting),
            restore=lambda record, **acting: lead_actions.restore_lead(lead=record, **acting),
            entry=lead_entry,
            check=_check_leads,
        ),
        MergeKind(
            model=Deal,
            label=gettext_lazy("Deals"),
            home="/deals/",
            fields=[
                Choosable("name"),
                Choosable("amount", ("amount", "currency")),
                *_plain("close_date", "owner", "next_step", "next_step_date", "company", "primary_contact"),
                *_plain("type", "lead_source", "campaign", "description"),
            ],
            facts=DEAL_FACTS,
            visible_to=deal_access.deals_visible_to,
            to_see=deal_access.deal_to_see,
            to_change=deal_access.deal_to_change,
            to_delete=deal_access.deal_to_delete,
            delete=lambda record, **acting: deal_actions.delete_deal(deal=record, **acting),
            restore=lambda record, **acting: deal_actions.restore_deal(deal=record, **acting),
            entry=_deal_entry,
            settle=_settle_deals,
        ),
    )
}  # fmt: skip
"""By the kind's name. Cases have a merge of their own, which shows two conversations as one (`cases.actions`)."""
