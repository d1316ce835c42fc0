"""The pages, the API and the command of dossiers and erasures."""

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from triptych.core_crm.contacts.actions import create_company, create_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.privacy import command
from triptych.core_crm.privacy.models import Erasure
from triptych.core_crm.rights.actions import create_role
from triptych.platform.events import jobs
from triptych.platform.events.models import Job
from triptych.platform.files.actions import attach_file
from triptych.platform.files.models import File
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member
from triptych.tenants.members.tokens import create_token

pytestmark = pytest.mark.django_db
MARK, EMAIL = "Qzxvymark", "ada@qzxvymark.example"
HOME = "/settings/privacy/"
KNOWN = "query ($email: String!) { personData(email: $email) { names emails kinds { kind count fate } } }"
EXPORT = """mutation ($input: ExportPersonInput!) {
    exportPerson(input: $input) { personExport { id state } problems { code field message } }
}"""
EXPORTED = "query ($id: ID!) { personExport(id: $id) { state rowCount downloadPath } }"
ERASE = """mutation ($input: ErasePersonInput!) {
    erasePerson(input: $input) { erasure { id state } problems { code field message } }
}"""
ERASED = "query ($id: ID!) { erasure(id: $id) { state by hashes counts { kind count } } erasures { id } }"


def run_jobs(tenant, kind):
    with entered(tenant):
        job = Job.objects.filter(kind=kind).latest("created_at")
        jobs.run(job.pk, tenant.pk, job.starts, heart=False)
        job.refresh_from_db()
    return job


def unpacked(response):
    content = response if isinstance(response, bytes) else b"".join(response.streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 200), ("admin", 200), ("member", 403), ("reader", 403), ("outsider", 302)]
)
def test_owners_and_admins_look_people_up(cast, traces, who, status):
    asked = cast[who].post(HOME, {"email": f" {EMAIL.upper()} "})
    of_record = cast[who].get(f"{HOME}of/contact/{traces.ada.pk}/")

    assert (cast[who].get(HOME).status_code, asked.status_code, of_record.status_code) == (status,) * 3
    assert ("Chief Qzxvymark" in asked.content.decode()) is (status == 200)
    assert ("likes tea" in of_record.content.decode()) is (status == 200)


def test_an_admin_from_whom_something_is_withheld_answers_for_nobody(cast, tenant, members, now, traces):
    with entered(tenant):
        hidden = {"contact": {"emails": "hidden"}}
        role = create_role(name="Careful", base="admin", rights={}, field_rights=hidden, by=members["owner"], now=now)
        Member.objects.filter(pk=members["admin"].pk).update(role_record=role)

    assert cast["admin"].post(HOME, {"email": EMAIL}).status_code == 403
    assert cast["admin"].post(f"{HOME}erase/", {"email": EMAIL, "confirmation": EMAIL}).status_code == 403


@pytest.mark.parametrize("email", ["", "nobody", "a b@c.de", "@", "x" * 300, "nul\0@a.de"])
def test_what_is_no_address_is_said_beside_the_field(cast, email):
    response = cast["owner"].post(HOME, {"email": email})

    assert response.status_code == 422 or "is not an email address" in response.content.decode()
    assert 'name="email"' in response.content.decode()


def test_an_address_nobody_has_is_said_so(cast):
    assert "Nothing is known of this address" in cast["owner"].post(HOME, {"email": "no@no.example"}).content.decode()


def test_the_dossier_holds_the_page_the_data_and_the_files(cast, tenant, traces):
    page = cast["admin"].post(f"{HOME}export/", {"email": EMAIL})
    job = run_jobs(tenant, "privacy.dossier")
    files = unpacked(cast["owner"].get(f"{HOME}dossiers/{job.pk}/download/"))
    data = json.loads(files["person.json"])

    assert page["Location"] == f"{HOME}dossiers/{job.pk}/"
    assert {"person.json", "dossier.html"} < files.keys()
    assert sum(name.startswith("files/") for name in files) == 4
    assert data["person"]["emails"] == [EMAIL, f"other@{MARK.lower()}.example"]
    assert {"contacts", "leads", "activities", "cases", "messages", "files", "mails", "deals"} <= data["kinds"].keys()
    assert [row["description"] for row in data["kinds"]["activities"]["rows"]] == ["Qzxvymark likes tea"]
    assert "Chief Qzxvymark" in files["dossier.html"].decode()
    assert "Download" in cast["owner"].get(page["Location"]).content.decode()
    assert cast["member"].get(f"{HOME}dossiers/{job.pk}/download/").status_code == 403


def test_a_refused_erasure_names_nobody_and_narrow_admins_see_no_receipt(cast, api, tenant, members, now, traces):
    cast["owner"].post(f"{HOME}erase/", {"email": EMAIL, "confirmation": EMAIL})
    with entered(tenant):
        Member.objects.filter(pk=members["reader"].pk).update(email=EMAIL)
    job = run_jobs(tenant, "privacy.erase")
    with entered(tenant):
        receipt = Erasure.objects.get()
        rights = {"deal": {"read": "own"}}
        narrow = create_role(name="N", base="admin", rights=rights, field_rights={}, by=members["owner"], now=now)
        Member.objects.filter(pk=members["admin"].pk).update(role_record=narrow)
    page = receipt.get_absolute_url()

    assert (receipt.state, receipt.order) == ("failed", {})
    assert receipt.why == job.error == "Whoever was meant works here, or did. Nothing was erased."
    assert [cast[who].get(page).status_code for who in ("owner", "admin", "member")] == [200, 403, 403]
    answers = [api(ERASED, who=who, id=str(receipt.pk)).get("data") for who in ("owner", "admin")]
    assert [bool(one and one["erasures"]) for one in answers] == [True, False]


def test_erasing_wants_the_address_typed_and_gives_a_receipt(cast, tenant, traces):
    wrong = cast["owner"].post(f"{HOME}erase/", {"email": EMAIL, "confirmation": "yes"})
    with entered(tenant):
        assert not Erasure.objects.exists()
    right = cast["owner"].post(f"{HOME}erase/", {"email": EMAIL, "confirmation": EMAIL.upper()})
    waiting = cast["owner"].get(right["Location"]).content.decode()
    job = run_jobs(tenant, "privacy.erase")
    receipt = cast["admin"].get(right["Location"])
    as_json = json.loads(cast["admin"].get(f"{right['Location']}?format=json").content)

    assert (wrong.status_code, job.state) == (422, "done")
    assert f"Type “{EMAIL}” to confirm that this person is to be erased." in wrong.content.decode()
    assert "Erasing the person" in waiting
    assert "Backups and archives that were made before still hold the person" in receipt.content.decode()
    assert (as_json["state"], as_json["by"]) == ("done", "owner")
    assert cast["reader"].get(right["Location"]).status_code == 403
    audit = cast["owner"].get("/settings/audit/").content.decode()
    assert "Contacts: 2, Leads: 1" in audit
    assert "&#x27;fate&#x27;" not in audit
    with entered(tenant):
        assert not [each for each in Erasure.objects.get().hashes if each in audit]
        assert Contact.objects.get(pk=traces.ada.pk).last_name == "Erased person"
        assert (Erasure.objects.get().order, job.args) == ({}, {"erasure": as_json["receipt"]})


def test_an_erasure_that_is_stopped_in_time_erases_nothing(cast, tenant, traces):
    page = cast["owner"].post(f"{HOME}erase/", {"kind": "contact", "id": str(traces.ada.pk), "confirmation": EMAIL})[
        "Location"
    ]
    key = page.rstrip("/").rpartition("/")[2]
    cast["owner"].post(f"{HOME}jobs/receipt/{key}/cancel/")
    job = run_jobs(tenant, "privacy.erase")

    assert job.state == "cancelled"
    with entered(tenant):
        assert Contact.objects.get(pk=traces.ada.pk).last_name == MARK
    assert "Underway" in cast["owner"].get(HOME).content.decode()


def test_somebody_who_works_here_cannot_be_erased_on_the_page(cast, tenant, members, now):
    page = cast["owner"].post(f"{HOME}erase/", {"email": "member@acme.example", "confirmation": "member@acme.example"})

    assert "works in this workspace" in page.content.decode()
    with entered(tenant):
        assert not Erasure.objects.exists()


@pytest.mark.parametrize("given", [{}, {"email": "x"}, {"kind": "deal", "id": "1"}, {"kind": "contact", "id": "?"}])
def test_a_form_that_means_nobody_is_not_found(cast, given):
    assert cast["owner"].post(f"{HOME}erase/", {**given, "confirmation": "x"}).status_code == 404
    assert cast["owner"].post(f"{HOME}export/", given).status_code == 404


def test_the_api_tells_exports_and_erases(api, cast, tenant, members, now, traces):
    with entered(tenant):
        _token, text = create_token(member=members["owner"], scopes=["read"], expires_at=None, name="", now=now)
    known = api(KNOWN, email=EMAIL)["data"]["personData"]
    export = api(EXPORT, input={"email": EMAIL})["data"]["exportPerson"]
    run_jobs(tenant, "privacy.dossier")
    asked = {"query": EXPORTED, "variables": {"id": export["personExport"]["id"]}}
    bearer = Client(SERVER_NAME="acme.localhost", headers={"Authorization": f"Bearer {text}"})
    ready = bearer.post("/graphql/", asked, content_type="application/json").json()["data"]["personExport"]
    signed_in = api(EXPORTED, **asked["variables"])["data"]["personExport"]["downloadPath"]
    assert unpacked(cast["owner"].get(signed_in))
    fetched = unpacked(Client(SERVER_NAME="acme.localhost").get(ready["downloadPath"]))
    wrong = api(ERASE, input={"email": EMAIL, "confirmation": "no"})["data"]["erasePerson"]
    order = api(ERASE, input={"email": EMAIL, "confirmation": EMAIL})["data"]["erasePerson"]
    run_jobs(tenant, "privacy.erase")
    receipt = api(ERASED, id=order["erasure"]["id"])["data"]

    assert {"kind": "contacts", "count": 2, "fate": "blanked"} in known["kinds"]
    assert "person.json" in fetched
    assert [(one["code"], one["field"]) for one in wrong["problems"]] == [("NOT_CONFIRMED", "confirmation")]
    assert (order["problems"], order["erasure"]["state"]) == ([], "WAITING")
    assert (receipt["erasure"]["state"], receipt["erasure"]["by"]) == ("DONE", "owner")
    assert [one["id"] for one in receipt["erasures"]] == [order["erasure"]["id"]]
    assert Client(SERVER_NAME="acme.localhost").get(ready["downloadPath"]).status_code == 404


@pytest.mark.parametrize("who", ["member", "reader"])
def test_the_api_answers_owners_and_admins_only(api, tenant, traces, who):
    assert api(KNOWN, who=who, email=EMAIL).get("errors")
    assert [p["code"] for p in api(EXPORT, who=who, input={"email": EMAIL})["data"]["exportPerson"]["problems"]] == [
        "FORBIDDEN"
    ]
    erase = api(ERASE, who=who, input={"email": EMAIL, "confirmation": EMAIL})["data"]["erasePerson"]
    assert [problem["code"] for problem in erase["problems"]] == ["FORBIDDEN"]


def test_the_command_writes_the_dossier(tenant, traces, tmp_path):
    out, err = io.StringIO(), io.StringIO()
    file = tmp_path / "ada.zip"

    codes = [
        command.export(tenant, EMAIL, file, out=out, err=err),
        command.export(tenant, "nobody@x.example", tmp_path / "none.zip", out=out, err=err),
        command.export(tenant, "nobody", tmp_path / "none.zip", out=out, err=err),
        command.export(tenant, EMAIL, tmp_path / "no" / "x.zip", out=out, err=err),
    ]

    assert codes == [0, 1, 1, 1]
    assert [path.name for path in tmp_path.iterdir()] == ["ada.zip"]
    assert "person.json" in unpacked(file.read_bytes())
    assert "Nothing is known of “nobody@x.example”." in err.getvalue()


def test_erasing_one_contact_spares_who_shares_the_address(cast, tenant, members, now):
    who = {"by": members["owner"], "now": now}
    shared = "info@shared.example"
    with entered(tenant):
        one, _two = (create_contact(first_name=name, last_name="Shared", emails=[shared], **who) for name in ("A", "B"))
    page = cast["owner"].get(f"{HOME}of/contact/{one.pk}/").content.decode()
    cast["owner"].post(f"{HOME}erase/", {"kind": "contact", "id": str(one.pk), "confirmation": shared})
    run_jobs(tenant, "privacy.erase")
    with entered(tenant):
        left = {str(contact): contact.primary_email for contact in Contact.objects.all()}

    assert "A Shared" in page
    assert left == {"Erased person": "", "B Shared": shared}
    both = cast["owner"].post(HOME, {"email": shared}).content.decode()
    assert "B Shared" in both


def test_files_of_others_that_may_name_them_are_told_and_left(cast, api, tenant, members, now, traces):
    book = io.BytesIO()
    sheet = Workbook()
    sheet.active.append(["", EMAIL.upper()])
    sheet.save(book)
    named = {"guests.txt": f"Ring {EMAIL}".encode(), "list.xlsx": book.getvalue()}
    named["card.vcf"] = b"EMAIL:ada@qzxvymark.\n example\n"
    others = {"other.txt": b"no-ada@qzxvymark.example.org", "scan.pdf": b"%PDF-1.4 " + EMAIL.encode()}
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/bomb", bytes(51 << 20))
    others["bomb.xlsx"] = book.getvalue()  # a few kilobytes, which unpack to more than is read
    with entered(tenant):
        company = create_company(name="Venue", by=members["owner"], now=now)
        for name, data in (named | others).items():
            upload = SimpleUploadedFile(name, data)
            attach_file(upload=upload, kind="company", object_id=company.pk, by=members["owner"], now=now)

    page = cast["owner"].post(HOME, {"email": EMAIL}).content.decode()
    asked = "query ($email: String!) { personData(email: $email) { filesToLookAt { name record } unreadFileCount } }"
    told = api(asked, email=EMAIL)["data"]["personData"]
    cast["owner"].post(f"{HOME}erase/", {"email": EMAIL, "confirmation": EMAIL})
    run_jobs(tenant, "privacy.erase")
    with entered(tenant):
        counts = {one["kind"]: (one["count"], one["fate"]) for one in Erasure.objects.get().counts}
        kept = {file.name: file.deleted_at for file in File.objects.filter(object_id=company.pk)}

    assert [name in page for name in (*named, *others)] == [True, True, True, False, False, False]
    assert {one["name"] for one in told["filesToLookAt"]} == set(named)
    assert {one["record"] for one in told["filesToLookAt"]} == {company.get_absolute_url()}
    assert told["unreadFileCount"] >= 2
    assert counts["files_of_others"] == (3, "left")
    assert kept == dict.fromkeys({**named, **others})
