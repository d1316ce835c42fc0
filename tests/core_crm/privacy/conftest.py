"""A person who has left traces wherever Triptych keeps something."""

import io
import json
from email.message import EmailMessage
from types import SimpleNamespace

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from triptych.core_crm.activities.actions import add_note, create_task
from triptych.core_crm.activities.models import Attendee
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.cases.actions import add_internal_note, create_case, reply
from triptych.core_crm.cases.models import CaseMessage
from triptych.core_crm.contacts.actions import CompanyLink, create_company, create_contact, update_contact
from triptych.core_crm.deals.actions import create_deal
from triptych.core_crm.deals.models import DealContact
from triptych.core_crm.duplicates.actions import merge_records
from triptych.core_crm.imports import actions as imports
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.running import run_import
from triptych.core_crm.leads.actions import create_lead
from triptych.core_crm.lists import many
from triptych.core_crm.lists.nouns import list_of
from triptych.core_crm.mail.actions import keep_mail
from triptych.core_crm.mail.taking_in import take_in
from triptych.core_crm.notifications.actions import notify
from triptych.platform import events
from triptych.platform.events import jobs
from triptych.platform.files.actions import attach_file
from triptych.platform.scope import entered

MARK = "Qzxvymark"
EMAIL = f"ada@{MARK.lower()}.example"
NAME = f"Ada {MARK}"
PHONE = "+49 30 55512399"


class Alone:
    """Nobody watches."""

    cancel_requested = False

    def progress(self, done, total=None, note=""): ...
    def checkpoint(self, reached): ...


def _letter():
    letter = EmailMessage()
    letter["From"], letter["To"] = f"{NAME} <{EMAIL}>", "support@acme.localhost"
    letter["Subject"], letter["Message-ID"] = f"{MARK} is angry", f"<1@{MARK}.example>"
    letter.set_content(f"I am {MARK}.")
    letter.add_attachment(MARK.encode(), maintype="text", subtype="plain", filename=f"{MARK}.txt")
    return letter.as_bytes()


def _other_letter():
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Cc"] = "bob@other.example", "support@acme.localhost", EMAIL
    letter["Subject"], letter["Message-ID"] = "Two of us", "<2@other.example>"
    letter.set_content(f"Ask {NAME}, too.")
    return letter.as_bytes()


@pytest.fixture
def traces(tenant, members, now):
    """Ada in every place: records, files, mail, imports, merges, bulk changes, notifications, events, jobs."""
    owner = members["owner"]
    who = {"by": owner, "now": now}
    with entered(tenant):
        company = create_company(name="Pumps Ltd", description=f"Ask {NAME} or {EMAIL}.", **who)
        csv = f"First name,Last name,Email,Description\nAda,{MARK},{EMAIL},From {MARK}\nBob,Best,bob@other.example,\n"
        brought = _imported(csv, owner, now)
        ada = brought.contact
        update_contact(
            contact=ada,
            phones=[PHONE],
            addresses=[{"street": f"{MARK} Street", "city": MARK}],
            description=f"About {MARK}",
            job_title=f"Chief {MARK}",
            companies=[CompanyLink(company, f"Role {MARK}")],
            **who,
        )
        twin = create_contact(first_name="Ada", last_name=MARK, emails=[f"other@{MARK.lower()}.example"], **who)
        ada.refresh_from_db()
        merge_records(winner=ada, loser=twin, **who)
        lead = create_lead(first_name="Ada", last_name=MARK, email=EMAIL, description=MARK, company_name=MARK, **who)
        deal = create_deal(name=f"Pumps for {NAME}", amount=500, primary_contact=ada, next_step=f"Mail {EMAIL}", **who)
        DealContact.objects.get_or_create(deal=deal, contact=ada)
        me, theirs = RecordRef("contact", ada.pk), RecordRef("deal", deal.pk)
        own_note = add_note(text=f"{MARK} likes tea", records=[me], **who)
        shared_note = add_note(text=f"{NAME} and the deal\n{EMAIL} called", records=[me, theirs], **who)
        task = create_task(subject=f"Call {NAME}", records=[theirs], **who)
        Attendee.objects.create(activity=task, contact=ada)
        for record in (ada, lead, deal):
            kind = record._meta.model_name
            upload = SimpleUploadedFile(f"{NAME}.txt", f"{MARK if record is not deal else 'A plan'}".encode())
            attach_file(upload=upload, kind=kind, object_id=record.pk, **who)
        case = create_case(subject=f"{MARK} asks", description=MARK, requester_name=NAME, requester_email=EMAIL, **who)
        reply(case=case, body=f"Dear {MARK}", **who)
        add_internal_note(case=case, body=f"{MARK} is difficult", **who)
        other_case = create_case(subject="Bob asks", requester_email="bob@other.example", **who)
        said = add_internal_note(case=other_case, body=f"{MARK} said so", **who)
        CaseMessage.objects.filter(pk=said.pk).update(sender_email=EMAIL, sender_name=NAME)
        for raw in (_letter(), _other_letter()):
            take_in(keep_mail(raw=raw, recipient="support@acme.localhost", sender="", now=now).pk, now=now)
        many.begin(list_of("contact"), "change", [ada.pk], {"description": f"Bulk {MARK}"}, **who)
        notify(to=[members["admin"]], kind="mention", title=f"{MARK} waits", key="k1", now=now, about=me)
        notify(to=[members["admin"]], kind="mention", title="A deal", body=f"of {NAME}", key="k2", now=now)
        events.announce("deal.remarked", deal, by=owner, at=now, text=f"{NAME} <{EMAIL}>")
        jobs.start("archive.export", by=owner, args={"note": EMAIL}, at=now)
        job = jobs.Job.objects.get(kind="archive.export")
        kept = default_storage.save("archives/old.zip", SimpleUploadedFile("old.zip", MARK.encode()))
        jobs.Job.objects.filter(pk=job.pk).update(state="done", result={"file": kept}, finished_at=now)
    return SimpleNamespace(
        ada=ada, lead=lead, deal=deal, company=company, case=case, other_case=other_case, own_note=own_note,
        shared_note=shared_note, task=task, brought=brought.record,
    )  # fmt: skip


def _imported(text, owner, now):
    from triptych.core_crm.contacts.models import Contact

    record = imports.upload_import(
        file=io.BytesIO(text.encode()), file_name=f"{EMAIL}.csv", object_name="contacts", by=owner, now=now
    )
    imports.set_mapping(record=record, mapping=record.mapping, mode=Import.Mode.CREATE, now=now)
    record = imports.begin_import(record=record, by=owner, now=now, as_job=False)
    run_import(record, by=owner, at=now, watcher=Alone())
    return SimpleNamespace(record=record, contact=Contact.objects.reached_at(EMAIL).get())


@pytest.fixture
def alone():
    return Alone()


def as_json(value):
    return json.dumps(value, default=str)
