"""Companies, with parents that may stand further down in the same file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from triptych.core_crm.contacts import actions, channels
from triptych.core_crm.contacts.actions.companies import search_entry
from triptych.core_crm.contacts.models import Company
from triptych.core_crm.duplicates.comparing import comparable
from triptych.core_crm.duplicates.matching import NOBODY, Comparable
from triptych.core_crm.imports.images import image_of
from triptych.core_crm.imports.importer import Change, Field, Importer, Kind, Row, Unknown, Writing
from triptych.core_crm.imports.importers.words import INDUSTRIES, countries
from triptych.platform import search
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

KIND = "contacts.company"
ADDRESS = (
    ("street", _("Street"), ("address", "street address", "billing street")),
    ("city", _("City"), ("town", "billing city")),
    ("state", pgettext_lazy("address", "State"), ("province", "region", "billing state")),
    ("postal_code", _("Postal code"), ("zip", "zip code", "postcode", "billing zip")),
    ("country", _("Country"), ("office location", "location", "hq", "headquarters", "billing country")),
)


PARTS = frozenset(part for part, _label, _synonyms in ADDRESS)


def domain_of(website: str) -> str:
    """The domain that a company with this website will have; empty when that cannot be read off."""
    try:
        return channels.clean_domain(website) if website else ""
    except Refused:
        return ""


def owner_field() -> Field:
    """The member a record belongs to, by name."""
    synonyms = ("sales agent", "sales rep", "agent", "account manager", "account owner", "responsible", "assigned to")
    return Field("owner", _("Owner"), Kind.LINK, synonyms, link="members", unknown=Unknown.EMPTY)


def address_fields() -> tuple[Field, ...]:
    """The parts of one address."""
    return tuple(
        Field(part, label, synonyms=synonyms, max_length=300, vocabulary=countries() if part == "country" else ())
        for part, label, synonyms in ADDRESS
    )


def owner_of(row: Row, owners: dict[UUID, Member], writing: Writing) -> Member | None:
    """The owner that the row names, nobody where it names nobody; who imports, when the file has no owners at all."""
    if "owner" not in writing.mapped:
        return writing.by
    return owners[row.values["owner"]] if "owner" in row.values else None


def made_for(rows: Sequence[Row], made: Sequence[Model], kind: str) -> Iterator[Change]:
    """The changes that tell of records made for these rows, one each; the rows then know theirs."""
    for row, record in zip(rows, made, strict=True):
        row.existing = record.pk
        yield Change(row.number, kind, record.pk)


def owners_of(rows: Sequence[Row]) -> dict[UUID, Member]:
    """The owners that rows name, by id."""
    return Member.objects.in_bulk({row.values["owner"] for row in rows if row.values.get("owner")})


class CompanyImporter(Importer):
    name = "companies"
    home = "/companies/"
    label = _("Companies")
    icon = "building"
    model = Company
    search_kind = "company"
    compared_as = "company"
    other_names_from = "domain"
    reference_synonyms = ("company id", "account id", "customer number")

    def fields(self) -> tuple[Field, ...]:
        return (
            Field(
                "name",
                _("Name"),
                synonyms=(
                    "account",
                    "company",
                    "account name",
                    "company name",
                    "customer",
                    "organisation",
                    "organization",
                ),
                required=True,
            ),
            Field(
                "industry",
                _("Industry"),
                synonyms=("sector", "branch", "vertical"),
                max_length=100,
                vocabulary=INDUSTRIES,
            ),
            Field(
                "website",
                _("Website"),
                synonyms=("url", "web", "homepage", "web site"),
                max_length=300,
                clean=channels.clean_website,
            ),
            Field("domain", _("Domain"), synonyms=("email domain",), clean=channels.clean_domain),
            Field(
                "type", _("Type"), Kind.CHOICE, ("account type", "relationship"), choices=tuple(Company.Type.choices)
            ),
            Field(
                "phone",
                _("Phone"),
                Kind.PHONE,
                ("telephone", "phone number", "tel"),
                max_length=50,
                clean=channels.clean_phone,
            ),
            Field(
                "annual_revenue", _("Annual revenue"), Kind.NUMBER, ("revenue", "turnover", "sales"), minimum=Decimal(0)
            ),
            Field("currency", _("Currency"), max_length=3),
            Field(
                "number_of_employees",
                _("Employees"),
                Kind.INTEGER,
                ("employees", "staff", "headcount", "size"),
                minimum=Decimal(0),
                maximum=Decimal(2_000_000_000),
            ),
            Field(
                "founded_year",
                _("Founded"),
                Kind.INTEGER,
                ("year established", "founded", "established", "founding year"),
                minimum=Decimal(1000),
                maximum=Decimal(2200),
            ),
            Field(
                "parent",
                _("Parent company"),
                Kind.LINK,
                ("subsidiary of", "parent", "parent account", "belongs to", "group"),
                link="companies",
                unknown=Unknown.EMPTY,
                deferred=True,
            ),
            owner_field(),
            *address_fields(),
            Field("description", _("Description"), Kind.LONG_TEXT, ("notes", "comment", "about")),
        )

    def names(self) -> Iterable[tuple[UUID, str]]:
        return Company.objects.alive().order_by("created_at", "pk").values_list("pk", "name").iterator()

    def other_names(self) -> Iterable[tuple[UUID, str]]:
        with_domain = Company.objects.alive().exclude(domain="").order_by("created_at", "pk")
        return with_domain.values_list("pk", "domain").iterator()

    def comparable(self, row: Row) -> Comparable:
        domain = str(row.values.get("domain") or "") or domain_of(str(row.values.get("website", "")))
        phones = [str(row.values.get("phone", ""))]
        return comparable(NOBODY, name=self.name_of(row), phones=phones, domain=domain, is_company=True)

    def held(self, record: Company, name: str) -> Any:
        return record.billing_address.get(name) if name in PARTS else super().held(record, name)

    def write(self, rows: Sequence[Row], writing: Writing) -> list[Change]:
        existing = Company.objects.in_bulk([row.existing for row in rows if row.existing])
        owners = owners_of(rows)
        changes, new = [], []
        given: dict[UUID, actions.CompanyFields] = {}
        for row in rows:
            company = existing.get(row.existing) if row.existing else None
            fields = self._fields(row, writing, company)
            if company is None or "owner" in row.values:
                fields["owner"] = owner_of(row, owners, writing)
            if company is None:
                new.append((row, fields))
                continue
            given[company.pk] = fields
            changes.append(Change(row.number, KIND, company.pk, image_of(company)))
        actions.update_companies_in_bulk(given, by=writing.by, now=writing.at)
        made = actions.create_companies_in_bulk([fields for _row, fields in new], by=writing.by, now=writing.at)
        return [*changes, *made_for([row for row, _fields in new], made, KIND)]

    def _fields(self, row: Row, writing: Writing, company: Company | None) -> actions.CompanyFields:
        fields = {name: value for name, value in row.values.items() if name not in PARTS | {"owner", "reference"}}
        address = {name: value for name, value in row.values.items() if name in PARTS}
        if address:
            fields["billing_address"] = {**(company.billing_address if company else {}), **address}
        if "annual_revenue" in fields and not (company and company.currency):
            fields.setdefault("currency", writing.currency)
        return cast(actions.CompanyFields, fields)

    def link(self, rows: Sequence[Row], writing: Writing) -> list[Change]:
        """Set the parents. One that would close a circle is left out, with a finding."""
        ids = {row.existing for row in rows} | {row.values["parent"] for row in rows}
        companies = Company.objects.in_bulk([pk for pk in ids if pk])
        changes = []
        for row in rows:
            company, parent = companies.get(row.existing), companies.get(row.values["parent"])
            if company is None or company.parent_id == row.values["parent"]:
                continue
            before = image_of(company)
            try:
                actions.update_company(company=company, by=writing.by, now=writing.at, parent=parent)
            except Refused as refused:
                writing.doubt(row.number, "parent", row.texts["parent"], refused.message)
            else:
                changes.append(Change(row.number, KIND, company.pk, before))
        return changes

    def search_entries(self, records: Sequence[Company]) -> Iterable[search.Entry]:
        return (search_entry(company) for company in records)
