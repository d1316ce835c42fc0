"""What an import changes in bulk is what the same changes one by one would be: rows, links, search, events, audit."""

import pytest
from django.db import transaction

from triptych.core_crm.contacts import actions as contacts
from triptych.core_crm.contacts.actions import CompanyLink
from triptych.core_crm.contacts.models import Company, Contact, ContactCompany
from triptych.core_crm.imports.images import image_of
from triptych.core_crm.imports.importer import Row
from triptych.core_crm.imports.writing import one_each
from triptych.core_crm.leads import actions as leads
from triptych.core_crm.leads.models import Lead
from triptych.platform.audit.models import Entry
from triptych.platform.events.models import Outbox
from triptych.platform.refusals import Refused
from triptych.platform.scope import CELL, entered
from triptych.platform.search.models import SearchEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_tenant")]
NAMES = {
    "contact": (Contact, contacts.update_contact, contacts.update_contacts_in_bulk),
    "company": (Company, contacts.update_company, contacts.update_companies_in_bulk),
    "lead": (Lead, leads.update_lead, leads.update_leads_in_bulk),
}


@pytest.fixture
def changes(members, now):
    """Of each kind three records with what is to become of them: changed, as it is, changed in more."""
    who = {"by": members["owner"], "now": now}
    acme, other = (contacts.create_company(name=name, **who) for name in ("Acme", "Öko"))
    anna, bo, cy = (
        contacts.create_contact(last_name=name, emails=[f"{name}@x.example"], companies=[CompanyLink(acme)], **who)
        for name in ("Anna", "Bo", "Cy")
    )
    lea, max_, nia = (leads.create_lead(last_name=name, owner=None, by=who["by"], now=now) for name in ("L", "M", "N"))
    return {
        "contact": {
            anna.pk: {"last_name": "Ölsen", "emails": ["new@x.example", *anna.emails]},
            bo.pk: {"last_name": "Bo"},
            cy.pk: {
                "job_title": "CEO",
                "owner": members["admin"],
                "companies": [CompanyLink(acme), CompanyLink(other)],
            },
        },
        "company": {
            acme.pk: {"website": "acme.example", "number_of_employees": 7},
            other.pk: {"name": "Ökonom", "billing_address": {"city": "Rome"}},
        },
        "lead": {lea.pk: {"owner": members["admin"]}, max_.pk: {"last_name": "M"}, nia.pk: {"email": "N@x.example"}},
    }


def state(model, told_before):
    """Everything that a change leaves behind, without the keys and moments that each writing has of its own."""
    links = ContactCompany.objects.order_by("contact", "company").values_list("contact", "company", "is_primary")
    entries = Entry.objects.order_by("table", "about", "act", "before", "after")
    audited = entries.values_list("table", "about", "act", "before", "after", "member_id")
    found = SearchEntry.objects.order_by("pk").values_list("pk", "title", "subtitle", "words", "owner_id", "updated_at")
    with entered(CELL):
        events = Outbox.objects.exclude(pk__in=told_before).order_by("name", "object_id")
        told = list(events.values_list("name", "kind", "object_id", "by", "at", "facts"))
    return {
        "rows": [image_of(one) for one in model.objects.order_by("pk")],
        "keys": [bytes(key) for key in model.objects.order_by("pk").values_list("sort_key", flat=True)],
        "links": list(links),
        "audit": [one for one in audited if "contactcompany" not in one[0]],
        "search": list(found),
        "events": told,
    }


@pytest.mark.parametrize("kind", NAMES)
def test_many_at_once_leave_what_one_by_one_leaves(changes, members, now, kind):
    model, single, bulk = NAMES[kind]
    who = {"by": members["owner"], "now": now}
    with entered(CELL):
        told_before = list(Outbox.objects.values_list("pk", flat=True))
    with transaction.atomic():
        for pk, fields in changes[kind].items():
            single(**{kind: model.objects.get(pk=pk)}, **who, **fields)
        expected = state(model, told_before)
        transaction.set_rollback(True)

    changed = bulk(changes[kind], **who)

    assert state(model, told_before) == expected
    assert len(changed) == len(expected["events"]) == 2


def test_one_that_breaks_a_rule_stops_all(changes, members, now):
    anna, bo, _cy = changes["contact"]
    rows = {anna: {"job_title": "CEO"}, bo: {"last_name": "x" * 101}}
    with pytest.raises(Refused) as refused:
        contacts.update_contacts_in_bulk(rows, by=members["owner"], now=now)
    assert refused.value.field == "last_name"
    assert not Contact.objects.filter(job_title="CEO").exists()


def test_rows_about_the_same_record_are_written_in_turn(changes):
    anna, bo, _cy = changes["contact"]
    rows = [Row(number, {}, {}, existing) for number, existing in enumerate([anna, None, bo, anna, None, anna])]
    assert [[row.number for row in turn] for turn in one_each(rows)] == [[0, 1, 2, 4], [3], [5]]
