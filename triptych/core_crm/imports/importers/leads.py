"""Leads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import cast
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from triptych.core_crm.contacts import channels
from triptych.core_crm.duplicates.comparing import comparable
from triptych.core_crm.duplicates.matching import NOBODY, Comparable
from triptych.core_crm.imports.images import image_of
from triptych.core_crm.imports.importer import Change, Field, Importer, Kind, Problem, Row, Writing
from triptych.core_crm.imports.importers.companies import made_for, owner_field, owner_of, owners_of
from triptych.core_crm.imports.importers.words import INDUSTRIES, with_full_names
from triptych.core_crm.imports.profiling import Profile
from triptych.core_crm.leads import actions
from triptych.core_crm.leads.actions.leads import search_entry
from triptych.core_crm.leads.models import Lead
from triptych.platform import search

KIND = "leads.lead"
NAMES = ("last_name", "first_name", "full_name", "company_name", "email")


class LeadImporter(Importer):
    name = "leads"
    home = "/leads/"
    label = _("Leads")
    icon = "user-plus"
    model = Lead
    search_kind = "lead"
    reference_synonyms = ("lead id",)
    compared_as = "lead"
    telling = ("last_name", "first_name", "full_name", "company_name", "email")

    def fields(self) -> tuple[Field, ...]:
        statuses = tuple((str(value), Lead.Status(value).label) for value in Lead.WORKABLE)
        return (
            Field("last_name", _("Last name"), synonyms=("surname", "family name", "name"), max_length=100),
            Field("first_name", _("First name"), synonyms=("given name", "forename"), max_length=100),
            Field("full_name", _("Full name"), synonyms=("lead", "lead name", "contact", "contact name", "person")),
            Field(
                "company_name",
                _("Company"),
                synonyms=("company", "account", "organisation", "organization", "employer"),
            ),
            Field(
                "email",
                _("Email"),
                Kind.EMAIL,
                ("mail", "e-mail", "email address"),
                max_length=254,
                clean=channels.clean_email,
            ),
            Field(
                "phone",
                _("Phone"),
                Kind.PHONE,
                ("telephone", "phone number", "tel", "mobile"),
                max_length=50,
                clean=channels.clean_phone,
            ),
            Field("job_title", _("Job title"), synonyms=("title", "position", "role"), max_length=150),
            Field("status", _("Status"), Kind.CHOICE, ("lead status", "state"), choices=statuses),
            Field("source", _("Source"), synonyms=("lead source", "channel", "origin"), max_length=100),
            Field("industry", _("Industry"), synonyms=("sector", "branch"), max_length=100, vocabulary=INDUSTRIES),
            Field(
                "website",
                _("Website"),
                synonyms=("url", "web", "homepage"),
                max_length=300,
                clean=channels.clean_website,
            ),
            Field("campaign", _("Campaign"), synonyms=("campaign name",)),
            owner_field(),
            Field("description", _("Description"), Kind.LONG_TEXT, ("notes", "comment", "message")),
        )

    def names(self) -> Iterable[tuple[UUID, str]]:
        for lead in Lead.objects.alive().order_by("created_at", "pk").iterator():
            yield lead.pk, str(lead)

    def comparable(self, row: Row) -> Comparable:
        emails, phones = ([str(row.values.get(name, ""))] for name in ("email", "phone"))
        company = str(row.values.get("company_name", ""))
        return comparable(NOBODY, name=self.name_of(row), emails=emails, phones=phones, company=company)

    def refined(self, mapping: dict[str, str], profile: Profile) -> dict[str, str]:
        return with_full_names(mapping, profile)

    def name_of(self, row: Row) -> str:
        return str(row.values.get("full_name") or "") or " ".join(
            str(row.values[name]) for name in ("first_name", "last_name") if row.values.get(name)
        )

    def key(self, row: Row) -> str:
        return str(row.values.get("email", ""))

    def recognised(self, keys: Collection[str]) -> dict[str, UUID]:
        found: dict[str, UUID] = {}
        rows = Lead.objects.alive().open().filter(email__in=keys).order_by("created_at", "pk")
        for email, pk in rows.values_list("email", "pk"):
            found.setdefault(email, pk)
        return found

    def problems(self, row: Row) -> Iterator[Problem]:
        if not any(row.values.get(name) for name in NAMES):
            message = _("The row has no name, no company and no email, so nobody could find this lead.")
            yield Problem("last_name", "nameless", str(message), refuses=True)

    def write(self, rows: Sequence[Row], writing: Writing) -> list[Change]:
        existing = Lead.objects.in_bulk([row.existing for row in rows if row.existing])
        owners = owners_of(rows)
        changes: list[Change] = []
        new: list[tuple[Row, actions.LeadFields]] = []
        given: dict[UUID, actions.LeadFields] = {}
        for row in rows:
            lead = existing.get(row.existing) if row.existing else None
            names = ("full_name", "owner", "reference")
            fields = {name: value for name, value in row.values.items() if name not in names}
            if full := row.values.get("full_name"):
                first, _space, last = full.rpartition(" ")
                fields = {"first_name": first.strip()[:100], "last_name": last[:100], **fields}
            if lead is None or "owner" in row.values:
                fields["owner"] = owner_of(row, owners, writing)
            if lead is None:
                new.append((row, cast(actions.LeadFields, fields)))
                continue
            given[lead.pk] = cast(actions.LeadFields, fields)
            changes.append(Change(row.number, KIND, lead.pk, image_of(lead)))
        actions.update_leads_in_bulk(given, by=writing.by, now=writing.at)
        made = actions.create_leads_in_bulk([fields for _row, fields in new], by=writing.by, now=writing.at)
        return [*changes, *made_for([row for row, _fields in new], made, KIND)]

    def new_named(self, names: Sequence[str], writing: Writing) -> list[Change]:
        return self.write([Row(0, {"full_name": name}, {"full_name": name}) for name in names], writing)

    def search_entries(self, records: Sequence[Lead]) -> Iterable[search.Entry]:
        return (search_entry(lead) for lead in records)
