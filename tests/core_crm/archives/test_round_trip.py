"""Out of one workspace, into a new one, and out again: the same content, whatever the records."""

import io
import json
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triptych.core_crm.activities.actions import add_note, log_call
from triptych.core_crm.activities.findable import search_entry
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.calendar.actions import OwnDay, update_calendar
from triptych.core_crm.calendar.models import BusinessCalendar
from triptych.core_crm.cases.actions import add_internal_note, create_case
from triptych.core_crm.contacts.actions import CompanyLink, create_company, create_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.custom_fields.actions import create_field
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.duplicates.actions import merge_records
from triptych.core_crm.duplicates.searching import search_all
from triptych.core_crm.leads.actions import convert_lead, create_lead
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.lists.many import begin
from triptych.core_crm.lists.nouns import list_of
from triptych.core_crm.rights.actions import create_role
from triptych.core_crm.samples.actions import add_samples
from triptych.platform import search
from triptych.platform.files.actions import attach_file
from triptych.platform.files.models import File
from triptych.platform.scope import entered
from triptych.plugins.operational.sales.actions.lines import add_line
from triptych.plugins.operational.sales.actions.products import create_product
from triptych.plugins.operational.sales.models import DealLine
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db

WORDS = ("platypus", "oil", "zeppelin", "granite")


@pytest.fixture
def furnished(tenant, members, now, enable, watcher):
    """Something of everything: the sample pack, a file, products on a deal, a field of its own with a value."""
    enable("sales")
    with entered(tenant):
        by = members["owner"]
        add_samples(by=by, now=now)
        create_field(object="company", kind="number", label="Customer number", by=by, now=now)
        company = create_company(name="Öl & Söhne", custom={"customerNumber": "4711.50"}, by=by, now=now)
        letter = SimpleUploadedFile("=letter.txt", "Liebe Grüße".encode())
        attach_file(upload=letter, kind="company", object_id=company.pk, by=by, now=now)
        deal = Deal.objects.alive().first()
        drill = create_product(name="Drill", unit_price=Decimal("90.10"), by=by, now=now)
        add_line(deal=deal, product=drill, by=by, now=now)
        merge_records(winner=company, loser=create_company(name="Oel", by=by, now=now), by=by, now=now)
        rights = {"deal": {"read": "own"}}
        create_role(
            name="Seller", base="member", rights=rights, field_rights={"deal": {"amount": "hidden"}}, by=by, now=now
        )
        day: OwnDay = {"date": now.date(), "name": "Stocktaking", "spans": ((540, 720),)}
        update_calendar(calendar=BusinessCalendar.objects.get(), own_days=[day], by=by, now=now)
        convert_lead(lead=Lead.objects.alive().exclude(status="converted").first(), by=by, now=now)
        begin(list_of("deal"), "delete", [deal.pk], {}, by=by, now=now)
        for _twice in range(2):
            create_contact(first_name="Ann", last_name="Rarely", emails=[{"email": "ann@rare.example"}], by=by, now=now)
        assert search_all("contact", watcher=watcher, now=now)


@pytest.mark.usefixtures("furnished", "same_owner")
def test_a_whole_workspace_comes_back_as_it_was(tenant, other_tenant, archive_of, content, load):
    before = archive_of(tenant)

    loaded = load(before)

    assert content(archive_of(other_tenant)) == content(before)
    assert loaded.signing_in == ["owner@acme.example"]
    assert loaded.files == 1
    with entered(other_tenant):
        owner = Member.objects.get(email="owner@acme.example")
        assert (owner.person_id is not None, owner.role) == (True, "owner")
        assert not Member.objects.exclude(pk=owner.pk).filter(person_id__isnull=False).exists()
        assert default_storage.open(File.objects.get().storage_key).read() == "Liebe Grüße".encode()
        assert [entry.title for entry in search.find(owner, "sohne")] == ["Öl & Söhne"]
        assert DealLine.objects.get(product__name="Drill", unit_price=Decimal("90.10")).deal.stage.pipeline.is_default


@pytest.mark.usefixtures("furnished")
def test_an_owner_whom_the_archive_does_not_know_stays_beside_the_others(other_tenant, archive_of, tenant, load):
    loaded = load(archive_of(tenant))

    assert loaded.signing_in == ["owner@globex.example"]
    with entered(other_tenant):
        assert Member.objects.get(person_id__isnull=False).role == "owner"
        assert Member.objects.filter(email="owner@acme.example", person_id=None).exists()


@pytest.mark.usefixtures("furnished")
def test_a_dry_run_leaves_nothing(other_tenant, archive_of, tenant, content, load):
    before = content(archive_of(other_tenant))

    loaded = load(archive_of(tenant), dry_run=True)

    assert loaded.rows["deals.deal"] > 0
    assert content(archive_of(other_tenant)) == before
    assert (other_tenant.name, other_tenant.enabled_plugins) == ("Globex", [])


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(str.strip)


@pytest.mark.usefixtures("same_owner")
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(TEXT, TEXT, st.booleans()), min_size=1, max_size=5))
def test_any_records_come_back_as_they_were(tenant, other_tenant, members, now, archive_of, content, load, people):
    with transaction.atomic():
        with entered(tenant):
            _write(people, members["member"], now)
        before = archive_of(tenant)
        load(before)
        after = archive_of(other_tenant)
        transaction.set_rollback(True)
    other_tenant.name = "Globex"

    assert content(after) == content(before)


def _write(people, by, now):
    last = None
    for name, words, is_gone in people:
        company = create_company(name=name, description=words, by=by, now=now, **({"parent": last} if last else {}))
        contact = create_contact(last_name=name, description=words, companies=[CompanyLink(company)], by=by, now=now)
        create_lead(last_name=words, by=by, now=now)
        add_note(records=[RecordRef.of(contact), RecordRef.of(company)], text=words, by=by, now=now)
        if is_gone:
            Contact.objects.filter(pk=contact.pk).update(deleted_at=now)
        last = company


def test_records_of_an_older_archive_are_found_by_their_texts(tenant, other_tenant, members, now, archive_of, load):
    with entered(tenant):
        who = {"by": members["owner"], "now": now}
        case = create_case(subject="Pump", description="It leaks oil.", **who)
        add_internal_note(case=case, body="Ordered a zeppelin.", **who)
        add_note(text="Met a platypus", records=[], **who)
        note = log_call(description="Asked for granite", **who)
        search.index(replace(search_entry(note), title=note.description))  # as it was once called
    archive = archive_of(tenant)
    older = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as told, zipfile.ZipFile(older, "w") as opened:
        for name in told.namelist():
            text = told.read(name)
            if name == "manifest.json":
                manifest = json.loads(text)
                del manifest["entries"]["records/search.searchtext.jsonl"]
                text = json.dumps(manifest).encode()
            if "searchtext" not in name:
                opened.writestr(name, text)
    load(older.getvalue())

    with entered(other_tenant):
        owner = Member.objects.filter(role="owner").first()
        found = {word: [one.title for one in search.find(owner, word)] for word in WORDS}
    assert found == {"platypus": ["Note"], "oil": ["#1 Pump"], "zeppelin": ["#1 Pump"], "granite": ["Call"]}
