"""Files: kept per tenant, of safe kinds, handed out to members alone."""

import hashlib
import io
import threading
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from triptych.core_crm.contacts.actions import create_contact
from triptych.platform.files import actions
from triptych.platform.files.actions import LARGEST
from triptych.platform.files.kinds import clean_name
from triptych.platform.files.models import File
from triptych.platform.files.storage import OutsideTenant
from triptych.platform.refusals import Refused
from triptych.platform.scope import CELL, CONTROL, NOWHERE, building, entered

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@pytest.fixture
def contact(tenant, members, now):
    with entered(tenant):
        return create_contact(first_name="Ann", last_name="Bell", by=members["member"], now=now)


@pytest.fixture
def attach(tenant, members, contact, now):
    """Put a file on a record of Acme Tools."""

    def attach(name: str = "Offer.txt", content: bytes = b"Two pumps.", **more) -> File:
        with entered(tenant):
            return actions.attach_file(
                upload=SimpleUploadedFile(name, content),
                kind="contact",
                object_id=contact.pk,
                by=members["member"],
                now=now,
                **more,
            )

    return attach


def office(*names: str) -> bytes:
    """A zip file with these members, as office programs write them."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>" * 50)
    return written.getvalue()


def files_on_disk() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def test_a_file_is_kept_with_its_size_and_digest(attach, tenant, members):
    file = attach(content=b"Two pumps." * 100_000)

    assert (file.size, file.sha256, file.content_type, file.uploaded_by_name) == (
        1_000_000,
        hashlib.sha256(b"Two pumps." * 100_000).hexdigest(),
        "text/plain",
        members["member"].name,
    )
    path = settings.MEDIA_ROOT / tenant.schema_name / file.storage_key
    assert path.read_bytes() == b"Two pumps." * 100_000
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("a.png", PNG, "image/png"),
        ("a.pdf", b"%PDF-1.7\n" + b"x" * 64, "application/pdf"),
        ("a.jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 64, "image/jpeg"),
        ("a.csv", "Größe;Äpfel\n1;2\n".encode(), "text/csv"),
        ("a.csv", "Größe;Äpfel\n1;2\n".encode("latin-1"), "text/csv"),
        ("A.VCF", b"BEGIN:VCARD\nEND:VCARD\n", "text/vcard"),
        (
            "a.docx",
            office("[Content_Types].xml", "_rels/.rels", "docProps/app.xml", "word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ],
)
def test_safe_kinds_are_taken_and_known_by_their_bytes(attach, name, content, content_type):
    assert attach(name, content).content_type == content_type


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.html", b"<script>alert(1)</script>", "not taken"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not taken"),
        ("a.txt", b"MZ\x90\0\x03" + b"\0" * 64, "not taken"),
        ("a.exe", b"MZ\x90\0\x03" + b"\0" * 64, "not taken"),
        ("a.zip", office("a.txt"), "not taken"),
        ("a.txt", b"", "empty"),
        ("a.exe", PNG, "Rename it"),
        ("a.txt", b"\0\x01\x02", "not taken"),
        ("noending", b"words", "not taken"),
    ],
)
def test_other_kinds_are_refused_and_leave_nothing_behind(attach, tenant, name, content, message):
    before = files_on_disk()
    with pytest.raises(Refused, match=message) as refused:
        attach(name, content)

    assert (refused.value.field, refused.value.message[-1]) == ("file", ".")
    assert files_on_disk() == before
    with entered(tenant):
        assert File.objects.count() == 0


def test_a_file_that_is_too_large_is_refused(attach):
    with pytest.raises(Refused, match="larger than 25 MB"):
        attach(content=b"x" * (LARGEST + 1))


def test_bytes_of_a_row_that_was_refused_are_taken_away(attach, monkeypatch):
    def refuse(*_, **__):
        raise Refused("No.")

    monkeypatch.setattr(actions.events, "announce", refuse)
    before = files_on_disk()
    with pytest.raises(Refused), transaction.atomic():
        attach()

    assert files_on_disk() == before


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\Offer.pdf", "Offer.pdf"),
        ("Offer\u202efdp.exe", "Offerfdp.exe"),
        ("a\0b\r\nc.txt", "abc.txt"),
        ("...", "file"),
        ("Angebot für Ödön.pdf", "Angebot für Ödön.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_a_name_holds_no_folders_and_no_tricks(given, kept):
    assert clean_name(given) == kept


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", "..", ""])
def test_no_name_leads_out_of_the_tenants_folder(tenant, name):
    with entered(tenant), pytest.raises((SuspiciousFileOperation, IsADirectoryError, ValueError)):
        default_storage.open(name).read()


@pytest.mark.parametrize("scope", [NOWHERE, CONTROL, CELL, building("t_00")])
def test_outside_a_tenant_there_are_no_files(scope):
    with entered(scope):
        for act in (default_storage.exists, default_storage.open, default_storage.delete, default_storage.path):
            with pytest.raises(OutsideTenant):
                act("x")
        with pytest.raises(OutsideTenant):
            default_storage.save("x", ContentFile(b"x"))


def test_the_same_name_is_another_file_in_another_tenant(tenant, other_tenant):
    for scope, content in ((tenant, b"Acme"), (other_tenant, b"Globex")):
        with entered(scope):
            assert default_storage.save("same", ContentFile(content)) == "same"
    for scope, content in ((tenant, b"Acme"), (other_tenant, b"Globex")):
        with entered(scope):
            assert default_storage.open("same").read() == content
            default_storage.delete("same")


def test_threads_of_two_tenants_never_cross(tenant, other_tenant):
    """Only scopes are switched, no query is made, so the threads need no database of their own."""
    wrong = []

    def work(scope):
        with entered(scope):
            for _ in range(500):
                if f"/{scope.schema_name}/" not in default_storage.path("x"):
                    wrong.append(scope.schema_name)

    threads = [threading.Thread(target=work, args=(scope,)) for scope in (tenant, other_tenant) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


@pytest.mark.parametrize(("who", "status"), [("owner", 200), ("reader", 200), ("outsider", 302), ("stranger", 302)])
def test_who_may_have_a_file(cast, attach, who, status):
    response = cast[who].get(attach("Größe.txt", b"Two pumps.").get_absolute_url())

    assert response.status_code == status
    if status == 200:
        assert b"".join(response.streaming_content) == b"Two pumps."
        assert {
            name: response.headers[name] for name in ("X-Content-Type-Options", "Cache-Control", "Content-Length")
        } == {
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            "Content-Length": "10",
        }
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert response.headers["Content-Disposition"].startswith("attachment; filename")


def test_a_file_of_another_tenant_is_not_there(cast, attach):
    client = cast["outsider"]
    client.defaults["SERVER_NAME"] = "globex.localhost"

    assert client.get(attach().get_absolute_url()).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("member", 302), ("reader", 403), ("outsider", 302), ("stranger", 302)])
def test_who_may_delete_a_file(cast, attach, tenant, who, status):
    file = attach()

    response = cast[who].post(f"{file.get_absolute_url()}delete/")

    with entered(tenant):
        file.refresh_from_db()
    assert (response.status_code, file.deleted_at is not None) == (status, who == "member")


def test_a_deleted_file_is_gone_until_it_is_restored(cast, attach):
    url = attach().get_absolute_url()
    cast["member"].post(f"{url}delete/")
    assert cast["owner"].get(url).status_code == 404
    assert cast["reader"].post(f"{url}restore/").status_code == 403

    for _again in range(2):
        assert cast["member"].post(f"{url}restore/").status_code == 302

    assert cast["owner"].get(url).status_code == 200


@pytest.mark.parametrize(
    ("referer", "leads_to"),
    [("http://acme.localhost/contacts/", "http://acme.localhost/contacts/"), ("http://evil.example/", "/"), ("", "/")],
)
def test_deleting_leads_back_to_our_own_pages_alone(cast, attach, referer, leads_to):
    response = cast["member"].post(f"{attach().get_absolute_url()}delete/", headers={"Referer": referer})

    assert response.url == leads_to
