"""The page, the API and the commands of the export of everything."""

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.test import Client

from triptych.core_crm.archives import access, command
from triptych.core_crm.archives.actions import begin_export, remove_old_exports
from triptych.core_crm.archives.hooks import LEFT_OUT
from triptych.core_crm.archives.tables import all_tables
from triptych.core_crm.contacts.actions import create_company
from triptych.core_crm.contacts.models import Company
from triptych.core_crm.rights.actions import create_role
from triptych.platform import clock
from triptych.platform.events import jobs
from triptych.platform.events.models import Job
from triptych.platform.scope import entered
from triptych.tenants.members.models import ApiToken, Member
from triptych.tenants.members.tokens import create_token, revoke_token

pytestmark = pytest.mark.django_db
DOWNLOAD = "query ($id: ID!) { archiveJob(id: $id) { state percent rowCount byteCount downloadPath expiresAt } }"
EXPORT = """mutation ($input: ExportEverythingInput!) {
    exportEverything(input: $input) { archiveJob { id state downloadPath } problems { code message } }
}"""


@pytest.fixture
def exported(tenant, members):
    """An export that is done."""
    with entered(tenant):
        job = begin_export(by=members["owner"], now=clock.now())
        jobs.run(job.pk, tenant.pk, 0, heart=False)
        job.refresh_from_db()
    return job


def names_in(response):
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as opened:
        return opened.namelist()


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 200), ("admin", 200), ("member", 403), ("reader", 403), ("outsider", 302)]
)
def test_owners_and_admins_download_the_archive(cast, exported, who, status):
    page, file = cast[who].get("/settings/archive/"), cast[who].get(f"/settings/archive/{exported.pk}/download/")

    assert (page.status_code, file.status_code) == (status, status)
    if status == 200:
        assert f"/settings/archive/{exported.pk}/download/" in page.content.decode()
        assert "records/contacts.company.jsonl" in names_in(file)
        assert re.search(r'filename="acme-\d{4}-\d\d-\d\d\.zip"', file["Content-Disposition"])


def test_the_button_begins_one_export_at_a_time_and_stops_it(cast, tenant):
    for _ in range(2):
        assert cast["admin"].post("/settings/archive/begin/", {"with_files": "1"}).status_code == 302
    with entered(tenant):
        job = Job.objects.get(kind=access.KIND)
    shown = cast["owner"].get("/settings/archive/").content.decode()
    cast["owner"].post(f"/settings/archive/{job.pk}/cancel/")
    with entered(tenant):
        jobs.run(job.pk, tenant.pk, 0, heart=False)
        job.refresh_from_db()

    assert f"/settings/archive/{job.pk}/progress/" in shown
    assert (job.args, job.state, job.result) == ({"with_files": True}, "cancelled", None)
    answer = cast["owner"].get(f"/settings/archive/{job.pk}/progress/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/settings/archive/"
    assert cast["owner"].get(f"/settings/archive/{job.pk}/download/").status_code == 404


@pytest.mark.parametrize(
    "held_back", [{"rights": {"deal": {"export": "none"}}}, {"field_rights": {"contact": {"emails": "hidden"}}}]
)
def test_an_admin_whose_role_holds_something_back_does_not_export_everything(cast, tenant, members, now, held_back):
    given = {"rights": {}, "field_rights": {}, **held_back}
    with entered(tenant):
        role = create_role(name="Careful", base="admin", **given, by=members["owner"], now=now)
        Member.objects.filter(pk=members["admin"].pk).update(role_record=role)

    assert cast["admin"].post("/settings/archive/begin/").status_code == 403
    with entered(tenant):
        assert not Job.objects.filter(kind=access.KIND).exists()


def test_an_archive_is_gone_after_a_week(cast, tenant, exported):
    later = exported.finished_at + timedelta(days=7)
    with entered(tenant):
        name = exported.result["file"]
        kept = (remove_old_exports(now=later - timedelta(seconds=1)), default_storage.exists(name))
        gone = (remove_old_exports(now=later), default_storage.exists(name), remove_old_exports(now=later))

    assert (kept, gone) == ((0, True), (1, False, 0))
    assert "No longer kept" in cast["owner"].get("/settings/archive/").content.decode()
    assert cast["owner"].get(f"/settings/archive/{exported.pk}/download/").status_code == 404


def test_a_program_exports_everything_and_fetches_it(api, cast, tenant, other_tenant, members, now):
    with entered(tenant):
        _token, text = create_token(member=members["owner"], scopes=["read"], expires_at=None, name="", now=now)
    answer = api(EXPORT, input={"withFiles": False})["data"]["exportEverything"]
    key = answer["archiveJob"]["id"]
    with entered(tenant):
        jobs.run(key, tenant.pk, 0, heart=False)
    signed_in = api(DOWNLOAD, id=key)["data"]["archiveJob"]["downloadPath"]
    asked = {"query": DOWNLOAD, "variables": {"id": key}}
    bearer = Client(SERVER_NAME="acme.localhost", headers={"Authorization": f"Bearer {text}"})
    done = bearer.post("/graphql/", asked, content_type="application/json").json()["data"]["archiveJob"]

    assert "manifest.json" in names_in(cast["owner"].get(signed_in))
    assert (answer["problems"], answer["archiveJob"]["state"], done["state"]) == ([], "QUEUED", "DONE")
    program = Client(SERVER_NAME="acme.localhost")
    assert "manifest.json" in names_in(program.get(done["downloadPath"]))
    assert program.get(done["downloadPath"][:-3] + "xx/").status_code == 404
    elsewhere = Client(SERVER_NAME="globex.localhost")
    assert elsewhere.get(done["downloadPath"]).status_code == 404


@pytest.mark.parametrize("end", ["demoted", "removed", "revoked", "expired"])
def test_an_address_for_a_program_ends_with_its_token(tenant, members, exported, now, end):
    with entered(tenant):
        token, _text = create_token(member=members["admin"], scopes=["read"], expires_at=None, name="", now=now)
        address = access.download_path(exported, token)
        before = Client(SERVER_NAME="acme.localhost").get(address).status_code
        if end == "revoked":
            revoke_token(token=token, now=now)
        elif end == "expired":
            ApiToken.objects.update(expires_at=now)
        else:
            changes = {"role": "member"} if end == "demoted" else {"is_active": False}
            Member.objects.filter(pk=members["admin"].pk).update(**changes)

    assert (before, Client(SERVER_NAME="acme.localhost").get(address).status_code) == (200, 404)


def test_who_asks_signed_in_gets_an_address_for_themselves(cast, tenant, exported):
    with entered(tenant):
        address = access.download_path(exported, None)

    assert [cast[who].get(address).status_code for who in ("owner", "member")] == [200, 403]
    assert Client(SERVER_NAME="acme.localhost").get(address).status_code == 302


@pytest.mark.parametrize("who", ["member", "reader"])
def test_the_api_exports_for_owners_and_admins_only(api, tenant, exported, who):
    answer = api(EXPORT, who=who, input={})["data"]["exportEverything"]

    assert [problem["code"] for problem in answer["problems"]] == ["FORBIDDEN"]
    assert (api(DOWNLOAD, who=who, id=str(exported.pk)).get("data") or {"archiveJob": None}) == {"archiveJob": None}
    with entered(tenant):
        assert Job.objects.filter(kind=access.KIND).count() == 1


def test_the_commands_take_a_workspace_along(tenant, other_tenant, members, now, tmp_path):
    file, out, err = tmp_path / "all.zip", io.StringIO(), io.StringIO()
    with entered(tenant):
        create_company(name="=Acme", by=members["owner"], now=now)

    codes = [
        command.export(tenant, file, out=out, err=err),
        command.load(other_tenant, file, dry_run=True, out=out, err=err),
        command.load(other_tenant, file, out=out, err=err),
        command.load(other_tenant, file, out=out, err=err),
        command.load(other_tenant, tmp_path / "none.zip", out=out, err=err),
    ]

    assert codes == [0, 0, 0, 1, 1]
    assert "Would be read" in out.getvalue()
    assert "Who can sign in: owner@globex.example. Invite the others." in out.getvalue()
    assert "An archive is read into a new workspace only" in err.getvalue()
    assert "none.zip cannot be read: No such file or directory." in err.getvalue()
    assert not list(tmp_path.glob("*.part"))
    with entered(other_tenant):
        assert Company.objects.get().name == "=Acme"


SECRETS = re.compile(r"token|secret|password|person_id|(?<!is_)digest$")
NO_SECRETS = {("imports.import", "digest")}
"""The sum of a file."""


def test_no_secret_is_in_an_archive():
    named = {
        (table.name, column) for table in all_tables().values() for column in table.columns if SECRETS.search(column)
    }

    assert named == NO_SECRETS


def test_what_is_left_out_is_there():
    assert [name for name in LEFT_OUT if apps.get_model(name) is None] == []


def test_the_manifest_says_what_the_archive_holds(tenant, archive_of, content):
    manifest = content(archive_of(tenant))["manifest.json"]

    assert manifest["format"] == 1
    assert manifest["workspace"] == {
        "name": "Acme Tools", "timezone": "UTC", "currency": "EUR", "language": "en", "accent": "",
    }  # fmt: skip
    assert manifest["plugins"]["sales"]["enabled"] is False
    assert manifest["entries"]["records/members.member.jsonl"]["rows"] == 4
    assert json.dumps(manifest).count("sha256") == len(all_tables())
