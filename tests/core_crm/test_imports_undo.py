"""Undoing: every table as it was before, but for what people have worked on since."""

import io

import pytest
from django.apps import apps
from django.conf import settings

from triptych.core_crm.contacts.actions import create_company, create_contact, update_company
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.imports import actions
from triptych.core_crm.imports.images import columns_of, image_of
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.running import run_import
from triptych.core_crm.imports.undoing import undo_import
from triptych.tenants.members.models import Member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_tenant")]
COUNTED_UP = ("version", "updated_at")
"""What undoing does not turn back, so that nobody saves over what they have not seen."""


class Alone:
    """Nobody watches."""

    cancel_requested = False

    def progress(self, done, total=None, note=""): ...
    def checkpoint(self, reached): ...


def dump():
    """Every row of every table of the tenant, the bookkeeping of imports and the audit apart."""
    tables = {}
    for model in apps.get_models():
        app = apps.get_app_config(model._meta.app_label)
        if app.name not in settings.TENANT_APPS or app.label in ("imports", "audit"):
            continue
        hidden = {column.attname for column in columns_of(model) if column.name in COUNTED_UP}
        rows = model._default_manager.all()
        tables[model._meta.label] = sorted(
            (sorted((name, str(value)) for name, value in image_of(row).items() if name not in hidden) for row in rows),
        )
    return tables


@pytest.fixture
def bring_in(members, now):
    def bring_in(object_name, text, *, mode=Import.Mode.CREATE, create_missing=False, name="file.csv"):
        from triptych.core_crm.imports.choices import ALL, Choice, Do

        owner = members["owner"]
        file = io.BytesIO(text.encode())
        record = actions.upload_import(file=file, file_name=name, object_name=object_name, by=owner, now=now)
        actions.set_mapping(record=record, mapping=record.mapping, mode=mode, now=now)
        for field in record.mapping if create_missing else ():
            actions.decide(record=record, field=field, value=ALL, choice=Choice(Do.CREATE), now=now)
        record = actions.begin_import(record=record, by=owner, now=now, as_job=False)
        return run_import(record, by=owner, at=now, watcher=Alone())

    return bring_in


@pytest.fixture
def undo(members, now):
    def undo(record):
        record = actions.begin_undo(record=record, by=members["owner"], now=now, as_job=False)
        undo_import(record, by=members["owner"], at=now, watcher=Alone())
        record.refresh_from_db()
        return record

    return undo


@pytest.fixture
def some_records(members, now):
    """What was there before."""
    owner = members["owner"]
    acme = create_company(name="Acme", industry="retail", website="https://acme.example", by=owner, now=now)
    create_company(name="Acme Italy", parent=acme, by=owner, now=now)
    create_contact(last_name="Rossi", emails=["anna@acme.example"], by=owner, now=now)
    return acme


COMPANIES = "name,industry,parent,country\nAcme,software,Globex,Italy\nInitech,software,Acme,\nGlobex,medical,,Spain\n"
CONTACTS = (
    "last name,email,company,phone\nRusso,anna@acme.example,Initrode,+39 02 1234 5678\nNeri,neri@hooli.example,Hooli,\n"
)
MEMBERS = "agent,manager,region\nMoses Frase,Dustin Brinkmann,Central\nDustin Brinkmann,,West\n"
LEADS = "full name,email\nAnna Rossi,a@b.example\n"
PRODUCTS = "product,series,sales price\nGTX Pro,GTX,4821\n"
DEALS = """opportunity_id,agent,product,account,deal stage,engage date,close date,close value
A1,Moses Frase,GTXPro,Hooli,Won,10/20/2016,3/1/2017,1054
A2,,GTX Pro,Acme,Engaging,,,
"""


@pytest.mark.parametrize(
    ("object_name", "text", "mode"),
    [
        ("companies", COMPANIES, Import.Mode.UPDATE),
        ("companies", "name\nInitech\n", Import.Mode.CREATE),
        ("contacts", CONTACTS, Import.Mode.UPDATE),
        ("members", MEMBERS, Import.Mode.CREATE),
        ("leads", LEADS, Import.Mode.CREATE),
        ("products", PRODUCTS, Import.Mode.CREATE),
        ("deals", DEALS, Import.Mode.CREATE),
    ],
)
def test_after_undoing_every_table_is_as_before(bring_in, undo, some_records, enable, object_name, text, mode):
    enable("sales")
    before = dump()
    done = bring_in(object_name, text, mode=mode, create_missing=object_name == "deals")
    assert done.created_count or done.updated_count
    assert dump() != before

    record = undo(done)

    assert (record.state, record.undo_report["kept"]) == ("undone", 0)
    assert dump() == before
    assert not record.changes.exists()


def test_deals_that_an_import_updated_are_as_before(bring_in, undo, some_records, enable):
    enable("sales")
    bring_in("deals", DEALS, create_missing=True)
    before = dump()
    changed = DEALS.replace("Engaging", "Won").replace("1054", "2000").replace("Hooli", "Acme")
    done = bring_in("deals", changed, mode=Import.Mode.UPDATE)
    assert list(done.findings.filter(is_rejection=True)) == []
    assert (done.updated_count, dump() == before) == (2, False)

    assert undo(done).undo_report["kept"] == 0
    assert dump() == before


def test_imports_undone_in_turn_leave_nothing(bring_in, undo, enable):
    enable("sales")
    before = dump()
    done = [bring_in("products", PRODUCTS), bring_in("members", MEMBERS), bring_in("companies", COMPANIES)]
    done.append(bring_in("deals", DEALS, create_missing=True))

    for record in reversed(done):
        assert undo(record).undo_report["kept"] == 0

    assert dump() == before


def test_what_somebody_changed_since_stays_and_is_named(bring_in, undo, some_records, members, now):
    done = bring_in("companies", COMPANIES, mode=Import.Mode.UPDATE)
    update_company(company=Company.objects.get(name="Initech"), by=members["member"], now=now, industry="banking")
    update_company(company=Company.objects.get(name="Acme"), by=members["member"], now=now, phone="+39 02 1234 5678")

    record = undo(done)

    report = record.undo_report
    assert (report["deleted"], report["restored"], report["kept"]) == (0, 0, 3)
    reasons = {one["name"]: one["reason"] for one in report["shown"]}
    assert reasons == {
        "Initech": "Somebody has changed it since.",
        "Acme": "Somebody has changed it since.",
        "Globex": "It is in use: company.",
    }
    assert set(Company.objects.values_list("name", flat=True)) == {"Acme", "Acme Italy", "Initech", "Globex"}
    assert Company.objects.get(name="Initech").industry == "banking"


def test_what_others_refer_to_stays_until_they_are_gone(bring_in, undo, enable):
    enable("sales")
    agents = bring_in("members", MEMBERS)
    deals = bring_in("deals", DEALS, create_missing=True)

    record = undo(agents)
    assert {one["name"] for one in record.undo_report["shown"]} == {"Moses Frase", "Dustin Brinkmann"}
    assert Deal.objects.filter(owner__name="Moses Frase").count() == 1

    undo(deals)
    again = undo(agents)
    assert (again.state, again.undo_report["kept"]) == ("undone", 0)
    assert not Member.objects.filter(person_id=None).exists()


def test_a_note_on_an_imported_record_keeps_it(bring_in, undo, members, now):
    from triptych.core_crm.activities.models import Activity, ActivityLink

    done = bring_in("contacts", "last name,email\nRossi,anna@acme.example\n")
    anna = Contact.objects.get()
    note = Activity(created_at=now, updated_at=now, kind="note", description="Call back.", at=now)
    note.save()
    columns = {column.name: column for column in ActivityLink._meta.concrete_fields}
    values = {"activity": note, "object_id": anna.pk, "kind": "contact", "at": now}
    ActivityLink.objects.create(**{name: value for name, value in values.items() if name in columns})

    record = undo(done)

    assert record.undo_report["kept"] == 1
    assert Contact.objects.filter(pk=anna.pk).exists()


def test_undoing_needs_something_to_undo(bring_in, undo):
    done = undo(bring_in("companies", "name\nInitech\n"))

    with pytest.raises(actions.WrongMoment):
        undo(done)


def test_a_stopped_import_can_be_undone(members, now, bring_in, undo):
    class Stopping(Alone):
        cancel_requested = True

    owner = members["owner"]
    file = io.BytesIO(COMPANIES.encode())
    record = actions.upload_import(file=file, file_name="a.csv", object_name="companies", by=owner, now=now)
    record = actions.begin_import(record=record, by=owner, now=now, as_job=False)
    run_import(record, by=owner, at=now, watcher=Stopping())

    record.refresh_from_db()
    assert (record.state, Company.objects.count()) == ("cancelled", 0)
