"""The audit at its doors: a record's changes, everything for owners and admins, and earlier values brought back."""

import pytest
from django.db import connection
from django.db.models import BinaryField, GeneratedField
from django.test.utils import CaptureQueriesContext

from triptych.core_crm.activities.actions import add_note, create_task
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.audit.telling import is_silent
from triptych.core_crm.cases.actions import create_case
from triptych.core_crm.contacts.actions import create_company, create_contact, update_company
from triptych.core_crm.custom_fields.actions import create_field
from triptych.core_crm.deals.actions import create_deal, update_deal
from triptych.core_crm.leads.actions import create_lead
from triptych.core_crm.lists.nouns import list_of
from triptych.core_crm.words import WORDS
from triptych.platform.audit.models import Entry
from triptych.platform.audit.triggers import LEFT_OUT, audited
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(tenant, members, cast, now):
    """Quarzwerk, made by the member, renamed and moved on the page by the owner."""
    with entered(tenant):
        made = create_company(name="Quarzwerk", by=members["member"], now=now)
    page = made.get_absolute_url()
    answer = cast["owner"].post(f"{page}facts/name/", {"name": "Quarz & Söhne", "version": 1})
    assert answer.status_code == 302
    with entered(tenant):
        made.refresh_from_db()
    return made


def changes_of(company):
    return f"/history/company/{company.pk}/"


def last_change(tenant, record):
    with entered(tenant):
        return Entry.objects.about(record.pk).filter(act="changed").latest("at")


def test_a_record_tells_who_changed_what_from_where(cast, company):
    page = cast["reader"].get(changes_of(company)).content.decode()

    assert "owner" in page
    assert "web app" in page
    assert "<del>Quarzwerk</del> → <ins>Quarz &amp; Söhne</ins>" in page
    assert changes_of(company) in cast["reader"].get(company.get_absolute_url()).content.decode()


def test_readers_see_no_button_and_bring_nothing_back(cast, tenant, company):
    entry = last_change(tenant, company)

    assert "earlier values back" not in cast["reader"].get(changes_of(company)).content.decode()
    assert cast["reader"].post(f"/history/restore/{entry.pk}/").status_code == 403
    with entered(tenant):
        company.refresh_from_db()
    assert company.name == "Quarz & Söhne"


def test_a_member_brings_the_earlier_name_back(cast, tenant, company):
    entry = last_change(tenant, company)

    answer = cast["member"].post(f"/history/restore/{entry.pk}/", follow=True)

    assert "holds its earlier values again" in answer.content.decode()
    with entered(tenant):
        company.refresh_from_db()
        assert company.name == "Quarzwerk"
        assert last_change(tenant, company).changes["name"] == ("Quarz & Söhne", "Quarzwerk")


@pytest.mark.parametrize("who", ["outsider", "stranger"])
def test_others_learn_nothing(cast, tenant, company, who):
    entry = last_change(tenant, company)

    assert cast[who].get(changes_of(company)).status_code in (302, 404)
    assert cast[who].post(f"/history/restore/{entry.pk}/").status_code in (302, 403, 404)


@pytest.mark.parametrize("path", ["/history/spoons/{0}/", "/history/deal/{0}/"])
def test_addresses_that_lead_nowhere(cast, company, path):
    assert cast["owner"].get(path.format(company.pk)).status_code == 404


def test_related_records_and_rows_are_told_by_name(cast, tenant, members, company, now):
    with entered(tenant):
        deal = create_deal(name="Drill", company=company, amount=12345, by=members["owner"], now=now)
        update_deal(deal=deal, company=None, amount=6, by=members["owner"], now=now)

    page = cast["owner"].get(f"/history/deal/{deal.pk}/").content.decode()

    assert "<del>Quarz &amp; Söhne</del> → <ins>—</ins>" in page
    assert str(company.pk) not in page
    assert "<del>12,345.00</del> → <ins>6.00</ins>" in page


class TestLog:
    def test_owners_and_admins_read_everything_others_nothing(self, cast, company):
        assert "Quarz &amp; Söhne" in cast["admin"].get("/settings/audit/").content.decode()
        assert cast["member"].get("/settings/audit/").status_code == 403
        assert cast["outsider"].get("/settings/audit/").status_code in (302, 404)

    def test_it_is_narrowed_by_member_door_and_day(self, cast, members, company):
        def said(query):
            return cast["owner"].get(f"/settings/audit/?{query}").content.decode()

        assert "Quarz &amp; Söhne" in said(f"member={members['owner'].pk}&door=page")
        assert "Quarz &amp; Söhne" not in said(f"member={members['reader'].pk}")
        assert "Quarz &amp; Söhne" not in said("until=2020-01-01")
        assert "Quarz &amp; Söhne" not in said("door=api")

    def test_pages_cost_the_same_however_long_the_log_is(self, cast, tenant, members, company, now):
        with entered(tenant):
            for number in range(60):
                update_company(company=company, name=f"Quarz {number}", by=members["owner"], now=now)
        with CaptureQueriesContext(connection) as queries:
            page = cast["owner"].get(changes_of(company)).content.decode()
        assert page.count("line-item") == 50
        assert len(queries) <= 8
        older = page.split('href="?after=')[1].split('"')[0]
        assert "Quarzwerk" in cast["owner"].get(f"{changes_of(company)}?after={older}").content.decode()


class TestApi:
    HISTORY = """query($id: ID!) { company(id: $id) { auditEntries(first: 5) { edges { node {
        id act by door what changes { name label before after isRestorable } } } } } }"""
    RESTORE = """mutation($id: ID!, $fields: [String!]) { restoreRecord(input: {id: $id, fields: $fields}) {
        record { id ... on Company { name } } problems { code field message } } }"""

    def entries(self, api, company, who="member"):
        from strawberry import relay

        answer = api(self.HISTORY, who=who, id=str(relay.GlobalID("Company", str(company.pk))))
        return [edge["node"] for edge in answer["data"]["company"]["auditEntries"]["edges"]]

    def test_a_record_has_its_entries(self, api, company):
        changed, created = self.entries(api, company, who="reader")

        said = [changed[name] for name in ("act", "by", "door", "what")]
        name = {"name": "name", "label": "Name", "before": "Quarzwerk", "after": "Quarz & Söhne", "isRestorable": True}
        assert said == ["CHANGED", "owner", "page", "Company"]
        assert name in changed["changes"]
        assert created["act"] == "CREATED"

    def test_values_are_brought_back(self, api, company):
        entry = self.entries(api, company)[0]

        done = api(self.RESTORE, who="member", id=entry["id"], fields=["name"])["data"]["restoreRecord"]

        assert (done["problems"], done["record"]["name"]) == ([], "Quarzwerk")
        assert self.entries(api, company)[0]["door"] == "api"

    def test_refusals_change_nothing(self, api, company):
        changed, created = self.entries(api, company)

        def problem(id, who="member", fields=None):
            return api(self.RESTORE, who=who, id=id, fields=fields)["data"]["restoreRecord"]["problems"][0]["code"]

        assert problem(changed["id"], who="reader") == "FORBIDDEN"
        assert problem(created["id"]) == "NOT_RESTORABLE"
        assert problem(changed["id"], fields=["owner"]) == "REFUSED"
        assert problem("QXVkaXRFbnRyeTp4") == "NOT_FOUND"
        assert len(self.entries(api, company)) == 2

    def test_everything_is_for_owners_and_admins(self, api, company):
        document = "{ auditEntries(first: 50) { edges { node { id } } } }"

        assert api(document, who="admin")["data"]["auditEntries"]["edges"]
        assert api(document, who="member")["data"]["auditEntries"]["edges"] == []


NOUNS = {
    "contact": lambda **act: create_contact(last_name="Bell", **act),
    "company": lambda **act: create_company(name="Acme", **act),
    "lead": lambda **act: create_lead(last_name="Bell", **act),
    "deal": lambda **act: create_deal(name="Pumps", **act),
    "case": lambda **act: create_case(subject="Broken", **act),
    "activity": lambda **act: create_task(subject="Call", **act),
}


@pytest.mark.parametrize("kind", NOUNS)
def test_a_record_and_its_own_fields_come_back_from_its_history(cast, tenant, members, now, kind):
    """A former value of an own field, then the whole record out of the bin, with a note that stands on it."""
    act = {"by": members["owner"], "now": now}
    with entered(tenant):
        create_field(object=kind, kind="text", label="Colour", **act)
        record = NOUNS[kind](custom={"colour": "red"}, **act)
        (key,) = (key for key in record.custom if not key.startswith("~"))
        list_of(kind).editing.update(**{kind: record}, custom={"colour": "blue"}, **act)
        if kind != "activity":
            add_note(text="Hello", records=[RecordRef.of(record)], **act)
    page, history = record.get_absolute_url(), f"/history/{kind}/{record.pk}/"
    with entered(tenant):
        (entry,) = (one for one in Entry.objects.about(record.pk).filter(act="changed") if "custom" in one.changes)
    back = cast["member"].post(f"/history/restore/{entry.pk}/")
    with entered(tenant):
        record.refresh_from_db()
        assert (back.status_code, record.custom[key]) == (302, "red")

    cast["member"].post(f"{page}delete/")
    assert cast["reader"].get(page).status_code == 404
    assert "restore/" not in cast["reader"].get(history).content.decode()
    assert f'action="{page}restore/"' in cast["member"].get(history).content.decode()
    cast["member"].post(f"{page}restore/")
    with entered(tenant):
        record.refresh_from_db()
        assert (record.deleted_at, record.custom[key]) == (None, "red")
    assert kind == "activity" or "Hello" in cast["reader"].get(page).content.decode()


def test_every_column_that_is_told_has_a_name_in_every_language():
    nameless = [
        f"{model._meta.db_table}.{field.column}"
        for model in audited()
        for field in model._meta.concrete_fields
        if field.name not in (*LEFT_OUT, "custom", *getattr(model, "audited_without", ()))
        and not isinstance(field, BinaryField | GeneratedField)
        and not is_silent(model, field.column)
        and isinstance(field.verbose_name, str)
        and field.verbose_name not in WORDS
    ]

    assert nameless == []
