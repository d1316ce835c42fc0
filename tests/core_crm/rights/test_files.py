"""Files follow the rights of the record that they are on, through pages and the API alike."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from strawberry.relay.utils import to_base64

from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.deals.actions import create_deal, delete_deal
from triptych.core_crm.deals.models import Deal
from triptych.platform.files.actions import attach_file
from triptych.platform.files.hookspecs import RecordsWithFiles
from triptych.platform.files.models import File
from triptych.platform.ids import new_id
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db

NODE = "query ($id: ID!) { node(id: $id) { ... on File { name } } }"
ATTACH = """mutation ($id: ID!) { attachFile(input: {record: $id, name: "a.txt", content: "QW5u"}) {
    problems { code } } }"""
DELETE = "mutation ($id: ID!) { deleteFile(input: {id: $id}) { problems { code } } }"
RESTORE = "mutation ($id: ID!) { restoreFile(input: {id: $id}) { problems { code } } }"


@pytest.fixture
def deal(tenant, members, now):
    """A deal of the owner."""
    with entered(tenant):
        return create_deal(name="Wind park", owner=members["owner"], by=members["owner"], now=now)


@pytest.fixture
def put_on(tenant, members, now):
    """Put a file on a record, as the owner."""

    def put(kind, key):
        with entered(tenant):
            upload = SimpleUploadedFile("Offer.txt", b"Two pumps.")
            return attach_file(upload=upload, kind=kind, object_id=key, by=members["owner"], now=now)

    return put


@pytest.fixture
def file(deal, put_on):
    return put_on("deal", deal.pk)


@pytest.fixture
def given_rights(role_given, rights_of):
    """The name in the cast, after the member has got the role that `who` tells of."""

    def give(who):
        name, _, right = who.partition(" ")
        if right == "without sight":
            role_given(rights_of("own", "deal"))
        elif right == "who may only see":
            role_given(rights_of("own", "deal", read="all"))
        return name

    return give


def ask(client, document, id):
    content = json.dumps({"query": document, "variables": {"id": id}})
    return client.post("/graphql/", content, content_type="application/json").json()


def codes(answer):
    if answer.get("errors"):
        return [error["extensions"]["code"] for error in answer["errors"]]
    (payload,) = answer["data"].values()
    return [problem["code"] for problem in payload["problems"]]


@pytest.mark.parametrize(
    ("who", "page", "api", "node"),
    [
        ("owner", 200, 200, {"name": "Offer.txt"}),
        ("member", 200, 200, {"name": "Offer.txt"}),
        ("member who may only see", 200, 200, {"name": "Offer.txt"}),
        ("reader", 200, 200, {"name": "Offer.txt"}),
        ("member without sight", 404, 404, None),
        ("outsider", 302, 401, None),
        ("stranger", 302, 401, None),
    ],
)
def test_who_sees_the_record_sees_its_files(cast, file, given_rights, who, page, api, node):
    client = cast[given_rights(who)]

    assert client.get(file.get_absolute_url()).status_code == page
    assert client.get(f"/graphql/files/{file.pk}/").status_code == api
    assert (ask(client, NODE, to_base64("File", str(file.pk))).get("data") or {"node": None})["node"] == node


@pytest.mark.parametrize(
    ("who", "status", "code", "attached"),
    [
        ("owner", 302, [], []),
        ("member", 302, [], []),
        ("member who may only see", 403, ["FORBIDDEN"], ["FORBIDDEN"]),
        ("reader", 403, ["FORBIDDEN"], ["FORBIDDEN"]),
        ("member without sight", 404, ["NOT_FOUND"], ["NOT_FOUND"]),
        ("outsider", 302, ["UNAUTHENTICATED"], ["UNAUTHENTICATED"]),
        ("stranger", 302, ["UNAUTHENTICATED"], ["UNAUTHENTICATED"]),
    ],
)
def test_who_changes_the_record_changes_its_files(
    cast, tenant, deal, file, put_on, given_rights, who, status, code, attached
):
    client, second = cast[given_rights(who)], put_on("deal", deal.pk)

    assert client.post(f"{file.get_absolute_url()}delete/").status_code == status
    assert codes(ask(client, DELETE, to_base64("File", str(second.pk)))) == code
    assert codes(ask(client, ATTACH, to_base64("Deal", str(deal.pk)))) == attached
    with entered(tenant):
        assert File.objects.filter(deleted_at=None).count() == (1 if code == [] else 2)
        File.objects.filter(pk__in=[file.pk, second.pk]).update(deleted_at=file.created_at)
    assert client.post(f"{file.get_absolute_url()}restore/").status_code == status
    assert codes(ask(client, RESTORE, to_base64("File", str(second.pk)))) == code
    with entered(tenant):
        assert File.objects.filter(pk__in=[file.pk, second.pk], deleted_at=None).count() == (2 if code == [] else 0)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("owner", 200),
        ("member", 200),
        ("member who may only see", 404),
        ("member without sight", 404),
        ("reader", 404),
    ],
)
def test_files_of_a_record_in_the_bin_are_seen_by_who_may_restore_it_and_changed_by_nobody(
    cast, tenant, members, now, deal, file, given_rights, who, status
):
    with entered(tenant):
        delete_deal(deal=Deal.objects.get(pk=deal.pk), by=members["owner"], now=now)
    client = cast[given_rights(who)]

    assert client.get(file.get_absolute_url()).status_code == status
    assert client.get(f"/graphql/files/{file.pk}/").status_code == status
    assert client.post(f"{file.get_absolute_url()}delete/").status_code == 404
    (code,) = codes(ask(client, DELETE, to_base64("File", str(file.pk))))
    assert code == ("FORBIDDEN" if who == "reader" else "NOT_FOUND")
    with entered(tenant):
        assert File.objects.get().deleted_at is None


def test_a_file_of_another_tenant_is_not_there(cast, file):
    cast["outsider"].defaults["SERVER_NAME"] = "globex.localhost"

    assert cast["outsider"].get(file.get_absolute_url()).status_code == 404
    assert cast["outsider"].get(f"/graphql/files/{file.pk}/").status_code == 404
    assert ask(cast["outsider"], NODE, to_base64("File", str(file.pk)))["data"]["node"] is None


def test_records_with_files_of_a_plugin_open_theirs(cast, pretend, members, put_on):
    own = Member.objects.filter(pk=members["owner"].pk)
    rights = RecordsWithFiles("pear", seen=own, changeable=own.none(), restorable=own.none())
    pretend("pear", records_with_files=lambda: [rights])
    file = put_on("pear", members["owner"].pk)

    assert cast["reader"].get(file.get_absolute_url()).status_code == 200
    assert cast["owner"].post(f"{file.get_absolute_url()}delete/").status_code == 403


@pytest.mark.parametrize("kind", ["contact", "pear"])
def test_files_on_no_record_are_there_for_nobody(cast, put_on, kind):
    assert cast["owner"].get(put_on(kind, new_id()).get_absolute_url()).status_code == 404


def test_a_record_of_another_kind_with_the_same_key_opens_nothing(cast, tenant, now, deal, file, role_given, rights_of):
    role_given(rights_of("none", "deal"))
    with entered(tenant):
        Contact.objects.create(pk=deal.pk, last_name="Bell", created_at=now, updated_at=now)

    assert cast["member"].get(file.get_absolute_url()).status_code == 404


def test_buttons_for_files_stand_with_who_may_change_the_record(cast, deal, file, given_rights):
    given_rights("member who may only see")
    button = f"{file.get_absolute_url()}delete/"

    assert button in cast["owner"].get(deal.get_absolute_url()).content.decode()
    assert button not in cast["member"].get(deal.get_absolute_url()).content.decode()
