"""Values of custom fields on the pages of records: every kind, every object, who may, and what is refused."""

import pytest

from triptych.core_crm.contacts.actions import create_company, create_contact, update_contact
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.custom_fields import actions
from triptych.core_crm.custom_fields.objects import OBJECTS
from triptych.platform import search
from triptych.platform.events.models import Outbox
from triptych.platform.refusals import Refused
from triptych.platform.scope import CELL, entered

pytestmark = pytest.mark.django_db


def stored(tenant, contact, field):
    with entered(tenant):
        return Contact.objects.get(pk=contact.pk).custom.get(field.key)


MORE = {"choice": {"options": ["Gold", "Silver"]}, "choices": {"options": ["Red", "Green", "Blue"]}}


@pytest.mark.parametrize(
    ("kind", "typed", "kept", "shown"),
    [
        ("text", {"": " Pippo "}, "Pippo", "Pippo"),
        ("long_text", {"": "one\ntwo"}, "one\ntwo", "one\ntwo"),
        ("number", {"": "1250.50"}, "1250.5", "1,250.5"),
        ("money", {"_amount": "1250", "_currency": "usd"}, {"amount": "1250.00", "currency": "USD"}, "$1,250"),
        ("money", {"_amount": "12.5", "_currency": ""}, {"amount": "12.50", "currency": "EUR"}, "€12.50"),
        ("date", {"": "2026-03-31"}, "2026-03-31", "2026"),
        ("datetime", {"": "2026-03-31T14:30"}, "2026-03-31T12:30:00.000000Z", "14:30"),
        ("choice", {"": "GOLD"}, "GOLD", "Gold"),
        ("choices", {"": ["BLUE", "RED"]}, ["RED", "BLUE"], "Blue"),
        ("boolean", {"": "false"}, False, "No"),
        ("url", {"": "example.com/a/"}, "https://example.com/a/", "example.com/a"),
    ],
)
def test_each_kind_is_typed_stored_and_shown(cast, tenant, add_field, contact, kind, typed, kept, shown):
    field = add_field(kind, "Special", **MORE.get(kind, {}))
    with entered(tenant):
        tenant.timezone = "Europe/Rome"
    url = contact.get_absolute_url()
    form = cast["member"].get(f"{url}edit/").content.decode()
    assert "Special" in form

    data = {f"{field.form_name}{part}": value for part, value in typed.items()}
    response = cast["member"].post(f"{url}edit/", {"last_name": "Rossi", "version": 1, **data})

    if kind == "datetime":  # as the tenant's clock has it
        assert stored(tenant, contact, field).endswith(":30:00.000000Z")
    else:
        assert stored(tenant, contact, field) == kept
        assert shown in cast["reader"].get(url).content.decode()
    assert response.status_code == 302
    again = cast["member"].get(f"{url}facts/{field.form_name}/").content.decode()
    assert field.form_name in again


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("text", {"": "x" * 301}, "at most 300 characters"),
        ("text", {"": "a\0b"}, "Null characters are not allowed."),
        ("number", {"": "many"}, "Enter a number."),
        ("number", {"": "1e30"}, "no more than"),
        ("number", {"": "NaN"}, "Enter a number."),
        ("money", {"_amount": "12", "_currency": "XXQ"}, "“XXQ” is not a currency."),
        ("date", {"": "31.31.2026"}, "Enter a valid date."),
        ("datetime", {"": "soon"}, "Enter a valid date/time."),
        ("choice", {"": "BRONZE"}, "Select a valid choice."),
        ("choices", {"": ["RED", "PINK"]}, "Select a valid choice."),
        ("boolean", {"": "maybe"}, "Select a valid choice."),
        ("url", {"": "javascript:alert(1)"}, "This is no web address."),
        ("url", {"": "not a page"}, "This is no web address."),
        ("record", {"": "0198c0de-0000-7000-8000-000000000000"}, "This is no longer there."),
    ],
)
def test_what_does_not_fit_is_refused_beside_its_input(cast, tenant, add_field, contact, kind, typed, said):
    target = {"target": "company"} if kind == "record" else {}
    field = add_field(kind, "Special", **MORE.get(kind, {}), **target)
    data = {f"{field.form_name}{part}": value for part, value in typed.items()}
    url = f"{contact.get_absolute_url()}edit/"

    response = cast["member"].post(url, {"last_name": "Rossi", "version": 1, **data})

    assert response.status_code == 422
    assert said in response.content.decode()
    assert stored(tenant, contact, field) is None


def test_a_link_leads_to_a_record_and_names_it(cast, tenant, members, add_field, contact, now):
    field = add_field("record", "Recommended by", target="company")
    with entered(tenant):
        company = create_company(by=members["owner"], now=now, name="Globocorp")
    url = contact.get_absolute_url()

    cast["member"].post(f"{url}edit/", {"last_name": "Rossi", "version": 1, field.form_name: str(company.pk)})

    page = cast["reader"].get(url).content.decode()
    assert (stored(tenant, contact, field), f'href="/companies/{company.pk}/"' in page) == (str(company.pk), True)
    assert "Globocorp" in cast["member"].get(f"{url}edit/").content.decode()
    assert "Globocorp" in cast["member"].get(f"{url}facts/{field.form_name}/").content.decode()


@pytest.mark.parametrize("kind", list(OBJECTS))
def test_every_object_has_its_fields_in_form_and_page(cast, tenant, add_field, kind):
    field = add_field("text", "Nickname", object=kind)
    url = {"company": "/companies/", "activity": "/activities/"}.get(kind, f"/{kind}s/")
    data = {
        "contact": {"last_name": "Rossi"},
        "company": {"name": "Acme", "type": "prospect"},
        "lead": {"last_name": "Rossi", "status": "new"},
        "deal": {"name": "Big one", "currency": "EUR"},
        "case": {"subject": "Broken", "priority": "normal", "origin": "web", "type": "question", "status": "new"},
        "activity": {"subject": "Call back", "status": "not_started", "priority": "normal"},
    }[kind]
    if kind == "deal":
        with entered(tenant):
            from triptych.core_crm.deals.models import Stage

            data["stage"] = str(Stage.objects.active().open().in_order().first().pk)
    response = cast["member"].post(f"{url}new/", {**data, field.form_name: "Pippo"})
    assert response.status_code == 302, response.context["form"].errors

    with entered(tenant):
        record = OBJECTS[kind].model.objects.get()
        assert record.custom[field.key] == "Pippo"
        assert list(search.matching(kind, "pipp").values_list("object_id", flat=True)) == [record.pk]
        page = record.get_absolute_url()
    assert "Pippo" in cast["reader"].get(page).content.decode()
    edit = cast["member"].get(f"{page}edit/").content.decode()
    assert "Pippo" in edit


@pytest.mark.parametrize(
    ("who", "status", "kept"),
    [("owner", 302, "x"), ("member", 302, "x"), ("reader", 403, None), ("outsider", 302, None)],
)
def test_who_writes_records_writes_values(cast, tenant, add_field, contact, who, status, kept):
    field = add_field("text", "Nickname")
    url = f"{contact.get_absolute_url()}facts/{field.form_name}/"

    assert cast[who].post(url, {"version": 1, field.form_name: "x"}).status_code == status
    assert stored(tenant, contact, field) == kept


@pytest.mark.parametrize(("who", "sees"), [("owner", True), ("admin", True), ("member", False), ("reader", False)])
def test_a_field_for_admins_is_hidden_from_others(cast, tenant, members, add_field, contact, now, who, sees):
    field = add_field("text", "Margin", seen_by="admins")
    with entered(tenant):
        update_contact(contact=contact, by=members["owner"], now=now, custom={"margin": "secret words"})
        assert not search.matching("contact", "secret").exists()
    url = contact.get_absolute_url()

    assert ("secret words" in cast[who].get(url).content.decode()) is sees
    if who != "reader":
        assert ("Margin" in cast[who].get(f"{url}edit/").content.decode()) is sees
        assert cast[who].get(f"{url}facts/{field.form_name}/").status_code == (200 if sees else 404)
        cast[who].post(f"{url}edit/", {"last_name": "Rossi", "version": 2, field.form_name: "changed"})
    assert stored(tenant, contact, field) == ("changed" if sees else "secret words")


def test_a_field_that_only_admins_change_is_shown_to_all(cast, tenant, members, add_field, contact, now):
    field = add_field("text", "Credit limit", changed_by="admins")
    with entered(tenant):
        update_contact(contact=contact, by=members["owner"], now=now, custom={field.key: "high"})
    url = contact.get_absolute_url()

    assert "high" in cast["member"].get(url).content.decode()
    cast["member"].post(f"{url}edit/", {"last_name": "Rossi", "version": 2, field.form_name: "low"})
    assert cast["member"].post(f"{url}facts/{field.form_name}/", {field.form_name: "low"}).status_code == 404
    assert stored(tenant, contact, field) == "high"


def test_a_required_field_is_asked_of_new_records_and_never_emptied(cast, tenant, members, add_field, contact, now):
    field = add_field("text", "Source", is_required=True)

    assert cast["member"].post("/contacts/new/", {"last_name": "Verdi"}).status_code == 422
    assert cast["member"].post("/contacts/new/", {"last_name": "Verdi", field.form_name: "Fair"}).status_code == 302
    with entered(tenant):
        verdi = Contact.objects.get(last_name="Verdi")
        with pytest.raises(Refused, match="“Source” needs a value"):
            update_contact(contact=verdi, by=members["owner"], now=now, custom={"source": ""})
        with pytest.raises(Refused, match="“Source” needs a value"):
            create_contact(by=members["owner"], now=now, last_name="Bianchi", custom={})
        create_contact(by=members["owner"], now=now, last_name="Neri")  # as a conversion does, which cannot ask


def test_only_what_is_given_changes_and_the_event_tells_of_it(tenant, members, add_field, contact, now):
    first, second = add_field("text", "First"), add_field("number", "Second")
    with entered(tenant):
        update_contact(contact=contact, by=members["owner"], now=now, custom={"first": "a", second.key: 2})
        changed = update_contact(contact=contact, by=members["owner"], now=now, custom={"second": None})
        assert changed.custom[first.key] == "a"
        assert second.key not in changed.custom
        version = changed.version
        same = update_contact(contact=contact, by=members["owner"], now=now, custom={"first": "a"})
        assert same.version == version
    with entered(CELL):
        facts = [event.facts for event in Outbox.objects.filter(name="contact.updated").order_by("id")]
    assert facts == [{"changed": ["custom"]}, {"changed": ["custom"]}]


def test_a_field_that_is_not_there_is_named(tenant, members, add_field, contact, now):
    field = add_field("text", "Nickname")
    with entered(tenant):
        actions.delete_field(field=field, by=members["owner"], now=now)
        with pytest.raises(Refused, match="There is no field “nickname” here"):
            update_contact(contact=contact, by=members["owner"], now=now, custom={"nickname": "x"})


def test_an_option_no_longer_offered_stays_where_it_is(cast, tenant, members, add_field, contact, now):
    field = add_field("choice", "Tier", options=["Gold", "Silver"])
    with entered(tenant):
        update_contact(contact=contact, by=members["owner"], now=now, custom={"tier": "Gold"})
        actions.update_field(field=field, by=members["owner"], now=now, options=["Silver"])
    url = f"{contact.get_absolute_url()}edit/"

    assert '<option value="GOLD" selected>Gold</option>' in cast["member"].get(url).content.decode()
    assert 'value="GOLD"' not in cast["member"].get("/contacts/new/").content.decode()
    response = cast["member"].post(url, {"last_name": "Russo", "version": 2, field.form_name: "GOLD"})
    assert (response.status_code, stored(tenant, contact, field)) == (302, "GOLD")


def test_two_who_edit_the_same_value_see_both_versions(cast, tenant, add_field, contact):
    field = add_field("text", "Nickname")
    url = f"{contact.get_absolute_url()}edit/"
    cast["member"].post(url, {"last_name": "Rossi", "version": 1, field.form_name: "Theirs"})

    response = cast["owner"].post(url, {"last_name": "Rossi", "version": 1, field.form_name: "Mine"})

    page = response.content.decode()
    assert (response.status_code, "Theirs" in page, "Mine" in page) == (409, True, True)
    assert stored(tenant, contact, field) == "Theirs"


def test_fields_of_one_tenant_are_unknown_to_another(cast, tenant, other_tenant, members, add_field, now):
    field = add_field("text", "Nickname", object="company")
    with entered(other_tenant):
        with pytest.raises(Refused):
            create_company(by=None, now=now, name="Globex", custom={field.key: "x"})
        assert not Company.objects.filter(custom__has_key=field.key).exists()


def test_fields_cost_a_page_no_statement(cast, tenant, add_field, contact, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(url):
        cast["owner"].get(url)
        with CaptureQueriesContext(connection) as queries:
            assert cast["owner"].get(url).status_code == 200
        return len(queries)

    urls = [contact.get_absolute_url(), f"{contact.get_absolute_url()}edit/", "/contacts/"]
    before = [cost(url) for url in urls]
    for number in range(30):
        add_field("text", f"Field {number}")
    assert [cost(url) for url in urls] == before
