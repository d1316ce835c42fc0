"""Writes to companies: check (rights too), write, record, announce."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.contacts import channels
from triptych.core_crm.contacts.models import Company
from triptych.core_crm.custom_fields.values import words_of
from triptych.core_crm.money import clean_currency
from triptych.core_crm.rights.access import CHANGE, CREATE, DELETE, must, must_set
from triptych.platform import events, search
from triptych.platform.changes import Changes, apply_changes, check_fields
from triptych.platform.db.turns import one_at_a_time
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


class CompanyFields(TypedDict, total=False):
    """What can be set on a company. An empty `domain` is read from the `website`."""

    name: str
    website: str
    domain: str
    type: str
    industry: str
    number_of_employees: int | None
    annual_revenue: Decimal | None
    currency: str
    founded_year: int | None
    phone: str
    billing_address: Mapping[str, str]
    shipping_address: Mapping[str, str]
    description: str
    parent: Company | None
    owner: Member | None
    custom: Mapping[str, Any]


@transaction.atomic
def create_company(*, by: Member | None, now: datetime, **fields: Unpack[CompanyFields]) -> Company:
    """Keep a new company. Without an `owner` among the fields it belongs to whoever makes it.

    Announces `company.created`.

    Raises:
        Refused: the name is missing, or a value breaks a rule; it names the field.
    """
    company = checked_company(by=by, now=now, **fields)
    company.save(force_insert=True)
    search.index(search_entry(company))
    events.announce("company.created", company, by=by, at=now)
    return company


def checked_company(*, by: Member | None, now: datetime, **fields: Unpack[CompanyFields]) -> Company:
    """The company that `create_company` would keep, not kept. Raises as it does."""
    company = Company(created_at=now, updated_at=now, owner=by)
    apply_changes(company, _cleaned(fields))
    _check(company)
    must(by, CREATE, company)
    return company


@transaction.atomic
def update_company(
    *, company: Company, by: Member | None, now: datetime, version: int | None = None, **fields: Unpack[CompanyFields]
) -> Company:
    """Change the given fields of a company. `version` is the one that the editor saw.

    Announces `company.updated` with the names of the changed fields, and nothing when nothing changed.

    Raises:
        Conflict: somebody changed the company since `version`.
        Refused: a value breaks a rule, or the parent is the company itself or below it; it names the field.
    """
    if "parent" in fields:
        one_family_at_a_time()
    company = Company.objects.select_for_update().get(pk=company.pk)
    company.expect_version(version)
    changes = change_company(company, by=by, **fields)
    if not changes:
        return company
    if "parent" in changes:
        _check_parent(company)
    company.save_fields(*changes, "domain", "sort_key", at=now)
    search.index(search_entry(company))
    events.announce("company.updated", company, by=by, at=now, changed=sorted(changes))
    return company


def change_company(company: Company, *, by: Member | None, **fields: Unpack[CompanyFields]) -> Changes:
    """Set these fields of a locked company on the object; what has changed. Raises as `update_company` does, but does
    not look for circles of parents.
    """
    must(by, CHANGE, company)
    changes = apply_changes(company, _cleaned(fields))
    must_set(by, company, changes)
    if changes:
        _check(company)
    return changes


@transaction.atomic
def delete_company(*, company: Company, by: Member | None, now: datetime) -> Company:
    """Put a company into the bin, from which `restore_company` takes it; what refers to it stays as it is.

    Announces `company.deleted`.
    """
    company = Company.objects.select_for_update().get(pk=company.pk)
    must(by, DELETE, company)
    if company.deleted_at:
        return company
    company.deleted_at = now
    company.save_fields("deleted_at", at=now)
    search.remove(kind="company", id=company.pk)
    events.announce("company.deleted", company, by=by, at=now)
    return company


@transaction.atomic
def restore_company(*, company: Company, by: Member | None, now: datetime) -> Company:
    """Take a company out of the bin, as it was. Announces `company.restored`."""
    company = Company.objects.select_for_update().get(pk=company.pk)
    must(by, DELETE, company)
    if not company.deleted_at:
        return company
    company.deleted_at = None
    company.save_fields("deleted_at", at=now)
    search.index(search_entry(company))
    events.announce("company.restored", company, by=by, at=now)
    return company


def search_entry(company: Company) -> search.Entry:
    """What the search knows of a company: the name first; domain, industry, phone and town beside it."""
    town = company.billing_address.get("city", "")
    return search.Entry(
        kind="company",
        id=company.pk,
        title=company.name,
        subtitle=" · ".join(filter(None, (company.industry, town))),
        url=company.get_absolute_url(),
        owner_id=company.owner_id,
        updated_at=company.updated_at,
        text=" ".join(
            (company.domain, company.industry, town, channels.phone_digits(company.phone), words_of(company))
        ),
    )


def _cleaned(fields: CompanyFields) -> dict[str, Any]:
    """The fields with texts, domain, phone and addresses in their one form."""
    cleaned: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in fields.items()
    }
    if "website" in fields:
        cleaned["website"] = channels.clean_website(fields["website"])
    if "domain" in fields:
        cleaned["domain"] = channels.clean_domain(fields["domain"])
    if "phone" in fields:
        cleaned["phone"] = channels.clean_phone(fields["phone"])
    if "currency" in fields:
        cleaned["currency"] = clean_currency(fields["currency"]) if fields["currency"].strip() else ""
    if "billing_address" in fields:
        cleaned["billing_address"] = channels.clean_address(fields["billing_address"], field="billing_address")
    if "shipping_address" in fields:
        cleaned["shipping_address"] = channels.clean_address(fields["shipping_address"], field="shipping_address")
    return cleaned


def _check(company: Company) -> None:
    if not company.name:
        raise Refused(_("A company needs a name."), field="name")
    if not company.domain and company.website:
        company.domain = channels.clean_domain(company.website, field="website")
    check_fields(company)


def _check_parent(company: Company) -> None:
    """Walk up from the new parent; a family has no circle as long as nobody arrives at the company again."""
    above = company.parent_id
    while above is not None:
        if above == company.pk:
            message = _("A company cannot belong to itself or to one of its own subsidiaries.")
            raise Refused(message, field="parent")
        above = Company.objects.values_list("parent_id", flat=True).get(pk=above)


def one_family_at_a_time() -> None:
    """Two changes of parents at the same moment could close a circle that neither sees: let one wait."""
    one_at_a_time("company.parent")
