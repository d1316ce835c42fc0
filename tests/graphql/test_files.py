"""Files through the API: put on records, listed, fetched with a token, deleted and restored."""

import base64

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from triptych.core_crm.editing.schema import LARGEST
from triptych.platform.files.actions import attach_file
from triptych.platform.files.models import File
from triptych.platform.ids import new_id
from triptych.platform.scope import entered
from triptych.tenants.members.models import ApiToken

pytestmark = pytest.mark.django_db

ATTACH = """mutation($input: AttachFileInput!) { attachFile(input: $input) {
    file { id name contentType size uploadedBy createdAt url } problems { code field message } } }"""
DELETE = """mutation($id: ID!) { deleteFile(input: {id: $id}) {
    file { name deletedAt } problems { code field } } }"""
RESTORE = """mutation($id: ID!) { restoreFile(input: {id: $id}) {
    file { name deletedAt } problems { code field } } }"""
FILES = """query($id: ID!) { contact(id: $id) { files { totalCount edges { node { name uploadedBy } } } } }"""
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def as_text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def letter_on(record: str, *, name="letter.txt", content=b"Dear Ann,") -> dict:
    return {"input": {"record": record, "name": name, "content": as_text(content)}}


@pytest.fixture
def attached(crm):
    """Put a file on a record as the owner."""

    def attach(record, name="letter.txt") -> File:
        with entered(crm.tenant):
            return attach_file(
                upload=SimpleUploadedFile(name, b"Dear Ann,"),
                kind=record._meta.model_name,
                object_id=record.pk,
                by=crm.by,
                now=crm.now,
            )

    return attach


def test_a_file_is_attached_listed_fetched_deleted_and_restored(api, crm, gid, members):
    contact = gid(crm.contact(last_name="Bell"))
    call = api["program"].data

    answer = call(ATTACH, letter_on(contact))["attachFile"]
    assert answer["problems"] == []
    file = answer["file"]
    assert (file["name"], file["contentType"], file["size"]) == ("letter.txt", "text/plain", 9)
    assert file["uploadedBy"] == members["member"].name

    fetched = api["program"].client.get(file["url"], headers=api["program"].headers)
    assert (fetched.status_code, fetched.getvalue()) == (200, b"Dear Ann,")
    assert fetched["Content-Disposition"].startswith("attachment")

    listed = {"totalCount": 1, "edges": [{"node": {"name": "letter.txt", "uploadedBy": file["uploadedBy"]}}]}
    assert call(FILES, {"id": contact})["contact"]["files"] == listed
    found = call("query($id: ID!) { node(id: $id) { ... on File { name } } }", {"id": file["id"]})
    assert found == {"node": {"name": "letter.txt"}}

    deleted = call(DELETE, {"id": file["id"]})["deleteFile"]
    assert (deleted["problems"], deleted["file"]["deletedAt"] is not None) == ([], True)
    assert call(FILES, {"id": contact})["contact"]["files"]["totalCount"] == 0
    assert api["program"].client.get(file["url"], headers=api["program"].headers).status_code == 404

    restored = call(RESTORE, {"id": file["id"]})["restoreFile"]
    assert restored == {"file": {"name": "letter.txt", "deletedAt": None}, "problems": []}
    assert call(FILES, {"id": contact})["contact"]["files"]["totalCount"] == 1


@pytest.mark.parametrize("noun", ["contact", "company", "lead", "deal", "case"])
def test_every_noun_takes_files(api, crm, gid, noun):
    named = {"contact": {"last_name": "Bell"}, "lead": {"last_name": "Bell"}, "case": {"subject": "Broken"}}
    record = gid(getattr(crm, noun)(**named.get(noun, {"name": "Lumen"})))

    assert api["member"].data(ATTACH, letter_on(record))["attachFile"]["problems"] == []
    query = f"query($id: ID!) {{ {noun}(id: $id) {{ files {{ edges {{ node {{ name }} }} }} }} }}"
    assert api["reader"].data(query, {"id": record})[noun]["files"]["edges"] == [{"node": {"name": "letter.txt"}}]


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("owner", None),
        ("admin", None),
        ("member", None),
        ("program", None),
        ("reader", "FORBIDDEN"),
        ("reader's program", "FORBIDDEN"),
        ("read-only program", "FORBIDDEN"),
    ],
)
def test_only_who_may_write_changes_files(api, crm, gid, attached, who, code):
    contact = crm.contact(last_name="Bell")
    kept, deleted = attached(contact, "kept.txt"), attached(contact, "deleted.txt")
    with entered(crm.tenant):
        File.objects.filter(pk=deleted.pk).update(deleted_at=crm.now)

    answers = [
        api[who].data(ATTACH, letter_on(gid(contact)))["attachFile"],
        api[who].data(DELETE, {"id": gid(kept)})["deleteFile"],
        api[who].data(RESTORE, {"id": gid(deleted)})["restoreFile"],
    ]

    found = [[problem["code"] for problem in answer["problems"]] for answer in answers]
    assert found == [[code] if code else []] * 3
    with entered(crm.tenant):
        names = set(File.objects.alive().values_list("name", flat=True))
    assert names == ({"kept.txt"} if code else {"letter.txt", "deleted.txt"})


@pytest.mark.parametrize("who", ["outsider", "stranger", "expired program", "foreign program"])
def test_who_is_no_member_neither_changes_nor_fetches(api, crm, gid, attached, who):
    contact = crm.contact(last_name="Bell")
    file = attached(contact)

    for document, variables in ((ATTACH, letter_on(gid(contact))), (DELETE, {"id": gid(file)})):
        assert api[who](document, variables)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    response = api[who].client.get(f"/graphql/files/{file.pk}/", headers=api[who].headers)
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    with entered(crm.tenant):
        assert [each.name for each in File.objects.alive()] == ["letter.txt"]


@pytest.mark.parametrize("who", ["owner", "reader", "read-only program", "reader's program"])
def test_whoever_reads_fetches(api, crm, attached, who):
    file = attached(crm.contact(last_name="Bell"))

    response = api[who].client.get(f"/graphql/files/{file.pk}/", headers=api[who].headers)

    assert (response.status_code, response.getvalue()) == (200, b"Dear Ann,")


def test_a_token_without_the_scope_to_read_fetches_nothing(crm, attached, token_for):
    file = attached(crm.contact(last_name="Bell"))
    text = token_for("owner")
    with entered(crm.tenant):
        ApiToken.objects.update(scopes=["write"])  # nobody can make such a token today

    response = Client(SERVER_NAME="acme.localhost").get(
        f"/graphql/files/{file.pk}/", headers={"Authorization": f"Bearer {text}"}
    )

    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")


def test_ids_of_another_tenant_lead_nowhere(api, crm, gid, attached, token_for, other_tenant):
    contact = crm.contact(last_name="Bell")
    file = attached(contact)
    globex = Client(SERVER_NAME="globex.localhost")
    headers = {"Authorization": f"Bearer {token_for('owner', inside=other_tenant)}"}
    there = type(api["owner"])(globex, **headers)

    made = there.data(ATTACH, letter_on(gid(contact)))["attachFile"]
    gone = there.data(DELETE, {"id": gid(file)})["deleteFile"]

    assert [(problem["code"], problem["field"]) for problem in made["problems"]] == [("NOT_FOUND", "record")]
    assert gone == {"file": None, "problems": [{"code": "NOT_FOUND", "field": "id"}]}
    assert globex.get(f"/graphql/files/{file.pk}/", headers=headers).status_code == 404


@pytest.mark.parametrize("kind", ["Member", "Stage", "File", "Nothing"])
def test_other_records_take_no_files(api, crm, kind):
    from strawberry.relay.utils import to_base64

    answer = api["owner"].data(ATTACH, letter_on(to_base64(kind, str(new_id()))))["attachFile"]

    assert [(problem["code"], problem["field"]) for problem in answer["problems"]] == [("NOT_FOUND", "record")]


def test_files_of_a_record_in_the_bin_stay_as_they_are(api, crm, gid, attached):
    contact = crm.contact(last_name="Bell")
    file = attached(contact)
    with entered(crm.tenant):
        type(contact).objects.filter(pk=contact.pk).update(deleted_at=crm.now)

    for document, variables in ((ATTACH, letter_on(gid(contact))), (DELETE, {"id": gid(file)})):
        (answer,) = api["owner"].data(document, variables).values()
        assert [problem["code"] for problem in answer["problems"]] == ["NOT_FOUND"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.html", b"<html><script>1</script></html>", "of this kind are not taken"),
        ("offer.pdf", PNG, "ends in “.pdf”"),
        ("empty.txt", b"", "is empty"),
        ("large.txt", b"x" * (LARGEST + 1), "larger than 3 MB"),
    ],
)
def test_what_is_not_taken_is_a_problem_and_nothing_is_kept(api, crm, gid, name, content, words):
    contact = gid(crm.contact(last_name="Bell"))

    answer = api["program"].data(ATTACH, letter_on(contact, name=name, content=content))["attachFile"]

    (problem,) = answer["problems"]
    assert (answer["file"], problem["code"], problem["field"]) == (None, "FILE_REFUSED", "content")
    assert words in problem["message"]
    with entered(crm.tenant):
        assert File.objects.count() == 0


def test_the_largest_file_fits_into_a_request(api, crm, gid):
    contact = gid(crm.contact(last_name="Bell"))

    answer = api["program"].data(ATTACH, letter_on(contact, content=b"x" * LARGEST))["attachFile"]

    assert (answer["problems"], answer["file"]["size"]) == ([], LARGEST)


@pytest.mark.parametrize("content", ["Dear Ann,", "eA", "eA==\n", "é", 5])
def test_what_is_no_base64_is_told(api, crm, gid, content):
    contact = gid(crm.contact(last_name="Bell"))
    document = """mutation($record: ID!, $content: Base64!) {
        attachFile(input: {record: $record, name: "a.txt", content: $content}) { problems { code } } }"""

    (error,) = api["program"](document, {"record": contact, "content": content})["errors"]

    assert "Give the bytes as base64" in error["message"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_files_of_many_records_are_read_at_once(api, crm, attached):
    document = "{ contacts { edges { node { name files(first: 2) { totalCount edges { node { name url } } } } } } }"

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            api["program"].data(document)
        return len(queries)

    attached(crm.contact(last_name="Bell"))
    statements()
    few = statements()
    for number in range(4):
        contact = crm.contact(last_name=f"Cole {number}")
        for name in ("a.txt", "b.txt", "c.txt"):
            attached(contact, name)

    assert statements() == few
