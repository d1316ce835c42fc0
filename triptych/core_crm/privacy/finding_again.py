"""The search after an erasure: records that named the person are indexed anew, from what they hold now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q

from triptych.core_crm.activities.findable import search_entry as activity_entry
from triptych.core_crm.activities.models import Activity
from triptych.core_crm.cases.findable import search_entry as case_entry
from triptych.core_crm.cases.findable import text_of
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.core_crm.contacts.actions.companies import search_entry as company_entry
from triptych.core_crm.contacts.actions.contacts import search_entry as contact_entry
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.findable import search_entry as deal_entry
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.leads.actions.leads import search_entry as lead_entry
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.privacy.people import Person
from triptych.core_crm.privacy.sweeping import Touched
from triptych.platform import search
from triptych.platform.search.models import SearchEntry, SearchText
from triptych.platform.search.words import WordQuery, query_of

ENTRIES: Mapping[str, tuple[type[Any], Callable[[Any], search.Entry]]] = {
    "contact": (Contact, lambda contact: contact_entry(contact, contact.current_links)),
    "company": (Company, company_entry),
    "lead": (Lead, lead_entry),
    "deal": (Deal, deal_entry),
    "case": (Case, case_entry),
    "activity": (Activity, activity_entry),
}


def index_anew(person: Person, touched: Touched) -> None:
    """Write the entries of all records that had words of the person's: those touched, those found by address, phone
    or name, their deals and their cases."""
    wanted: dict[str, set[UUID]] = {kind: set(touched.get(model, ())) for kind, (model, _entry) in ENTRIES.items()}
    wanted["case"] |= person.case_ids
    said = CaseMessage.objects.filter(pk__in=touched.get(CaseMessage, ()))
    wanted["case"] |= set(said.values_list("case_id", flat=True))
    deals = Deal.objects.filter(Q(primary_contact__in=person.contact_ids) | Q(contacts__in=person.contact_ids))
    wanted["deal"] |= set(deals.values_list("pk", flat=True))
    for kind, pk in _found_by((*person.emails, *person.phones, *person.called)):
        wanted.setdefault(kind, set()).add(pk)
    SearchEntry.objects.filter(object_id__in=person.record_ids).delete()
    for kind, keys in wanted.items():
        if kind in ENTRIES:
            _index(kind, keys - person.record_ids)
    others = SearchEntry.objects.exclude(kind__in=ENTRIES)  # whose plugin finds them again with their next change
    others.filter(object_id__in=touched.get(SearchEntry, ())).delete()


def _found_by(texts: Iterable[str]) -> Iterable[tuple[str, UUID]]:
    for text in texts:
        query = query_of(text)
        if query:
            for model in (SearchEntry, SearchText):
                yield from model.objects.filter(words=WordQuery(query)).values_list("kind", "object_id")


def _index(kind: str, keys: set[UUID]) -> None:
    """Records that are there are indexed as they are; the others are not found any more."""
    model, entry = ENTRIES[kind]
    there = [entry(record) for record in model.objects.filter(pk__in=keys, deleted_at=None)]
    search.remove_many(kind=kind, ids=keys - {one.id for one in there})
    search.index_many(there)
    if kind == "case":
        search.index_texts(map(text_of, CaseMessage.objects.filter(case__in=[one.id for one in there])))
