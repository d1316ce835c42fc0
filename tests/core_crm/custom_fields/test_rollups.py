"""Rollups of related records: right whatever happened to them, the same for everybody who may see them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from triptych.core_crm.activities.actions import create_activity
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.cases.actions import create_case
from triptych.core_crm.contacts.actions import CompanyLink, create_company, create_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.custom_fields import actions
from triptych.core_crm.custom_fields.computed.resolving import values_of
from triptych.core_crm.custom_fields.models import CustomField
from triptych.core_crm.deals.actions import NewRate, create_deal, delete_deal, move_deal, restore_deal, set_rates
from triptych.core_crm.deals.actions import update_deal as change_deal
from triptych.core_crm.deals.models import Stage
from triptych.core_crm.duplicates.actions import merge_records, unmerge
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

HOME = "/settings/fields/"
WON = {"all": [["state", "is", "won"]]}


@pytest.fixture
def rollup(add_field):
    def add(label, relation, measure, field="", where=None, *, object="company"):
        said = {"relation": relation, "measure": measure, "field": field, "where": where or {}}
        return add_field("rollup", label, object=object, rollup=said)

    return add


@pytest.fixture
def acme(tenant, members, now):
    """A company with a won deal of 100, an open one of 40, a contact in both."""
    who = {"by": members["owner"], "now": now}
    with entered(tenant):
        company = create_company(name="Globocorp", **who)
        person = create_contact(last_name="Rossi", companies=[CompanyLink(company)], **who)
        won = create_deal(name="Won", amount=Decimal(100), company=company, primary_contact=person, **who)
        move_deal(deal=won, to=Stage.objects.get(is_won=True), **who)
        create_deal(name="Open", amount=Decimal("40.50"), company=company, primary_contact=person, **who)
    return company


def come_to(tenant, record, *fields):
    with entered(tenant):
        found = values_of(fields, [record.pk])[record.pk]
    return [found[field.key]["error"] or found[field.key]["value"] for field in fields]


def test_every_measure_over_every_relation(tenant, members, rollup, acme, now):
    who = {"by": members["owner"], "now": now}
    with entered(tenant):
        create_case(subject="Broken", company=acme, **who)
        create_activity(kind="note", subject="Hello", records=[RecordRef.of(acme)], **who)
        create_company(name="Branch", parent=acme, number_of_employees=7, **who)
    fields = [
        rollup("Deals", "deals", "count"), rollup("Won", "deals", "sum", "amount", WON),
        rollup("Mean", "deals", "avg", "amount"), rollup("Largest", "deals", "max", "amount"),
        rollup("Least likely", "deals", "min", "probability"), rollup("Staff", "contacts", "count"),
        rollup("Open cases", "cases", "count", where={"all": [["status", "is", "new", "assigned", "pending"]]}),
        rollup("Last seen", "activities", "max", "at"), rollup("People", "subsidiaries", "sum", "numberOfEmployees"),
        rollup("Lost", "deals", "sum", "amount", {"all": [["state", "is", "lost"]]}),
        rollup("Lost mean", "deals", "avg", "amount", {"all": [["state", "is", "lost"]]}),
    ]  # fmt: skip

    assert come_to(tenant, acme, *fields) == [
        "2", "100.00", "70.25", "100.00", "10", "1", "1", "2026-03-02T09:00:00.000000Z", "7", "0.00", None,
    ]  # fmt: skip


def test_a_rollup_follows_its_records_wherever_they_go(tenant, members, rollup, acme, now):
    who = {"by": members["owner"], "now": now}
    total = rollup("Total", "deals", "sum", "amount")
    with entered(tenant):
        other = create_company(name="Other", **who)
        deal = other.deals.model.objects.get(name="Open")
        change_deal(deal=deal, company=other, **who)
    assert come_to(tenant, acme, total) + come_to(tenant, other, total) == ["100.00", "40.50"]
    with entered(tenant):
        delete_deal(deal=deal, **who)
    assert come_to(tenant, other, total) == ["0.00"]
    with entered(tenant):
        restore_deal(deal=deal, **who)
        merged = merge_records(winner=acme, loser=other, **who)
    assert come_to(tenant, acme, total) == ["140.50"]
    with entered(tenant):
        unmerge(merge=merged, **who)
    assert come_to(tenant, acme, total) + come_to(tenant, other, total) == ["100.00", "40.50"]


def test_a_contact_has_the_deals_that_they_take_part_in(tenant, rollup, acme):
    mine = rollup("Mine", "deals", "sum", "amount", object="contact")
    seen = rollup("Companies", "contacts", "count", object="deal")
    with entered(tenant):
        person, deal = Contact.objects.get(last_name="Rossi"), acme.deals.get(name="Won")

    assert come_to(tenant, person, mine) == ["140.50"]
    assert come_to(tenant, deal, seen) == ["0"]


def test_amounts_are_added_up_in_the_workspaces_own_currency(tenant, members, rollup, acme, now):
    who = {"by": members["owner"], "now": now}
    total = rollup("Total", "deals", "sum", "amount")
    with entered(tenant):
        create_deal(name="Overseas", amount=Decimal(10), currency="USD", company=acme, **who)
    assert come_to(tenant, acme, total) == ["rate"]
    with entered(tenant):
        set_rates(rates=[NewRate(currency="USD", effective_date=now.date(), rate=Decimal("0.5"))], **who)
    assert come_to(tenant, acme, total) == ["145.50"]


def test_rollups_show_filter_order_and_stand_in_formulas(cast, api, rollup, add_field, acme):
    won = rollup("Won", "deals", "sum", "amount", WON)
    add_field("formula", "Fee", object="company", expression="won * 0.1")
    page = f"/companies/?columns=name,{won.list_name}_shown&sort=-{won.list_name}_shown"

    assert "€100" in cast["reader"].get(page).content.decode()
    nothing = f'{page}&where={{"all":[["{won.list_name}","above","100"]]}}'
    assert "Globocorp" not in cast["reader"].get(nothing).content.decode()
    read = """{ companies(filter: {custom: {won: {gt: "99"}}}, orderBy: [{field: CUSTOM_FEE}]) {
      edges { node { name custom { won { amount currency } fee { amount } } } } } }"""
    assert api(read, who="reader")["data"]["companies"]["edges"] == [
        {"node": {"name": "Globocorp",
                  "custom": {"won": {"amount": "100.00", "currency": "EUR"}, "fee": {"amount": "10.00"}}}}
    ]  # fmt: skip


def test_a_rollup_is_tried_and_made_through_the_api(api, acme):
    said = '{relation: "deals", measure: SUM, field: "amount", where: {all: [["state", "is", "won"]]}}'
    tried = f"mutation {{ tryCustomField(input: {{object: COMPANY, rollup: {said}}}) {{ examples {{ value }} }} }}"
    made = f"""mutation {{ createCustomField(input: {{object: COMPANY, kind: ROLLUP, label: "Won", rollup: {said}}}) {{
      customField {{ apiName result rollup {{ measure }} }} problems {{ message }} }} }}"""

    assert api(tried, who="owner")["data"]["tryCustomField"] == {"examples": [{"value": "100.00 EUR"}]}
    assert api(made, who="owner")["data"]["createCustomField"] == {
        "customField": {"apiName": "won", "result": "MONEY", "rollup": {"measure": "SUM"}}, "problems": []
    }  # fmt: skip


def test_a_rollup_is_for_those_who_see_all_that_it_adds_up(cast, api, role_given, rollup, add_field, acme):
    rollup("Total", "deals", "sum", "amount")
    rollup("How many", "deals", "count")
    add_field("formula", "Half", object="company", expression="total / 2")
    names = {"Total", "How many", "Half"}

    def shown(who):
        page = cast[who].get(f"/companies/{acme.pk}/").content.decode()
        return {name for name in names if f">{name}<" in page}

    assert shown("reader") == names
    role_given({}, fields={"deal": {"amount": "hidden"}}, name="No amounts")
    assert shown("member") == {"How many"}
    role_given({"deal": {"read": "own"}}, name="Own deals")
    assert shown("member") == set()
    asked = '{ companies(filter: {custom: {howMany: {gte: "1"}}}) { edges { node { id } } } }'
    assert api(asked, who="member").get("data") is None


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"relation": "nothing", "measure": "count"}, "relation"),
        ({"relation": "deals", "measure": "sum"}, "measured"),
        ({"relation": "deals", "measure": "sum", "field": "closeDate"}, "measure"),
        ({"relation": "deals", "measure": "median", "field": "amount"}, "measure"),
        ({"relation": "deals", "measure": "sum", "field": "nobody"}, "where"),
        ({"relation": "deals", "measure": "count", "where": {"all": [["nobody", "is", "1"]]}}, "where"),
        ({"relation": "deals", "measure": "count", "where": {"all": [["owner", "is", "me"]]}}, "where"),
        ({"relation": "deals", "measure": "count", "where": {"some": "thing"}}, "where"),
        ({"relation": "deals", "measure": "count", "where": [[[]]]}, "where"),
        ({"relation": ["deals"], "measure": {}, "where": "x"}, "where"),
        ({"relation": ["deals"], "measure": {}}, "relation"),
    ],
)
def test_a_rollup_that_cannot_be_is_refused(tenant, members, now, said, field):
    with entered(tenant):
        with pytest.raises(Refused) as refused:
            actions.create_field(object="company", kind="rollup", label="X", rollup=said, by=members["owner"], now=now)
        assert (refused.value.field, CustomField.objects.exists()) == (field, False)


def test_a_field_that_is_gone_is_named(cast, tenant, members, rollup, add_field, acme, now):
    size = add_field("number", "Size", object="deal")
    total = rollup("Total", "deals", "sum", "size")
    large = rollup("Large", "deals", "count", where={"all": [[size.list_name, "above", "5"]]})
    with entered(tenant):
        change_deal(deal=acme.deals.get(name="Open"), custom={"size": "6"}, by=members["owner"], now=now)
    assert come_to(tenant, acme, total, large) == ["6", "1"]

    with entered(tenant):
        actions.delete_field(field=size, by=members["owner"], now=now)
    assert come_to(tenant, acme, total, large) == ["missing:size", "missing:Size"]
    assert "The field “Size” is missing." in cast["reader"].get(f"/companies/{acme.pk}/").content.decode()


def test_admins_build_one_in_the_browser(cast, tenant, acme):
    new = f"{HOME}new/?object=company&kind=rollup"
    assert "Deals" in cast["admin"].get(new).content.decode()
    data = {
        "label": "Won", "measure": "sum", "field": "amount", "seen_by": "everybody",
        "match-": "all", "field-0": "state", "operator-0": "is", "value-0": "won",
    }  # fmt: skip

    tried = cast["admin"].post(f"{new}&relation=deals", {**data, "do": "preview"}).content.decode()
    assert ("€100" in tried, "Globocorp" in tried) == (True, True)
    built = cast["admin"].post(f"{new}&relation=deals", {**data, "do": "add:"})
    assert 'name="field-1"' in built.content.decode()
    chosen = cast["admin"].post(f"{new}&relation=deals", data, headers={"HX-Request": "true"})
    assert chosen.status_code == 200
    assert cast["admin"].post(f"{new}&relation=deals", data).status_code == 302
    with entered(tenant):
        field = CustomField.objects.get()
    assert field.rollup == {"relation": "deals", "measure": "sum", "field": "amount", "where": WON}
    assert "Deals: Sum, Amount" in cast["reader"].get(f"{HOME}?object=company").content.decode()
    edit = cast["admin"].get(f"{HOME}{field.pk}/").content.decode()
    assert 'name="field-0"' in edit
    data["measure"] = "max"
    assert cast["admin"].post(f"{HOME}{field.pk}/", {**data, "do": "keep"}).status_code == 302
    assert come_to(tenant, acme, _again(tenant, field)) == ["100.00"]
    assert cast["member"].post(f"{HOME}{field.pk}/", data).status_code == 403


def _again(tenant, field):
    with entered(tenant):
        return CustomField.objects.get(pk=field.pk)


def test_a_list_with_many_of_them_costs_no_statement_more(cast, rollup, acme):
    plain = "/companies/?columns=name"
    fields = [rollup(f"R{number}", "deals", "count") for number in range(4)]
    columns = ",".join(f"{field.list_name}_shown" for field in fields)

    def cost(url):
        with CaptureQueriesContext(connection) as queries:
            assert cast["reader"].get(url).status_code == 200
        return len(queries)

    cost(plain)
    assert cost(f"{plain},{columns}") == cost(plain)
