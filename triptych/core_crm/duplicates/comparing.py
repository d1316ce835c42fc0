"""What is compared of records, read in as few columns as it takes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from triptych.core_crm.contacts.models import Company, Contact, ContactCompany
from triptych.core_crm.duplicates import names
from triptych.core_crm.duplicates.matching import Comparable
from triptych.core_crm.leads.models import Lead


def comparables(kind: str, *, but: Collection[UUID] = ()) -> Iterator[Comparable]:
    """All records of a kind as the matcher takes them, without some of them, in the order of their ids."""
    for one in OF_KIND[kind]():
        if one.id not in but:
            yield one


def comparable(
    pk: UUID,
    *,
    name: str,
    emails: Iterable[str] = (),
    phones: Iterable[str] = (),
    company: str = "",
    domain: str = "",
    is_company: bool = False,
) -> Comparable:
    """A record, or a row that may become one, as the matcher takes it."""
    kept, form = names.company(name) if is_company else (names.person(name), "")
    return Comparable(
        id=pk,
        name=kept,
        emails=frozenset(filter(None, emails)),
        phones=frozenset(filter(None, phones)),
        company=names.company(company)[0],
        domain=domain,
        is_company=is_company,
        form=form,
    )


def _contacts() -> Iterator[Comparable]:
    current = ContactCompany.objects.filter(ended_on=None, company__deleted_at=None).order_by("is_primary", "pk")
    companies = dict(current.values_list("contact_id", "company__name"))  # the primary one comes last and stays
    columns = ("pk", "first_name", "last_name", "emails", "phones")
    for pk, first, last, emails, phones in Contact.objects.alive().order_by("pk").values_list(*columns).iterator():
        yield comparable(
            pk,
            name=f"{first} {last}",
            emails=(entry["email"] for entry in emails),
            phones=(entry["phone"] for entry in phones),
            company=companies.get(pk, ""),
        )


def _leads() -> Iterator[Comparable]:
    columns = ("pk", "first_name", "last_name", "email", "phone", "company_name")
    rows = Lead.objects.alive().open().order_by("pk").values_list(*columns)
    for pk, first, last, email, phone, company in rows.iterator():
        yield comparable(pk, name=f"{first} {last}", emails=[email], phones=[phone], company=company)


def _companies() -> Iterator[Comparable]:
    rows = Company.objects.alive().order_by("pk").values_list("pk", "name", "phone", "domain")
    for pk, name, phone, domain in rows.iterator():
        yield comparable(pk, name=name, phones=[phone], domain=domain, is_company=True)


OF_KIND = {"contact": _contacts, "lead": _leads, "company": _companies}
