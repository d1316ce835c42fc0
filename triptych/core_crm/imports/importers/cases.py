"""Cases of another system: under new numbers, known by their old ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from triptych.core_crm.cases import actions
from triptych.core_crm.cases.actions import PastCase
from triptych.core_crm.cases.findable import search_entry
from triptych.core_crm.cases.models import Case, Queue
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.imports.images import image_of
from triptych.core_crm.imports.importer import Change, Field, Importer, Kind, Problem, Row, Unknown, Writing
from triptych.core_crm.imports.importers.companies import made_for, owner_field, owners_of
from triptych.platform import search
from triptych.tenants.members.models import Member

KIND = "cases.case"
STATUSES = tuple((str(status), status.label) for status in Case.Status if status != Case.Status.DUPLICATE)
STATUS_ALIASES = (
    ("new", ("open", "opened", "to do", "unassigned", "reopened")),
    ("assigned", ("in progress", "active", "working", "escalated", "in bearbeitung")),
    (
        "pending",
        ("on hold", "waiting", "waiting on customer", "waiting on contact", "waiting for customer", "pending input"),
    ),
    ("closed", ("resolved", "solved", "done", "completed", "finished", "fixed", "closed solved")),
    ("rejected", ("cancelled", "canceled", "spam", "invalid", "won't fix")),
)
PRIORITY_ALIASES = (
    ("low", ("minor", "lowest", "p4", "trivial")),
    ("normal", ("medium", "standard", "moderate", "p3")),
    ("high", ("major", "important", "p2")),
    ("urgent", ("critical", "highest", "blocker", "emergency", "p1")),
)
TYPE_ALIASES = (
    ("question", ("how to", "request", "inquiry", "service request", "feature request", "task")),
    ("incident", ("issue", "complaint", "outage")),
    ("problem", ("bug", "defect", "error")),
)
ORIGIN_ALIASES = (
    ("email", ("mail",)),
    ("phone", ("telephone", "call", "phone call", "voice")),
    ("web", ("website", "web form", "form", "portal", "online")),
    ("chat", ("live chat", "messenger", "messaging", "whatsapp")),
    ("in_person", ("visit", "walk in", "face to face")),
)
PLAIN = ("subject", "description", "status", "priority", "type", "origin", "opened_at", "closed_at")


class CaseImporter(Importer):
    name = "cases"
    home = "/cases/"
    label = _("Cases")
    icon = "lifebuoy"
    model = Case
    search_kind = "case"
    reference_synonyms = ("case id", "case number", "ticket", "ticket id", "ticket number", "case no")
    file_words = ("tickets", "issues", "requests")
    telling = ("subject",)

    def fields(self) -> tuple[Field, ...]:
        return (
            Field("subject", _("Subject"), synonyms=("title", "summary", "case subject", "ticket name"), required=True),
            Field(
                "status",
                _("Status"),
                Kind.CHOICE,
                ("case status", "ticket status", "state"),
                choices=STATUSES,
                aliases=STATUS_ALIASES,
            ),
            Field(
                "priority",
                _("Priority"),
                Kind.CHOICE,
                ("urgency", "severity"),
                choices=tuple(Case.Priority.choices),
                aliases=PRIORITY_ALIASES,
            ),
            Field(
                "type",
                _("Type"),
                Kind.CHOICE,
                ("case type", "ticket type"),
                choices=tuple(Case.Type.choices),
                aliases=TYPE_ALIASES,
            ),
            Field(
                "origin",
                _("Channel"),
                Kind.CHOICE,
                ("source", "case origin", "via", "ticket source"),
                choices=tuple(Case.Origin.choices),
                aliases=ORIGIN_ALIASES,
            ),
            Field(
                "queue",
                _("Queue"),
                Kind.LINK,
                ("team", "group", "pipeline", "department"),
                max_length=80,
                link="queues",
                unknown=Unknown.EMPTY,
            ),
            owner_field(),
            *about_fields("contact", "company", "deal"),
            Field(
                "description",
                _("Description"),
                Kind.LONG_TEXT,
                ("first message", "message", "details", "body", "text", "ticket description", "question"),
                max_length=20_000,
            ),
            Field(
                "opened_at",
                _("Opened"),
                Kind.DATETIME,
                ("created", "created at", "created date", "create date", "date opened", "opened at", "date created"),
            ),
            Field(
                "closed_at",
                _("Closed"),
                Kind.DATETIME,
                ("closed at", "closed date", "date closed", "close date", "resolved", "resolved at", "solved at"),
            ),
        )

    def names(self) -> Iterable[tuple[UUID, str]]:
        return Case.objects.alive().order_by("number").values_list("pk", "subject").iterator()

    def other_names(self) -> Iterable[tuple[UUID, str]]:
        for pk, number in Case.objects.alive().order_by("number").values_list("pk", "number").iterator():
            yield pk, f"#{number}"
            yield pk, str(number)

    def name_of(self, row: Row) -> str:
        return str(row.values.get("subject", ""))

    def key(self, row: Row) -> str:
        return ""  # cases share subjects; only the old number recognises one

    def recognised(self, keys: Collection[str]) -> dict[str, UUID]:
        return {}

    def held(self, record: Case, name: str) -> Any:
        named = {"opened_at": "created_at", "closed_at": "resolved_at"}
        return super().held(record, named.get(name, name))

    def own_names(self, field: str, options: Mapping[str, Any]) -> Iterable[tuple[UUID, str]] | None:
        return Queue.objects.active().in_order().values_list("pk", "name") if field == "queue" else None

    def may_add_own(self, field: str, by: Member) -> bool:
        return by.may_administer

    def new_own(self, field: str, names: Sequence[str], writing: Writing) -> list[Change]:
        made = [actions.create_queue(name=name, by=writing.by, now=writing.at) for name in names]
        return [Change(0, "cases.queue", queue.pk) for queue in made]

    def problems(self, row: Row) -> Iterator[Problem]:
        opened, closed, status = (row.values.get(name) for name in ("opened_at", "closed_at", "status"))
        if closed and opened and closed < opened:
            yield Problem("closed_at", "closed_before_opened", str(_("It closes before it was opened.")))
        if closed and status in Case.OPEN_STATUSES:
            message = _("It has a closing date but is open; the date is left out.")
            yield Problem("closed_at", "open_and_closed", str(message))

    def new_named(self, names: Sequence[str], writing: Writing) -> list[Change]:
        return self.write([Row(0, {"subject": name}, {"subject": name}) for name in names], writing)

    def write(self, rows: Sequence[Row], writing: Writing) -> list[Change]:
        about = About(rows)
        new = [row for row in rows if row.existing is None]
        known = Case.objects.in_bulk([row.existing for row in rows if row.existing])
        given = {pk: about.of_case(row) for row in rows if (pk := row.existing) in known and pk}
        before = {pk: image_of(case) for pk, case in known.items()}
        changed = actions.update_cases_in_bulk(given, by=writing.by, now=writing.at)
        numbers = {row.existing: row.number for row in rows}
        changes = [Change(numbers[case.pk], KIND, case.pk, before[case.pk]) for case in changed]
        made = actions.create_cases_in_bulk(
            [about.of_new_case(row, writing) for row in new], by=writing.by, now=writing.at
        )
        return [*changes, *made_for(new, made, KIND)]

    def search_entries(self, records: Sequence[Case]) -> Iterable[search.Entry]:
        fresh = Case.objects.for_rows().filter(pk__in=[record.pk for record in records])
        return (search_entry(case) for case in fresh)


def about_fields(*names: str) -> tuple[Field, ...]:
    """The columns that say whom something is about."""
    known = {
        "contact": (
            _("Contact"),
            (
                "contact name", "contact email", "email", "customer email", "requester", "requester email", "person",
                "customer", "reported by",
            ),
            "contacts",
        ),
        "company": (
            _("Company"),
            ("account", "account name", "company name", "organisation", "organization", "company domain"),
            "companies",
        ),
        "deal": (_("Deal"), ("deal name", "opportunity", "opportunity name"), "deals"),
        "lead": (_("Lead"), ("lead name", "lead email"), "leads"),
        "case": (_("Case"), ("case number", "ticket", "ticket number", "ticket id", "case id"), "cases"),
    }  # fmt: skip
    return tuple(
        Field(name, known[name][0], Kind.LINK, known[name][1], link=known[name][2], unknown=Unknown.EMPTY)
        for name in names
    )


class About:
    """The records that rows of a chunk name, read at once."""

    def __init__(self, rows: Sequence[Row]) -> None:
        def named(field: str) -> list[UUID]:
            return [row.values[field] for row in rows if row.values.get(field)]

        self.related: dict[str, Mapping[UUID, Any]] = {
            "owner": owners_of(rows),
            "contact": Contact.objects.with_companies().in_bulk(named("contact")),
            "company": Company.objects.in_bulk(named("company")),
            "deal": Deal.objects.in_bulk(named("deal")),
            "queue": Queue.objects.in_bulk(named("queue")),
        }

    def of_case(self, row: Row) -> PastCase:
        """What a row says of a case."""
        fields: dict[str, Any] = {name: row.values[name] for name in PLAIN if name in row.values}
        for name, known in self.related.items():
            if row.values.get(name) in known:
                fields[name] = known[row.values[name]]
        if "closed_at" in fields and "status" not in fields:
            fields["status"] = Case.Status.CLOSED
        return cast(PastCase, fields)

    def of_new_case(self, row: Row, writing: Writing) -> PastCase:
        """What a row says of a case that is not here; where the file has no companies, the contact's is taken."""
        fields = self.of_case(row)
        contact = fields.get("contact")
        if contact and "company" not in writing.mapped:
            fields["company"] = contact.company
        return fields
