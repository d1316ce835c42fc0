"""An archive read in by page and API: by owners, into an empty workspace, all of it or nothing."""

import io
import zipfile
from base64 import b64encode

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from triptych.core_crm.archives.access import BRINGING
from triptych.core_crm.contacts.actions import create_company
from triptych.core_crm.contacts.models import Company
from triptych.platform.events import jobs
from triptych.platform.events.models import Job
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db
PAGE = "/settings/archive/in/"


@pytest.fixture
def archive(tenant, members, now, archive_of):
    """Acme Tools with one company."""
    with entered(tenant):
        create_company(name="Isdom", by=members["owner"], now=now)
    return archive_of(tenant)


@pytest.fixture
def newcomer(other_tenant, cast):
    """Whoever owns Globex, on its own host."""
    with entered(other_tenant):
        Member.objects.update(role="owner")
    client = Client(headers={"host": f"{other_tenant.subdomain}.localhost"})
    client.cookies = cast["outsider"].cookies
    return client


def run_job(tenant):
    with entered(tenant):
        job = Job.objects.get(kind=BRINGING)
        jobs.run(job.pk, tenant.pk, 0, heart=False)
        job.refresh_from_db()
    return job


def test_an_owner_reads_it_in_and_is_told_who_can_sign_in(newcomer, other_tenant, archive):
    assert "A file that “Export everything” has made." in newcomer.get(PAGE).content.decode()

    assert newcomer.post(PAGE, {"file": SimpleUploadedFile("acme.zip", archive)}).status_code == 302
    assert "Reading the archive" in newcomer.get(PAGE).content.decode()
    job = run_job(other_tenant)

    assert (job.state, job.error) == ("done", "")
    page = newcomer.get(PAGE).content.decode()
    assert "The archive has come in" in page
    with entered(other_tenant):
        assert Company.objects.get().name == "Isdom"
        assert not default_storage.exists(job.args["file"])
    refused = newcomer.post(PAGE, {"file": SimpleUploadedFile("acme.zip", archive)})
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"PK\x03\x04x", "This is no ZIP file."), (b"", "The submitted file is empty."), (b"name\nA\n", "no ZIP file")],
)
def test_what_is_no_archive_is_refused_at_once(newcomer, other_tenant, content, sentence):
    response = newcomer.post(PAGE, {"file": SimpleUploadedFile("acme.zip", content)})

    assert response.status_code == 422
    assert sentence in response.content.decode()
    with entered(other_tenant):
        assert not Job.objects.filter(kind=BRINGING).exists()


def test_what_was_changed_on_its_way_brings_nothing_in(newcomer, other_tenant, archive):
    broken = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as whole, zipfile.ZipFile(broken, "w") as copy:
        for name in whole.namelist():
            copy.writestr(name, whole.read(name).replace(b"Isdom", b"Osdom"))
    newcomer.post(PAGE, {"file": SimpleUploadedFile("acme.zip", broken.getvalue())})

    job = run_job(other_tenant)

    assert job.state == "failed"
    assert "Nothing was imported" in job.error
    assert "Nothing has come in" in newcomer.get(PAGE).content.decode()
    with entered(other_tenant):
        assert not Company.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 422), ("admin", 403), ("member", 403), ("reader", 403), ("stranger", 302)]
)
def test_owners_alone_and_only_into_an_empty_workspace(cast, tenant, archive, who, status):
    response = cast[who].post(PAGE, {"file": SimpleUploadedFile("acme.zip", archive)})

    assert response.status_code == status
    if status == 422:
        assert "An archive is read into a new workspace only" in response.content.decode()
    with entered(tenant):
        assert not Job.objects.filter(kind=BRINGING).exists()


def test_the_same_through_the_api(newcomer, cast, other_tenant, archive):
    def ask(client, content):
        query = """mutation ($input: ImportArchiveInput!) { importArchive(input: $input) {
            archiveImport { id state } problems { code } } }"""
        body = {"query": query, "variables": {"input": {"base64": content}}}
        return client.post("/graphql/", body, content_type="application/json").json()["data"]["importArchive"]

    text = b64encode(archive).decode()
    assert ask(cast["admin"], text)["problems"] == [{"code": "FORBIDDEN"}]
    assert ask(cast["owner"], text)["problems"] == [{"code": "NOT_EMPTY"}]
    assert ask(newcomer, "***")["problems"] == [{"code": "REFUSED"}]
    begun = ask(newcomer, text)["archiveImport"]
    run_job(other_tenant)

    query = f'{{ archiveImport(id: "{begun["id"]}") {{ state rowCount error }} }}'
    told = newcomer.post("/graphql/", {"query": query}, content_type="application/json").json()["data"]["archiveImport"]
    assert (begun["state"], told["state"], told["error"]) == ("QUEUED", "DONE", "")
    assert told["rowCount"] > 1
