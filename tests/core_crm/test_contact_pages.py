"""The pages of contacts, companies and leads, for everybody who may come to them."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from triptych.core_crm.cases.actions import create_case
from triptych.core_crm.contacts import actions
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.actions import create_deal
from triptych.core_crm.leads import actions as lead_actions
from triptych.core_crm.leads.models import Lead
from triptych.platform.scope import entered
from triptych.platform.search.models import RecentRecord

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
PLURALS = {"contact": "contacts", "company": "companies", "lead": "leads"}
MODELS = {"contact": Contact, "company": Company, "lead": Lead}


@pytest.fixture
def records(tenant, members, now):
    """One of each, named so that no other tenant has the name."""
    who = {"by": members["member"], "now": now}
    with entered(tenant):
        company = actions.create_company(name="Quarzwerk", industry="Mining", **who)
        return {
            "company": company,
            "contact": actions.create_contact(
                first_name="Ilse",
                last_name="Quarz",
                emails=["ilse@quarz.example"],
                phones=["+390669812345"],
                companies=[actions.CompanyLink(company, "Head of mining")],
                **who,
            ),
            "lead": lead_actions.create_lead(
                first_name="Otto", last_name="Quarzsand", company_name="Quarzwerk", email="otto@quarz.example", **who
            ),
        }


@pytest.fixture
def again(tenant):
    """The record as the database has it now, deleted or not."""

    def again(record):
        with entered(tenant):
            return type(record).objects.get(pk=record.pk)

    return again


@pytest.mark.parametrize("noun", PLURALS)
@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 200), ("member", 200), ("reader", 200), ("outsider", 302), ("stranger", 302)],
)
def test_who_sees_the_list_and_the_record(cast, records, noun, who, status):
    for url in (f"/{PLURALS[noun]}/", records[noun].get_absolute_url()):
        response = cast[who].get(url)
        assert response.status_code == status
        assert ("Quarz" in response.content.decode()) == (status == 200)


@pytest.mark.parametrize("noun", PLURALS)
def test_a_record_of_another_tenant_is_not_there(cast, records, other_tenant, noun):
    client = cast["outsider"]
    client.defaults["SERVER_NAME"] = "globex.localhost"

    response = client.get(records[noun].get_absolute_url())

    assert (response.status_code, "Quarz" in response.content.decode()) == (404, False)


@pytest.mark.parametrize("noun", PLURALS)
@pytest.mark.parametrize("act", ["delete/", "edit/", "files/", "facts/description/"])
@pytest.mark.parametrize(
    ("who", "statuses"), [("member", {200, 302}), ("reader", {403}), ("outsider", {302}), ("stranger", {302})]
)
def test_who_may_change_a_record(cast, records, again, noun, act, who, statuses):
    record = records[noun]
    data = {"first_name": "Changed", "last_name": "Changed", "name": "Changed", "type": "customer", "status": "new"}

    response = cast[who].post(f"{record.get_absolute_url()}{act}", {**data, "description": "Changed", "version": 1})

    assert response.status_code in statuses
    assert (again(record).version > 1) == (who == "member" and act != "files/")


@pytest.mark.parametrize("noun", PLURALS)
def test_a_reader_is_offered_nothing_to_change(cast, records, noun):
    page = cast["reader"].get(records[noun].get_absolute_url()).content.decode()
    listed = cast["reader"].get(f"/{PLURALS[noun]}/").content.decode()

    assert "edit/" not in page
    assert "delete/" not in page
    assert "facts/" not in page
    assert f"/{PLURALS[noun]}/new/" not in listed
    assert 'name="row"' not in listed
    assert cast["reader"].get(f"/{PLURALS[noun]}/new/").status_code == 403


def test_a_contact_is_made_with_a_company_that_is_new_as_well(cast, tenant, members):
    response = cast["member"].post(
        "/contacts/new/",
        {
            "first_name": "Mara",
            "last_name": "Nuova",
            "company": "Nuova Spa",
            "role": "Founder",
            "emails-0-email": "Mara@nuova.example",
            "emails-0-label": "work",
            "emails-1-email": "",
            "phones-0-phone": "+39 06 698 12345",
            "addresses-0-city": "Roma",
            "owner": members["admin"].pk,
        },
    )

    with entered(tenant):
        contact = Contact.objects.with_companies().get()
        assert response.url == contact.get_absolute_url()
        assert (str(contact), contact.owner, str(contact.company), contact.current_links[0].role) == (
            "Mara Nuova", members["admin"], "Nuova Spa", "Founder",
        )  # fmt: skip
        assert (contact.emails, contact.addresses) == (
            [{"email": "mara@nuova.example", "label": "work"}],
            [{"city": "Roma"}],
        )
    assert "Mara Nuova is added." in cast["member"].get(response.url).content.decode()


@pytest.mark.parametrize(
    ("noun", "data", "message"),
    [
        ("contact", {"first_name": ""}, "Give at least a last name"),
        ("contact", {"first_name": "\u200b\u2060", "last_name": "\ufeff"}, "Give at least a last name"),
        ("contact", {"last_name": "x" * 101}, "at most 100 characters"),
        ("contact", {"last_name": "x\0"}, "Null characters are not allowed."),
        ("contact", {"last_name": "x", "emails-0-email": "nobody"}, "is not an email address"),
        ("contact", {"last_name": "x", "emails-0-email": "a\0@b.example"}, "is not an email address"),
        ("contact", {"last_name": "x", "company": "00000000-0000-7000-8000-000000000000"}, "no longer there"),
        ("contact", {"last_name": "x", "owner": "nobody"}, "This person is no longer there."),
        ("company", {"name": "", "type": "prospect"}, "This field is required."),
        ("company", {"name": "x", "type": "prospect", "website": "javascript:alert(1)"}, "is not the address of a web"),
        ("company", {"name": "x", "type": "prospect", "annual_revenue": "a lot"}, "Enter a number."),
        ("lead", {"last_name": "", "status": "new"}, "Give at least a name"),
        ("lead", {"last_name": "x", "status": "converted"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_kept_comes_back_with_the_reason(cast, tenant, noun, data, message):
    response = cast["member"].post(f"/{PLURALS[noun]}/new/", data)

    assert response.status_code == 422
    assert message in response.content.decode()
    with entered(tenant):
        assert MODELS[noun].objects.count() == 0


def test_what_was_typed_is_still_there_after_a_refusal(cast):
    page = (
        cast["member"]
        .post("/contacts/new/", {"first_name": "Mara", "company": "Nuova Spa", "emails-0-email": "nobody"})
        .content.decode()
    )

    for typed in ('value="Mara"', 'value="nobody"', ">Nuova Spa</option>"):
        assert typed in page


def test_deleting_can_be_undone_from_the_toast(cast, records, again):
    contact = records["contact"]
    response = cast["member"].post(f"{contact.get_absolute_url()}delete/", follow=True)
    undo = re.search(r'action="(/contacts/[^"]+restore/)"', response.content.decode())

    assert again(contact).deleted_at is not None
    assert cast["member"].get(contact.get_absolute_url()).status_code == 404
    assert cast["member"].post(undo[1]).url == contact.get_absolute_url()
    assert again(contact).deleted_at is None


@pytest.mark.parametrize(
    ("noun", "name", "data", "shown"),
    [
        ("contact", "job_title", {"job_title": "Queen of mines"}, "Queen of mines"),
        ("contact", "emails", {"emails-0-email": "new@quarz.example"}, "new@quarz.example"),
        ("contact", "phones", {"phones-0-phone": "+390669812346"}, "+39 06 6981 2346"),
        ("contact", "do_not_call", {"do_not_call": "on"}, "Yes"),
        ("company", "number_of_employees", {"number_of_employees": "1200"}, "1,200"),
        ("company", "billing_address", {"billing_address-0-city": "Roma"}, "Roma"),
        ("lead", "status", {"status": "in_process"}, "In Process"),
    ],
)
def test_a_fact_is_edited_in_place(cast, records, noun, name, data, shown):
    url = f"{records[noun].get_absolute_url()}facts/{name}/"
    editor = cast["member"].get(url, headers=HTMX).content.decode()
    assert 'name="version" value="1"' in editor

    answer = cast["member"].post(url, {**data, "version": 1}, headers=HTMX).content.decode()

    assert shown in answer
    assert 'id="record-head" hx-swap-oob="true"' in answer
    assert shown in cast["reader"].get(records[noun].get_absolute_url()).content.decode()


def test_a_wrong_fact_stays_in_its_editor(cast, records, again):
    url = f"{records['contact'].get_absolute_url()}facts/emails/"

    response = cast["member"].post(url, {"emails-0-email": "nobody", "version": 1}, headers=HTMX)

    assert (response.status_code, "is not an email address" in response.content.decode()) == (422, True)
    assert again(records["contact"]).primary_email == "ilse@quarz.example"


@pytest.mark.parametrize("noun", PLURALS)
@pytest.mark.parametrize("name", ["id", "sort_key", "version", "nonsense"])
def test_what_is_no_fact_cannot_be_edited(cast, records, noun, name):
    response = cast["member"].post(f"{records[noun].get_absolute_url()}facts/{name}/", {name: "1", "version": 1})

    assert response.status_code == 404


def test_a_conflict_shows_both_versions_and_loses_neither(cast, records, again):
    contact = records["contact"]
    url = f"{contact.get_absolute_url()}edit/"
    mine = {"first_name": "Ilse", "last_name": "Mine", "job_title": "My title", "version": 1}
    cast["owner"].post(url, {**mine, "last_name": "Theirs", "job_title": "Their title"})

    response = cast["member"].post(url, mine)
    page = response.content.decode()

    assert response.status_code == 409
    for text in ("My title", "Their title", "take-last_name", "take-job_title"):
        assert text in page
    assert "take-first_name" not in page
    assert again(contact).last_name == "Theirs"
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    choice = {**hidden, "take-last_name": "theirs", "take-job_title": "mine"}
    assert cast["member"].post(url, choice).status_code == 302
    assert (again(contact).last_name, again(contact).job_title) == ("Theirs", "My title")


def test_a_conflict_over_one_fact_opens_a_dialog(cast, records, again):
    url = f"{records['company'].get_absolute_url()}facts/industry/"
    cast["owner"].post(url, {"industry": "Theirs", "version": 1}, headers=HTMX)

    response = cast["member"].post(url, {"industry": "Mine", "version": 1}, headers=HTMX)

    assert (response.status_code, response.headers["HX-Retarget"]) == (409, "#dialog")
    assert again(records["company"]).industry == "Theirs"
    response = cast["member"].post(url, {"industry": "Mine", "version": 2, "take-industry": "mine"})
    assert (response.status_code, again(records["company"]).industry) == (302, "Mine")


def test_a_lead_is_converted_with_what_is_known_and_back(cast, records, tenant, again):
    lead = records["lead"]
    page = cast["member"].get(f"{lead.get_absolute_url()}convert/").content.decode()
    assert "Use Quarzwerk, known already" in page

    data = {"version": 1, "contact": "new", "company": records["company"].pk, "with_deal": "on", "deal_name": "Sand"}
    response = cast["member"].post(f"{lead.get_absolute_url()}convert/", data, follow=True)

    page = response.content.decode()
    assert "Otto Quarzsand is converted." in page
    assert "What it became" in page
    with entered(tenant):
        assert (str(again(lead).converted_contact.company), again(lead).converted_deal.name) == ("Quarzwerk", "Sand")
    cast["member"].post(f"{lead.get_absolute_url()}unconvert/")
    with entered(tenant):
        assert (again(lead).status, Contact.objects.alive().count(), Company.objects.alive().count()) == ("new", 1, 1)


@pytest.mark.parametrize("act", ["convert/", "unconvert/", "dead/", "recycle/"])
@pytest.mark.parametrize(("who", "status"), [("reader", 403), ("outsider", 302), ("stranger", 302)])
def test_who_may_not_decide_about_a_lead(cast, records, again, act, who, status):
    data = {"version": 1, "contact": "new", "company": "none", "reason": "None"}

    response = cast[who].post(f"{records['lead'].get_absolute_url()}{act}", data)

    assert (response.status_code, again(records["lead"]).version) == (status, 1)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"version": 1, "contact": "new", "company": "everything"},
        {"version": 1, "contact": "00000000-0000-7000-8000-000000000000", "company": "none"},
        {"version": 1, "contact": "new", "company": "none", "with_deal": "on", "deal_name": ""},
        {"version": 1, "contact": "new", "company": "none", "with_deal": "on", "deal_name": "x", "amount": "-1"},
        {"version": 7, "contact": "new", "company": "none"},
    ],
)
def test_a_conversion_that_makes_no_sense_changes_nothing(cast, records, again, data):
    response = cast["member"].post(f"{records['lead'].get_absolute_url()}convert/", data)

    assert response.status_code in (200, 422)
    assert again(records["lead"]).status == "new"


def test_a_lead_is_given_up_with_a_reason_and_taken_up_again(cast, records, again):
    url = records["lead"].get_absolute_url()
    assert cast["member"].post(f"{url}dead/", {"reason": ""}, headers=HTMX).status_code == 422
    assert cast["member"].post(f"{url}dead/", {"reason": "No budget"}, headers=HTMX).status_code == 204
    assert (again(records["lead"]).status, again(records["lead"]).lost_reason) == ("dead", "No budget")
    assert "No budget" in cast["reader"].get(url).content.decode()

    cast["member"].post(f"{url}recycle/")

    assert again(records["lead"]).status == "recycled"


def test_the_companies_of_a_contact_are_kept_on_its_page(cast, records, tenant):
    url = f"{records['contact'].get_absolute_url()}companies/"
    assert cast["reader"].post(f"{url}add/", {"company": "Sandwerk"}).status_code == 403
    assert cast["member"].post(f"{url}add/", {"company": "Sandwerk", "role": "Adviser"}).status_code == 204
    again = cast["member"].post(f"{url}add/", {"company": records["company"].pk})
    assert "works there already" in again.content.decode()
    with entered(tenant):
        sandwerk = Company.objects.get(name="Sandwerk")
    cast["member"].post(f"{url}{sandwerk.pk}/primary/")
    cast["member"].post(f"{url}{records['company'].pk}/end/")

    with entered(tenant):
        contact = Contact.objects.with_companies().get()
        assert (contact.company, [link.role for link in contact.current_links]) == (sandwerk, ["Adviser"])
    cast["member"].post(f"{url}{sandwerk.pk}/remove/")
    with entered(tenant):
        assert Contact.objects.with_companies().get().company is None


def test_pickers_find_by_the_beginnings_of_words(cast, records):
    def picked(noun: str, text: str) -> list[dict]:
        return json.loads(cast["reader"].get(f"/{noun}/pick/", {"q": text}).content)

    contact, company = records["contact"], records["company"]
    assert picked("contacts", "ils") == [{"value": str(contact.pk), "text": "Ilse Quarz", "hint": "Quarzwerk"}]
    assert picked("companies", "") == [{"value": str(company.pk), "text": "Quarzwerk", "hint": ""}]
    assert picked("companies", "otto & :* | '") == []


def test_a_file_is_put_on_a_record_and_had_back(cast, records):
    url = records["contact"].get_absolute_url()
    upload = SimpleUploadedFile("Notes.txt", b"Ilse likes amber.")
    page = cast["member"].post(f"{url}files/", {"file": upload}, follow=True).content.decode()
    link = re.search(r'href="(/files/[0-9a-f-]+/)"', page)[1]

    response = cast["reader"].get(link)

    assert b"".join(response.streaming_content) == b"Ilse likes amber."
    assert (response.headers["Content-Disposition"], response.headers["Content-Type"]) == (
        'attachment; filename="Notes.txt"',
        "text/plain",
    )


def test_a_file_that_is_not_taken_says_why(cast, records):
    upload = SimpleUploadedFile("page.html", b"<script>alert(1)</script>")

    response = cast["member"].post(f"{records['contact'].get_absolute_url()}files/", {"file": upload}, follow=True)

    assert "Files of this kind are not taken." in response.content.decode()


def test_what_somebody_opened_is_remembered_for_them_alone(cast, records, tenant, members):
    cast["reader"].get(records["company"].get_absolute_url())

    with entered(tenant):
        assert list(RecentRecord.objects.values_list("member_id", "kind")) == [(members["reader"].pk, "company")]


def test_what_is_in_the_bin_is_named_struck_out_where_it_is_linked_and_leads_nowhere(cast, tenant, members, now):
    by = {"by": members["member"], "now": now}
    with entered(tenant):
        company, person = (
            actions.create_company(name="Binned Ltd", **by),
            actions.create_contact(last_name="Binned", **by),
        )
        worker = actions.create_contact(last_name="Rossi", companies=[actions.CompanyLink(company)], **by)
        deal = create_deal(name="Press", company=company, primary_contact=person, **by)
        case = create_case(subject="Leak", company=company, contact=person, **by)
        for delete, record in (
            (actions.delete_company, {"company": company}),
            (actions.delete_contact, {"contact": person}),
        ):
            delete(**record, **by)

    paths = [record.get_absolute_url() for record in (worker, deal, case)] + ["/cases/", "/deals/?view=table"]
    pages = [cast["member"].get(path).content.decode() for path in paths]

    assert [">Binned" in page and "In the bin" in page for page in pages] == [True] * 5
    assert not [page for page in pages for gone in (company, person) if f'href="{gone.get_absolute_url()}"' in page]
