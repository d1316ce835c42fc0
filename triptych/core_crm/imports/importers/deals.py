"""Deals: thousands at once, into a pipeline that fits their stages or is made for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals import actions
from triptych.core_crm.deals.actions import NewDeal
from triptych.core_crm.deals.findable import search_entry
from triptych.core_crm.deals.models import Deal, Stage
from triptych.core_crm.imports.importer import Change, Field, Importer, Kind, Option, Problem, Row, Unknown, Writing
from triptych.core_crm.imports.importers.companies import owner_field, owner_of, owners_of
from triptych.core_crm.imports.importers.deal_updates import KIND, update_deals
from triptych.core_crm.imports.importers.pipelines import (
    make_pipeline,
    names_of_stages,
    pipeline_options,
    settled_pipeline,
)
from triptych.platform import scope, search

TEXTS = ("currency", "type", "lead_source", "campaign", "next_step", "lost_reason", "description")


class DealImporter(Importer):
    name = "deals"
    home = "/deals/"
    label = _("Deals")
    icon = "businessplan"
    model = Deal
    search_kind = "deal"
    reference_synonyms = ("opportunity id", "deal id", "opportunity number")
    telling = ("name", "stage", "amount")
    parts = ("deals.stagechange", "deals.dealcontact")

    def fields(self) -> tuple[Field, ...]:
        return (
            Field(
                "name", _("Name"), synonyms=("deal", "deal name", "opportunity", "opportunity name", "title", "subject")
            ),
            Field(
                "company",
                _("Company"),
                Kind.LINK,
                ("account", "account name", "customer", "company name", "organisation", "organization"),
                link="companies",
                wanted=True,
            ),
            Field(
                "stage",
                _("Stage"),
                Kind.LINK,
                ("deal stage", "sales stage", "status", "phase", "opportunity stage"),
                max_length=80,
                link="stages",
                required=True,
            ),
            owner_field(),
            Field(
                "amount",
                _("Amount"),
                Kind.NUMBER,
                ("close value", "value", "deal value", "price", "total", "revenue"),
                minimum=Decimal(0),
            ),
            Field("currency", _("Currency"), synonyms=("currency code",), max_length=3),
            Field(
                "opened_at",
                _("Opened"),
                Kind.DATETIME,
                ("engage date", "created", "created date", "create date", "open date", "start date", "opened on"),
            ),
            Field("close_date", _("Close date"), Kind.DATE, ("expected close", "expected close date", "closing date")),
            Field(
                "closed_at", _("Closed"), Kind.DATETIME, ("closed on", "won date", "actual close date", "closed date")
            ),
            Field(
                "primary_contact",
                _("Primary contact"),
                Kind.LINK,
                ("contact", "contact name"),
                link="contacts",
                unknown=Unknown.EMPTY,
            ),
            Field("type", _("Type"), Kind.CHOICE, ("deal type", "opportunity type"), choices=tuple(Deal.Type.choices)),
            Field("lead_source", _("Lead source"), synonyms=("source", "channel"), max_length=60),
            Field("campaign", _("Campaign"), synonyms=("campaign name",)),
            Field("next_step", _("Next step"), synonyms=("next action",)),
            Field("next_step_date", _("Next step date"), Kind.DATE, ("next action date",)),
            Field("lost_reason", _("Lost reason"), synonyms=("reason lost", "loss reason", "close reason")),
            Field("description", _("Description"), Kind.LONG_TEXT, ("notes", "comment"), max_length=20_000),
        )

    def names(self) -> Iterable[tuple[UUID, str]]:
        return Deal.objects.alive().order_by("created_at", "pk").values_list("pk", "name").iterator()

    def key(self, row: Row) -> str:
        return ""  # deals share names; only a reference recognises one

    def recognised(self, keys: Collection[str]) -> dict[str, UUID]:
        return {}

    def options(self, chosen: Mapping[str, Any], texts: Mapping[str, Sequence[str]]) -> list[Option]:
        return pipeline_options(chosen, texts.get("stage", ()))

    def settled(self, chosen: Mapping[str, Any], texts: Mapping[str, Sequence[str]], title: str) -> dict[str, Any]:
        return settled_pipeline(chosen, texts.get("stage", ()), title)

    def begin(self, writing: Writing) -> tuple[dict[str, Any], list[Change]]:
        return make_pipeline(writing)

    def own_names(self, field: str, options: Mapping[str, Any]) -> Iterable[tuple[UUID, str]] | None:
        return names_of_stages(options) if field == "stage" else None

    def problems(self, row: Row) -> Iterator[Problem]:
        opened, closed = row.values.get("opened_at"), row.values.get("close_date")
        if opened and closed and closed < opened.date():
            yield Problem("close_date", "closed_before_opened", str(_("It closes before it was opened.")))

    def completed(self, row: Row, writing: Writing) -> Row:
        """Give a deal without a name the one of its company and of what is sold; keep the reference readable."""
        if not row.values.get("name") and row.existing is None:
            extras = [row.texts[name] for name in writing.extra_fields if name in row.texts]
            parts = [row.texts.get("company", ""), *extras[:1]]
            name = " · ".join(part for part in parts if part) or row.texts.get("reference") or str(_("Deal"))
            row.values["name"] = name[:200]
            if "reference" in row.texts and "description" not in row.values:
                row.values["description"] = str(_("Reference {key}")).format(key=row.texts["reference"])
        return row

    def write(self, rows: Sequence[Row], writing: Writing) -> list[Change]:
        new = [row for row in rows if row.existing is None]
        changes = update_deals([row for row in rows if row.existing], writing)
        owners, stages = owners_of(new), self._stages(new)
        companies = Company.objects.in_bulk({row.values["company"] for row in new if "company" in row.values})
        contacts = Contact.objects.in_bulk(
            {row.values["primary_contact"] for row in new if "primary_contact" in row.values}
        )
        deals = actions.create_deals_in_bulk(
            [
                NewDeal(
                    name=row.values["name"],
                    stage=stages[row.values["stage"]],
                    amount=row.values.get("amount"),
                    opened_at=row.values.get("opened_at"),
                    closed_at=row.values.get("closed_at") or self._noon(row.values.get("close_date")),
                    close_date=row.values.get("close_date"),
                    company=companies.get(row.values.get("company")),
                    primary_contact=contacts.get(row.values.get("primary_contact")),
                    owner=owner_of(row, owners, writing),
                    next_step_date=row.values.get("next_step_date"),
                    **{name: row.values[name] for name in TEXTS if name in row.values},
                )
                for row in new
            ],
            by=writing.by,
            now=writing.at,
        )
        for row, deal in zip(new, deals, strict=True):
            row.existing = deal.pk
            changes.append(Change(row.number, KIND, deal.pk))
        return changes

    def _stages(self, rows: Sequence[Row]) -> dict[UUID, Stage]:
        return Stage.objects.select_related("pipeline").in_bulk({row.values["stage"] for row in rows})

    def _noon(self, day: Any) -> datetime | None:
        return datetime.combine(day, time(12), self._zone) if day else None

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(getattr(scope.current(), "timezone", "UTC"))

    def search_entries(self, records: Sequence[Deal]) -> Iterable[search.Entry]:
        fresh = Deal.objects.for_cards().filter(pk__in=[record.pk for record in records])
        return (search_entry(deal) for deal in fresh)
