"""Several files through the pages: one preview, one dry run, one progress, one undo; and a sheet that is split."""

import re
from base64 import b64encode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.imports.models import Import
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db
COMPANIES = b"account,sector,subsidiary_of\nIsdom,medical,Cancity\nCancity,retail,\n"
CONTACTS = b"full name,email,company\nAnna Rossi,anna@isdom.example,Isdom\nBo Berg,bo@x.example,Isdom\n"
DEALS = b"opportunity,account,deal stage,amount,contact\nPumps,Isdom,Won,1200,anna@isdom.example\nPipes,Nobody,Won,1,\n"
FLAT = (
    b"Name,Email,Company,Company website,Deal,Value,Stage\n"
    b"Anna Rossi,anna@isdom.example,Isdom,isdom.example,Pumps,12,Won\n"
)


def upload(client, *files):
    given = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post("/import/", {"file": given, "object_name": ""})


@pytest.fixture
def home(cast):
    """The address of three tables that were given at once, in the wrong order."""
    files = ("deals.csv", DEALS), ("contacts.csv", CONTACTS), ("accounts.csv", COMPANIES)
    return upload(cast["owner"], *files)["Location"]


def test_the_whole_flow_of_several_files(cast, tenant, home, drain):
    owner = cast["owner"]
    page = owner.get(home).content.decode()
    assert re.findall(r"<h2 class=\"h3\">.*?(\w+\.csv)</h2>", page, re.S) == [
        "accounts.csv",
        "contacts.csv",
        "deals.csv",
    ]
    assert "“contact” names contacts of contacts.csv" in page

    assert owner.post(home, {})["Location"] == f"{home}check/"
    page = owner.get(f"{home}check/").content.decode()
    assert "Import 5 rows" in page
    assert "There is no “Nobody” among the companies." in page

    assert owner.post(f"{home}begin/")["Location"] == home
    assert "Importing all tables" in owner.get(home).content.decode()
    drain()
    page = owner.get(home).content.decode()
    assert "Undo the whole import" in page
    with entered(tenant):
        assert Deal.objects.get().primary_contact.email == "anna@isdom.example"
        assert Company.objects.get(name="Isdom").parent.name == "Cancity"
        deals = Import.objects.get(object_name="deals")
    rejected = b"".join(owner.get(f"/import/{deals.pk}/rejected/").streaming_content).decode()
    assert "Pipes,Nobody,Won,1,,3,There is no “Nobody”" in rejected

    owner.post(f"/import/{deals.pk}/undo/")
    drain()
    assert "Removed: 5." in owner.get(home).content.decode()
    with entered(tenant):
        assert not Company.objects.exists()


def test_a_table_may_be_left_out_and_another_updates_only_what_is_empty(cast, tenant, home, drain):
    with entered(tenant):
        keys = dict(Import.objects.values_list("object_name", "pk"))
    choices = {f"object-{keys['deals']}": "", f"mode-{keys['contacts']}": "update"}
    cast["owner"].post(home, {**choices, f"overwrite-{keys['contacts']}": "if_empty"})
    cast["owner"].post(f"{home}begin/")
    drain()

    with entered(tenant):
        assert (Deal.objects.count(), Contact.objects.count(), Import.objects.count()) == (0, 2, 2)
        assert Import.objects.get(object_name="contacts").overwrite["email"] == "if_empty"


def test_a_sheet_with_several_objects_is_split_at_a_press(cast, tenant, drain):
    columns = upload(cast["member"], ("all.csv", FLAT))["Location"]
    assert "The columns speak of Companies, Contacts, Deals." in cast["member"].get(columns).content.decode()

    home = cast["member"].post(columns.replace("columns/", "split/"))["Location"]
    cast["member"].post(f"{home}begin/")
    drain()

    with entered(tenant):
        deal = Deal.objects.get(name="Pumps")
        assert (deal.company.website, str(deal.primary_contact)) == ("https://isdom.example", "Anna Rossi")


@pytest.mark.parametrize(
    ("who", "status"), [("admin", 200), ("member", 200), ("reader", 403), ("outsider", 302), ("stranger", 302)]
)
def test_who_may_see_an_upload(cast, home, who, status):
    assert cast[who].get(home).status_code == status


def test_a_member_does_not_import_members_among_other_files(cast, home):
    response = upload(cast["member"], ("accounts.csv", COMPANIES), ("agents.csv", b"sales agent,region\nMo,West\n"))

    page = cast["member"].get(response["Location"]).content.decode()
    assert '<option value="members"' not in page
    forced = cast["member"].post(
        response["Location"], {f"object-{re.search('object-([0-9a-f-]+)', page)[1]}": "members"}
    )
    assert forced.status_code == 422
    assert "“members” cannot be imported here." in forced.content.decode()


IMPORT = """mutation ($input: ImportFilesInput!) { importFiles(input: $input) {
    ids forecasts { object rowCount createdCount rejectedCount messages } problems { code field message } } }"""


def ask(client, **given):
    files = [
        {"fileName": "deals.csv", "text": DEALS.decode()},
        {"fileName": "contacts.csv", "text": CONTACTS.decode()},
        {"fileName": "accounts.csv", "base64": b64encode(COMPANIES).decode()},
    ]
    body = {"query": IMPORT, "variables": {"input": {"files": files, **given}}}
    return client.post("/graphql/", body, content_type="application/json").json()["data"]["importFiles"]


def test_the_same_through_the_api(cast, tenant, drain):
    told = ask(cast["member"], dryRun=True)
    assert [(one["object"], one["createdCount"], one["rejectedCount"]) for one in told["forecasts"]] == [
        ("companies", 2, 0), ("contacts", 2, 0), ("deals", 1, 1),
    ]  # fmt: skip
    with entered(tenant):
        assert not Import.objects.exists()

    told = ask(cast["member"])
    drain()
    assert (len(told["ids"]), told["problems"]) == (3, [])
    with entered(tenant):
        assert Deal.objects.get().company.parent.name == "Cancity"
    undo = "mutation ($id: GlobalID!) { undoImport(input: {id: $id}) { importJob { uploadId } problems { code } } }"
    body = {"query": undo.replace("GlobalID", "ID"), "variables": {"id": told["ids"][0]}}
    told = cast["member"].post("/graphql/", body, content_type="application/json").json()["data"]["undoImport"]
    assert told["problems"] == []
    assert told["importJob"]["uploadId"]
    drain()
    with entered(tenant):
        assert not Company.objects.exists()


@pytest.mark.parametrize(
    ("who", "given", "code"),
    [
        ("reader", {}, "FORBIDDEN"),
        ("owner", {"files": []}, "UNREADABLE_FILE"),
        ("owner", {"files": [{"fileName": "a.csv", "text": "x\n1\n"}]}, "UNREADABLE_FILE"),
        ("owner", {"files": [{"fileName": "a.csv", "text": "a\n1\n", "object": "planets"}]}, "UNKNOWN_OBJECT"),
        ("member", {"files": [{"fileName": "a.csv", "text": "name\nMo\n", "object": "members"}]}, "FORBIDDEN"),
    ],
)
def test_the_api_says_why_files_are_not_imported(cast, tenant, who, given, code):
    assert [problem["code"] for problem in ask(cast[who], **given)["problems"]] == [code]
    with entered(tenant):
        assert not Import.objects.exists()
