"""The flow of the import through its pages: upload, columns, check, choices, writing, undoing, downloads."""

import io
from base64 import b64decode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from triptych.core_crm.contacts.actions import create_company, update_company
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.imports.models import Import
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db
ACCOUNTS = b"account,sector,employees\nHottechi,technolgy,120\nCancity,retail,many\nIsdom,medical,40\n"
COLUMNS = {"column-0": "name", "column-1": "industry", "column-2": "number_of_employees", "mode": "create"}
HTMX = {"HX-Request": "true"}


def upload(client, content=ACCOUNTS, name="accounts.csv", object_name=""):
    return client.post("/import/", {"file": SimpleUploadedFile(name, content), "object_name": object_name})


@pytest.fixture
def draft(cast, tenant):
    """An uploaded file; its address."""
    place = upload(cast["owner"])["Location"].removesuffix("columns/")
    with entered(tenant):
        return Import.objects.get(pk=place.split("/")[2])


@pytest.fixture
def done(cast, tenant, draft, drain):
    """That file, imported."""
    cast["owner"].post(f"/import/{draft.pk}/columns/", COLUMNS)
    cast["owner"].post(f"/import/{draft.pk}/begin/")
    drain()
    with entered(tenant):
        draft.refresh_from_db()
    return draft


def test_the_whole_flow(cast, tenant, draft, drain):
    owner, home = cast["owner"], f"/import/{draft.pk}/"
    page = owner.get(f"{home}columns/").content.decode()
    assert '<option value="name" selected>' in page
    assert "technolgy" in page

    assert owner.post(f"{home}columns/", COLUMNS)["Location"] == f"{home}check/"
    page = owner.get(f"{home}check/").content.decode()
    assert "Import 2 rows" in page
    assert "“many” is not a number." in page
    assert "Take “technology”" in page

    owner.post(f"{home}decide/", {"field": "industry", "value": "technolgy", "do": "accept"}, headers=HTMX)
    fragment = owner.post(
        f"{home}decide/", {"field": "number_of_employees", "value": "many", "do": "empty"}, headers=HTMX
    ).content.decode()
    assert fragment.strip().startswith('<div id="findings"')
    assert "Import 3 rows" in fragment
    assert "What you chose" in fragment

    assert owner.post(f"{home}begin/")["Location"] == home
    assert "progress/" in owner.get(home).content.decode()
    drain()
    assert owner.get(f"{home}progress/", headers=HTMX)["HX-Redirect"] == home
    page = owner.get(home).content.decode()
    assert "Undo the whole import" in page
    with entered(tenant):
        kept = Company.objects.order_by("name").values_list("name", "industry", "number_of_employees")
        assert list(kept) == [("Cancity", "retail", None), ("Hottechi", "technology", 120), ("Isdom", "medical", 40)]

    owner.post(f"{home}undo/")
    drain()
    assert "Removed: 3." in owner.get(home).content.decode()
    with entered(tenant):
        assert not Company.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 200), ("member", 200), ("reader", 403), ("outsider", 302), ("stranger", 302)]
)
def test_who_imports(cast, draft, who, status):
    for page in ("/import/", f"/import/{draft.pk}/columns/", f"/import/{draft.pk}/check/"):
        assert cast[who].get(page).status_code == status


@pytest.mark.parametrize("who", ["reader", "outsider", "stranger"])
def test_who_may_not_import_changes_nothing(cast, tenant, draft, drain, who):
    upload(cast[who])
    for act in ("columns", "object", "decide", "begin", "undo", "discard", "cancel", "resume"):
        cast[who].post(f"/import/{draft.pk}/{act}/", {**COLUMNS, "field": "name", "do": "skip"})
    drain()

    with entered(tenant):
        kept = Import.objects.get()
        assert (kept.state, kept.decisions, kept.mapping) == ("draft", {}, draft.mapping)
        assert not Company.objects.exists()


def test_members_are_imported_by_who_administers(cast, tenant):
    response = upload(cast["member"], b"agent\nAnna\n", object_name="members")
    assert response.status_code in (403, 422)

    place = upload(cast["owner"], b"agent,manager\nAnna,Zoe\n", object_name="members")["Location"]
    assert cast["member"].get(place).status_code == 404


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x00\x01\x02", "This is not a table of text."),
        (b"PK\x03\x04xxxx", "The workbook is damaged or protected."),
        (b"\n\n", "The file is empty."),
    ],
)
def test_a_hostile_file_gets_a_sentence(cast, tenant, content, sentence):
    response = upload(cast["owner"], content)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    with entered(tenant):
        assert not Import.objects.exists()


def test_a_wrong_mapping_keeps_what_was_chosen(cast, draft):
    response = cast["owner"].post(f"/import/{draft.pk}/columns/", {"column-1": "industry", "mode": "create"})

    assert response.status_code == 422
    assert "Say which column holds “Name”." in response.content.decode()
    assert '<option value="industry" selected>' in response.content.decode()


def test_a_file_can_be_about_something_else(cast, tenant, draft):
    cast["owner"].post(f"/import/{draft.pk}/object/", {"object_name": "leads"})

    with entered(tenant):
        draft.refresh_from_db()
        assert draft.object_name == "leads"
        assert draft.mapping["company_name"] == "account"


def test_rejected_rows_are_downloaded(cast, done):
    response = cast["owner"].get(f"/import/{done.pk}/rejected/")

    assert response["Content-Disposition"] == 'attachment; filename="accounts-rejected.csv"'
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1] == "Cancity,retail,many,3,“many” is not a number. Write it like 1234.50."
    doubtful = b"".join(cast["owner"].get(f"/import/{done.pk}/doubtful/").streaming_content).decode()
    assert "technolgy" in doubtful


def test_past_imports_are_listed(cast, done):
    page = cast["owner"].get("/import/").content.decode()

    assert "accounts.csv" in page
    assert "Done" in page


def test_a_forgotten_file_is_gone(cast, tenant, draft):
    cast["owner"].post(f"/import/{draft.pk}/discard/")

    assert cast["owner"].get(f"/import/{draft.pk}/").status_code == 404


def test_an_import_that_was_asked_to_stop_stops(cast, tenant, draft, drain):
    owner = cast["owner"]
    owner.post(f"/import/{draft.pk}/columns/", COLUMNS)
    owner.post(f"/import/{draft.pk}/begin/")
    owner.post(f"/import/{draft.pk}/cancel/")
    drain()

    assert "Stopped" in owner.get(f"/import/{draft.pk}/").content.decode()
    with entered(tenant):
        assert not Company.objects.exists()


def test_an_interrupted_import_can_be_gone_on_with(cast, tenant, draft, drain):
    with entered(tenant):
        Import.objects.filter(pk=draft.pk).update(state="running", job_id=None)
    page = cast["owner"].get(f"/import/{draft.pk}/").content.decode()
    assert "This import was interrupted" in page

    cast["owner"].post(f"/import/{draft.pk}/resume/")
    drain()
    with entered(tenant):
        assert Import.objects.get().state == "done"
        assert Company.objects.count() == 2


START = """mutation ($input: StartImportInput!) {
  startImport(input: $input) { importJob { id object state rowCount } problems { code field message } } }"""
UNDO = """mutation ($id: ID!) {
  undoImport(input: {id: $id}) { importJob { state } problems { code message } } }"""
READ = """query ($id: ID!) { importJob(id: $id) {
  state createdCount rejectedCount doubtfulCount findings { field code value suggestion isTaken rowCount firstRows } }
  importJobs { edges { node { fileName } } } }"""


def ask(client, document, **variables):
    body = {"query": document, "variables": variables}
    return client.post("/graphql/", body, content_type="application/json").json()


def test_the_same_through_the_api(cast, tenant, members, now, drain):
    owner = cast["owner"]
    given = {"object": "companies", "fileName": "accounts.csv", "text": ACCOUNTS.decode(), "acceptSuggestions": True}
    told = ask(owner, START, input=given)["data"]["startImport"]
    assert told["problems"] == []
    assert {**told["importJob"], "id": ""} == {"id": "", "object": "companies", "state": "RUNNING", "rowCount": 3}

    drain()
    told_id = told["importJob"]["id"]
    told = ask(owner, READ, id=told_id)["data"]
    job = told["importJob"]
    assert (job["state"], job["createdCount"], job["rejectedCount"], job["doubtfulCount"]) == ("DONE", 2, 1, 1)
    assert {(one["code"], one["value"], one["isTaken"]) for one in job["findings"]} == {
        ("unfit", "many", False),
        ("unusual", "technolgy", True),
    }
    assert told["importJobs"]["edges"] == [{"node": {"fileName": "accounts.csv"}}]

    with entered(tenant):
        isdom = Company.objects.get(name="Isdom")
        update_company(company=isdom, description="Worked on since.", by=members["owner"], now=now)
    assert ask(owner, UNDO, id=told_id)["data"]["undoImport"]["problems"] == []
    drain()
    assert ask(owner, READ, id=told_id)["data"]["importJob"]["state"] == "UNDONE"
    undone = "query ($id: ID!) { importJob(id: $id) { undone { deletedCount restoredCount keptCount kept { name } } } }"
    assert ask(owner, undone, id=told_id)["data"]["importJob"]["undone"] == {
        "deletedCount": 1, "restoredCount": 0, "keptCount": 1, "kept": [{"name": "Isdom"}]
    }  # fmt: skip


REJECTED = """query ($id: ID!, $after: Int!) { importJob(id: $id) {
  columns { name field overwrite } rejectedRows(first: 1, after: $after) { number cells reasons } } }"""
MISTYPED = (
    "Name,Email,Phone,Notes\nZed,nobody,+49 30 1234567,-5\nAda,ada@x.example,,\nUno,no one,+49 30 555,@me\n"
    "Bea,bea@x.example,,\n"
)


def test_rejected_rows_come_in_mended_from_the_page_and_the_api(cast, tenant, drain):
    owner = cast["owner"]
    given = {"object": "contacts", "fileName": "z.csv", "text": MISTYPED}
    told_id = ask(owner, START, input=given)["data"]["startImport"]["importJob"]["id"]
    drain()

    job = ask(owner, REJECTED, id=told_id, after=2)["data"]["importJob"]
    assert job["columns"][2] == {"name": "Phone", "field": "phone", "overwrite": "ALWAYS"}
    [row] = job["rejectedRows"]
    assert (row["number"], row["cells"]) == (4, ["Uno", "no one", "+49 30 555", "@me"])
    assert row["reasons"] == ["“no one” is not an email address. One looks like anna@example.com."]
    assert ask(owner, REJECTED, id=told_id, after=4)["data"]["importJob"]["rejectedRows"] == []

    pk = b64decode(told_id).decode().split(":")[1]
    file = b"".join(owner.get(f"/import/{pk}/rejected/").streaming_content).decode("utf-8-sig")
    assert "'+49 30 555,'@me" in file  # no formula for whoever opens it in a spreadsheet
    mended = file.replace("nobody", "zed@x.example").replace("no one", "uno@x.example")
    ask(owner, START, input={**given, "text": mended})
    drain()
    with entered(tenant):
        found = Contact.objects.filter(last_name__in=["Zed", "Uno"]).order_by("last_name")
        assert [(one.phones[0]["phone"], one.description) for one in found] == [
            ("+4930555", "@me"),
            ("+49301234567", "-5"),
        ]


def test_the_api_says_when_a_filled_field_is_written_and_how_dates_are_read(cast, tenant, members, now, drain):
    with entered(tenant):
        acme = create_company(name="Acme", industry="Tools", by=members["owner"], now=now)
    wish = [
        {"column": "sector", "field": "industry", "overwrite": "IF_EMPTY"},
        {"column": "about", "field": "description", "overwrite": "NEVER"},
        {"column": "size", "field": "number_of_employees", "dates": "MONTH_FIRST"},
    ]
    text = "name,sector,about,size\nAcme,retail,made of tools,7\nBolt,retail,,8\n"
    given = {"object": "companies", "fileName": "a.csv", "text": text, "mode": "UPDATE", "mapping": wish}
    told_id = ask(cast["owner"], START, input=given)["data"]["startImport"]["importJob"]["id"]
    drain()

    rules = {
        one["field"]: one["overwrite"]
        for one in ask(cast["owner"], REJECTED, id=told_id, after=0)["data"]["importJob"]["columns"]
    }
    assert (rules["industry"], rules["description"], rules["number_of_employees"]) == ("IF_EMPTY", "NEVER", "ALWAYS")
    with entered(tenant):
        acme.refresh_from_db()
        assert (acme.industry, acme.description, acme.number_of_employees) == ("Tools", "", 7)
        assert Import.objects.get().date_orders == {"size": "mdy"}


def test_the_api_stops_an_import(cast, tenant, drain):
    given = {"object": "companies", "fileName": "a.csv", "text": "name\nAcme\n"}
    told_id = ask(cast["owner"], START, input=given)["data"]["startImport"]["importJob"]["id"]

    def problems(client, verb):
        document = f"mutation ($id: ID!) {{ {verb}(input: {{id: $id}}) {{ problems {{ code }} }} }}"
        return ask(client, document, id=told_id)["data"][verb]["problems"]

    assert problems(cast["reader"], "cancelImport") == [{"code": "FORBIDDEN"}]
    assert problems(cast["owner"], "cancelImport") == []
    drain()
    assert ask(cast["owner"], READ, id=told_id)["data"]["importJob"]["createdCount"] == 0
    assert problems(cast["owner"], "resumeImport") == []
    drain()
    assert ask(cast["owner"], READ, id=told_id)["data"]["importJob"]["createdCount"] == 1
    assert [one["code"] for one in problems(cast["owner"], "resumeImport")] == ["WRONG_MOMENT"]


def test_the_api_refuses_with_problems(cast, tenant):
    def problems(client, **given):
        told = ask(client, START, input={"object": "companies", "fileName": "a.csv", **given})["data"]["startImport"]
        return [(one["code"], one["field"]) for one in told["problems"]]

    assert problems(cast["reader"], text="name\nA\n") == [("FORBIDDEN", None)]
    assert problems(cast["owner"], object="planets", text="name\nA\n") == [("UNKNOWN_OBJECT", "object")]
    assert problems(cast["owner"], base64="***") == [("REFUSED", "base64")]
    assert problems(cast["owner"], text="") == [("UNREADABLE_FILE", None)]
    wrong = [{"column": "y", "field": "name"}]
    assert problems(cast["owner"], text="x\n1\n", mapping=wrong) == [("WRONG_MAPPING", None)]
    assert ask(cast["reader"], "{ importJobs { edges { node { id } } } }")["data"]["importJobs"]["edges"] == []
    with entered(tenant):
        assert not Company.objects.exists()


def test_workbooks_come_in_through_the_page(cast, tenant, drain):
    import openpyxl

    book, content = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["name", "revenue", "founded"])
    book.active.append(["Hottechi", 8170.38, 1997])
    book.save(content)
    place = upload(cast["owner"], content.getvalue(), "accounts.xlsx", "companies")["Location"].removesuffix("columns/")
    cast["owner"].post(f"{place}begin/")
    drain()

    with entered(tenant):
        company = Company.objects.get()
        assert (company.name, str(company.annual_revenue), company.founded_year) == ("Hottechi", "8170.38", 1997)
