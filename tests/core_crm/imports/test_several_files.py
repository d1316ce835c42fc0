"""Several files with links between them, and sheets that hold several objects: by command, in one go, undone in one."""

import io
import json
import zipfile

import openpyxl
import pytest

from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.imports import several_command, undo_command
from triptych.core_crm.imports.models import Import, ImportChange
from triptych.core_crm.imports.several_command import Wishes
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db

DEALS = (
    "opportunity_id,opportunity,account,deal stage,amount,contact,sales agent\n"
    "D1,Pumps,Isdom,Prospecting,1200,anna@isdom.example,Moses Frase\n"
    "D2,Valves,C-77,Won,80,Bo Berg,Moses Frase\n"
    "D3,Pipes,Nobody Ltd,Won,10,,\n"
)
CONTACTS = "full name,email,company\nAnna Rossi,anna@isdom.example,Isdom\nBo Berg,bo@cancity.example,Cancity\n"
COMPANIES = "customer number,account,sector,subsidiary_of\nC-76,Isdom,medical,Cancity\nC-77,Cancity,retail,\n"
AGENTS = "sales agent,manager,regional office\nMoses Frase,Dustin Brinkmann,West\n"
FILES = {"a_deals.csv": DEALS, "contacts.csv": CONTACTS, "accounts.csv": COMPANIES, "z_agents.csv": AGENTS}


@pytest.fixture
def come_in(tenant, tmp_path):
    def come_in(files, **how):
        """Import these files; the exit status, what was told, and what was complained about."""
        paths = []
        for name, content in files.items():
            paths.append(tmp_path / name)
            paths[-1].write_bytes(content if isinstance(content, bytes) else content.encode())
        out, err = io.StringIO(), io.StringIO()
        wishes = Wishes(how.pop("mapping", {}), **how.pop("wishes", {}))
        code = several_command.run(tenant, paths, wishes, as_json=True, out=out, err=err, **how)
        return code, json.loads(out.getvalue() or "{}"), err.getvalue()

    return come_in


def workbook(sheets):
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, text in sheets.items():
        sheet = book.create_sheet(name)
        for line in text.splitlines():
            sheet.append(line.split(","))
    book.create_sheet("Notes").append(["Made in spring"])
    hidden = book.create_sheet("Staff")
    hidden.sheet_state = "hidden"
    for line in (["Name", "Email"], ["Who Has Left", "left@x.example"]):
        hidden.append(line)
    book.save(content)
    return content.getvalue()


def zipped(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"out/{name}", text)
        archive.writestr("__MACOSX/._x.csv", b"\0")
    return content.getvalue()


@pytest.mark.parametrize(
    "given",
    [FILES, {"book.xlsx": workbook(FILES)}, {"all.zip": zipped(FILES)}],
    ids=["files", "sheets", "zip"],
)
def test_tables_in_any_order_find_each_others_records_and_are_undone_as_one(come_in, tenant, given):
    code, told, _err = come_in(given)

    assert (code, [one["object"] for one in told["files"]]) == (0, ["companies", "contacts", "members", "deals"])
    assert [one["created"] for one in told["files"]] == [2, 2, 1, 2]
    assert [finding["code"] for finding in told["files"][3]["findings"]][:1] == ["unknown_name"]
    with entered(tenant):
        pumps, valves = Deal.objects.order_by("name")
        assert (pumps.company.name, str(pumps.primary_contact), pumps.owner.name) == (
            "Isdom", "Anna Rossi", "Moses Frase",
        )  # fmt: skip
        assert (valves.company.name, str(valves.primary_contact)) == ("Cancity", "Bo Berg")
        assert Company.objects.get(name="Isdom").parent.name == "Cancity"

    out = io.StringIO()
    assert undo_command.run(tenant, told["files"][1]["import"], as_json=True, out=out, err=io.StringIO()) == 0
    assert json.loads(out.getvalue())["shown"] == []
    with entered(tenant):
        counts = [model.objects.count() for model in (Company, Contact, Deal, ImportChange)]
        assert counts == [0, 0, 0, 0]
        assert set(Import.objects.values_list("state", flat=True)) == {"undone"}


def test_the_dry_run_knows_what_the_other_files_would_bring_and_leaves_nothing(come_in, tenant):
    _code, told, _err = come_in(FILES, dry_run=True)

    assert (told["created"], told["rejected"]) == (7, 1)
    with entered(tenant):
        assert not Import.objects.exists()
        assert not Company.objects.exists()


def test_two_files_that_change_one_record_are_undone_to_what_was_before_both(come_in, tenant, members, now):
    from triptych.core_crm.contacts.actions import create_company

    with entered(tenant):
        create_company(name="Isdom", industry="energy", by=members["owner"], now=now)
    files = {"a.csv": "account,sector\nIsdom,medical\n", "b.csv": "account,sector,phone\nIsdom,retail,+49 30 123456\n"}
    _code, told, _err = come_in(files, wishes={"mode": "update"})
    with entered(tenant):
        assert Company.objects.get().industry == "retail"

    out = io.StringIO()
    undo_command.run(tenant, told["files"][0]["import"], as_json=True, out=out, err=io.StringIO())

    assert json.loads(out.getvalue()) == {"deleted": 0, "restored": 1, "kept": 0, "shown": []}
    with entered(tenant):
        company = Company.objects.get()
        assert (company.industry, company.phone) == ("energy", "")


ALIKE = {
    "a.csv": "first name,last name,email,phone\nAnna,Rossi,anna@isdom.example,+39 06 1234567\nBo,Berg,bo@x.example,\n",
    "b.csv": "first name,last name,email,phone,job title\nAna,Rossi,a.rossi@private.example,+39 06 1234567,CEO\n",
}


@pytest.mark.parametrize(("alike", "people", "title"), [("add", 3, ""), ("update", 2, "CEO"), ("skip", 2, "")])
def test_files_of_the_same_kind_are_compared_with_each_other(come_in, tenant, alike, people, title):
    """The dry run says what the import then says; undone together, nobody is left."""
    wishes = {"alike": alike} if alike != "add" else {}
    _code, dry, _err = come_in(ALIKE, dry_run=True, wishes=wishes)
    _code, told, _err = come_in(ALIKE, wishes=wishes)

    for one in (dry, told):
        (finding,) = one["files"][1]["findings"]
        assert (finding["code"], finding["first_rows"]) == ("alike_beside", [2])
        assert "“Ana Rossi” looks like “Anna Rossi” of the file “a.csv” (" in finding["message"]
        assert one["created"] == people
    with entered(tenant):
        assert Contact.objects.count() == people
        assert (
            Contact.objects.get(
                email="anna@isdom.example" if alike != "update" else "a.rossi@private.example"
            ).job_title
            == title
        )
    undo_command.run(tenant, told["files"][0]["import"], as_json=True, out=io.StringIO(), err=io.StringIO())
    with entered(tenant):
        assert not Contact.objects.exists()


FLAT = (
    "Name,Email,Phone,Company,Company website,Company city,Deal,Value,Stage\n"
    "Anna Rossi,anna@isdom.example,+39 06 1234567,Isdom,isdom.example,Rome,Pumps,1200,Prospecting\n"
    "Bo Berg,bo@isdom.example,,Isdom,isdom.example,Rome,,,\n"
    "Cy Clark,,,,,,Pipes,10,Won\n"
)


def test_a_sheet_with_contact_company_and_deal_in_each_row_is_split(come_in, tenant):
    code, told, err = come_in({"customers.csv": FLAT})

    assert (code, err) == (0, "")
    assert [(one["object"], one["created"], one["rejected"]) for one in told["files"]] == [
        ("companies", 1, 0), ("contacts", 3, 0), ("deals", 2, 0),
    ]  # fmt: skip
    with entered(tenant):
        pumps = Deal.objects.get(name="Pumps")
        assert (pumps.company.name, pumps.primary_contact.email) == ("Isdom", "anna@isdom.example")
        assert pumps.company.billing_address["city"] == "Rome"
        assert [str(link.contact) for link in pumps.company.contact_links.order_by("contact__last_name")] == [
            "Bo Berg", "Anna Rossi",
        ]  # fmt: skip


def test_whoever_is_interrupted_goes_on_with_all_files(come_in, tenant, monkeypatch):
    from triptych.core_crm.imports import running

    whole = running.Run.write

    def killed(run):
        if run.record.object_name == "deals":
            raise SystemExit
        whole(run)

    monkeypatch.setattr(running.Run, "write", killed)
    with pytest.raises(SystemExit):
        come_in(FILES)
    monkeypatch.setattr(running.Run, "write", whole)
    _code, told, _err = come_in(FILES)

    assert [one["created"] for one in told["files"]] == [2, 2, 1, 2]
    with entered(tenant):
        assert Deal.objects.count() == 2
        assert Member.objects.filter(name="Moses Frase").count() == 1


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.csv": COMPANIES, "b.csv": b"\x00\x01"}, "b.csv: This is not a table of text."),
        ({"a.csv": COMPANIES, "b.csv": b""}, "b.csv: The file is empty."),
        ({"a.zip": zipped({})}, "There is no CSV or XLSX file in this ZIP."),
        ({"a.zip": zipped({f"{n}.csv": "a,b\n1,2\n" for n in range(31)})}, "The ZIP unpacks to more than we read."),
        ({"a.zip": zipped(FILES)[:400]}, "The ZIP file is damaged"),
        ({"a.csv": "x1,x2\n1,2\n", "b.csv": "y1,y2\n1,2\n"}, "The columns fit nothing"),
    ],
    ids=["binary", "empty", "no tables", "many", "broken", "unknown"],
)
def test_what_cannot_be_read_is_refused_by_name_and_nothing_stays(come_in, tenant, files, message):
    code, _told, err = come_in(files)

    assert code == 1
    assert message in err
    with entered(tenant):
        assert not Import.objects.exists()


ANNA = b"email,last name,job title,phone,salutation\nanna@isdom.example,Verdi,Boss,+39 06 1234567,Ms\n"


def test_what_people_have_typed_is_not_written_over(come_in, tenant, members, now):
    from triptych.core_crm.contacts.actions import create_contact
    from triptych.core_crm.imports.actions import set_mapping

    with entered(tenant):
        create_contact(
            first_name="Anna", last_name="Rossi", job_title="CEO", emails=["anna@isdom.example"], by=members["owner"],
            now=now,
        )  # fmt: skip
        from triptych.core_crm.imports.actions import begin_import, upload_import
        from triptych.core_crm.imports.command import Console
        from triptych.core_crm.imports.running import run_import

        file = io.BytesIO(
            b"email,last name,job title,phone,salutation\nanna@isdom.example,Verdi,Boss,+39 06 1234567,Ms\n"
        )
        who = {"by": members["owner"], "now": now}
        record = upload_import(file=file, file_name="c.csv", object_name="contacts", **who)
        rules = {"job_title": "if_empty", "phone": "if_empty", "last_name": "never"}
        set_mapping(record=record, mapping=record.mapping, mode="update", overwrite=rules, now=now)
        run_import(
            begin_import(record=record, as_job=False, **who), by=who["by"], at=now, watcher=Console(io.StringIO())
        )
        contact = Contact.objects.get()

    assert (contact.last_name, contact.job_title, contact.salutation) == ("Rossi", "CEO", "Ms")
    assert [one["phone"] for one in contact.phones] == ["+39061234567"]
