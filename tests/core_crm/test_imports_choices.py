"""What is found in rows, what is proposed for them, and choices that apply to all alike."""

import io
from decimal import Decimal

import pytest

from triptych.core_crm.contacts.actions import create_company, create_contact
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.imports import actions
from triptych.core_crm.imports.checking import check_import
from triptych.core_crm.imports.choices import ALL, Choice, Do
from triptych.core_crm.imports.downloads import rows_with_reasons
from triptych.core_crm.imports.mapping import WrongMapping
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.running import run_import
from triptych.core_crm.leads.models import Lead
from triptych.platform.refusals import Forbidden

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_tenant")]


class Alone:
    """Nobody watches."""

    cancel_requested = False

    def progress(self, done, total=None, note=""): ...
    def checkpoint(self, reached): ...


@pytest.fixture
def upload(members, now):
    def upload(text, name="file.csv", object_name="", by="owner"):
        content = text if isinstance(text, bytes) else text.encode()
        return actions.upload_import(
            file=io.BytesIO(content), file_name=name, object_name=object_name, by=members[by], now=now
        )

    return upload


@pytest.fixture
def check(members, now):
    """Checks an import and answers with its forecast and its findings: (field, code, value) → numbers of rows."""

    def check(record):
        forecast = check_import(record, by=members["owner"], at=now)
        return forecast, {(one.field, one.code, one.value): one.rows for one in record.findings.all()}

    return check


@pytest.fixture
def write(members, now):
    def write(record):
        record = actions.begin_import(record=record, by=members["owner"], now=now, as_job=False)
        return run_import(record, by=members["owner"], at=now, watcher=Alone())

    return write


def decide(record, field, value, do, other="", *, now):
    return actions.decide(record=record, field=field, value=value, choice=Choice(do, other), now=now)


@pytest.mark.parametrize(
    ("name", "header", "row", "object_name", "mapping"),
    [
        (
            "x.csv",
            "Vorname,surname,E-Mail,Company name",
            "Anna,Rossi,anna@acme.example,Acme",
            "contacts",
            {"last_name": "surname", "email": "E-Mail", "company": "Company name"},
        ),
        (
            "leads.csv",
            "Given name,Family name,Organisation,Lead status",
            "Anna,Rossi,Acme,New",
            "leads",
            {
                "first_name": "Given name",
                "last_name": "Family name",
                "company_name": "Organisation",
                "status": "Lead status",
            },
        ),
        (
            "x.csv",
            "Opportunity,Amount,Stage,Expected close",
            "Big one,100,New,2026-05-01",
            "deals",
            {"name": "Opportunity", "amount": "Amount", "stage": "Stage", "close_date": "Expected close"},
        ),
        (
            "x.csv",
            "reports to,rep,territory",
            "Ann,Bob,West",
            "members",
            {"manager": "reports to", "region": "territory"},
        ),
    ],
)
def test_object_and_mapping_are_proposed_whatever_the_order_of_columns(upload, name, header, row, object_name, mapping):
    record = upload(f"{header}\n{row}\n", name)

    assert record.object_name == object_name
    assert mapping.items() <= record.mapping.items()


def test_text_in_a_number_column_is_not_proposed_as_a_number(upload):
    record = upload("account,employees,revenue\nAcme,many,lots\nInitech,few,some\n", object_name="companies")

    assert record.mapping == {"name": "account"}


def test_a_column_of_known_names_is_a_link_whatever_it_is_called(upload, members, now):
    create_company(name="Hottechi", by=members["owner"], now=now)
    record = upload("title,firma,stage\nBig one,Hottechi,New\n", object_name="deals")

    assert record.mapping.get("company") in (None, "firma")
    assert record.mapping["name"] == "title"


def test_a_mapping_that_cannot_work_is_refused_by_name(upload, now):
    record = upload("account,sector\nAcme,retail\n", object_name="companies")

    for mapping, sentence in (
        ({"industry": "sector"}, "Say which column holds “Name”."),
        ({"name": "nothing"}, "no column “nothing”"),
        ({"name": "account", "color": "sector"}, "no field “color”"),
    ):
        with pytest.raises(WrongMapping) as raised:
            actions.set_mapping(record=record, mapping=mapping, now=now)
        assert sentence in raised.value.message


ODD = """name,employees,founded,email domain,type
Acme,120,1990,acme.example,customer
Initech,many,1990,initech.example,customer
Hooli,10,90,hooli.example,Custommer
Acme,5,1999,other.example,prospect
,5,1999,nobody.example,prospect
Umbrella,1.5,1999,not a domain,prospect
Wayne,3,1999,wayne.example,prospect,too,much
"""


def test_every_bad_row_is_reported_with_its_reason(upload, check):
    record = upload(ODD, object_name="companies")
    forecast, found = check(record)

    assert (forecast.created, forecast.rejected) == (1, 6)
    assert found == {
        ("number_of_employees", "unfit", "many"): [3],
        ("founded_year", "unfit", "90"): [4],
        ("type", "unfit", "Custommer"): [4],
        ("name", "repeated", "Acme"): [5],
        ("name", "missing", ""): [6],
        ("number_of_employees", "unfit", "1.5"): [7],
        ("domain", "unfit", "not a domain"): [7],
        ("", "too_many_cells", ""): [8],
    }
    messages = set(record.findings.values_list("message", flat=True))
    assert all(message.endswith((".", "?")) for message in messages)
    suggestions = dict(record.findings.exclude(suggestion="").values_list("value", "suggestion"))
    assert suggestions == {"Custommer": "Customer", "1.5": "2"}


def test_choices_apply_to_all_rows_that_are_alike(upload, check, write, now):
    record = upload(ODD, object_name="companies")
    decide(record, "number_of_employees", "many", Do.EMPTY, now=now)
    decide(record, "founded_year", "90", Do.TAKE, "1990", now=now)
    decide(record, "type", "custommer", Do.ACCEPT, now=now)
    decide(record, "domain", ALL, Do.EMPTY, now=now)
    decide(record, "number_of_employees", ALL, Do.ACCEPT, now=now)

    forecast, found = check(record)
    assert (forecast.created, forecast.rejected) == (4, 3)
    assert ("type", "unfit", "Custommer") in found  # taken, and still said

    write(record)
    kept = Company.objects.order_by("name").values_list("name", "number_of_employees", "founded_year", "type", "domain")
    assert list(kept) == [
        ("Acme", 120, 1990, "customer", "acme.example"),
        ("Hooli", 10, 1990, "customer", "hooli.example"),
        ("Initech", None, 1990, "customer", "initech.example"),
        ("Umbrella", 2, 1999, "prospect", ""),
    ]


def test_what_only_rejected_rows_name_is_not_added(upload, write, members, now):
    create_contact(last_name="Rossi", emails=["anna@x.example"], by=members["owner"], now=now)
    record = upload(
        "last name,email,company\nNeri,neri@,Bad Mail Ltd\n,,Nameless Ltd\n"
        "Rossi,anna@x.example,Known Ltd\nBo,,Kept Ltd\n",
        object_name="contacts",
    )
    forecast = check_import(record, by=members["owner"], at=now)
    assert (forecast.created, forecast.added) == (1, {"company": 1})
    assert record.findings.get(code="added").value == "Kept Ltd"

    write(record)
    assert list(Company.objects.values_list("name", flat=True)) == ["Kept Ltd"]


def test_a_choice_can_be_taken_back(upload, check, now):
    record = upload("name,industry\nAcme,technolgy\n", object_name="companies")
    decide(record, "industry", "technolgy", Do.SKIP, now=now)
    assert check(record)[0].rejected == 1

    actions.decide(record=record, field="industry", value="technolgy", choice=None, now=now)
    forecast, found = check(record)
    assert (forecast.created, found) == (1, {("industry", "unusual", "technolgy"): [2]})

    decide(record, "industry", "technolgy", Do.KEEP, now=now)
    assert check(record)[1] == {}


def test_unknown_links_can_be_added_left_empty_or_taken_as_another(upload, check, write, now, members):
    create_company(name="Hottechi", by=members["owner"], now=now)
    record = upload(
        "deal,account,stage,value\nA,Hotechi,Won,1\nB,Nobody,Won,2\nC,Ghost,Won,3\nD,hottechi,Won,4\n",
        object_name="deals",
    )
    forecast, found = check(record)
    assert (forecast.created, forecast.rejected) == (1, 3)
    assert found[("company", "unknown_name", "Hotechi")] == [2]
    assert record.findings.get(value="Hotechi").suggestion == "Hottechi"

    decide(record, "company", "Hotechi", Do.ACCEPT, now=now)
    decide(record, "company", "Nobody", Do.CREATE, now=now)
    decide(record, "company", "Ghost", Do.EMPTY, now=now)
    write(record)
    deals = Deal.objects.order_by("name").values_list("name", "company__name", "amount")
    assert list(deals) == [
        ("A", "Hottechi", Decimal(1)),
        ("B", "Nobody", Decimal(2)),
        ("C", None, Decimal(3)),
        ("D", "Hottechi", Decimal(4)),
    ]


def test_dates_that_read_two_ways_are_a_decision(upload, check, write, now):
    record = upload("deal,stage,close date\nA,Won,3/4/2017\nB,Won,5/5/2017\n", object_name="deals")
    _forecast, found = check(record)
    assert found == {("close_date", "two_ways", "3/4/2017"): [2]} | {
        key: rows for key, rows in found.items() if key[0] == "company"
    }

    actions.set_mapping(record=record, mapping=record.mapping, date_orders={"close date": "mdy"}, now=now)
    assert ("close_date", "two_ways", "3/4/2017") not in check(record)[1]
    write(record)
    assert Deal.objects.get(name="A").close_date.isoformat() == "2017-03-04"


def test_stages_go_into_the_pipeline_that_has_them(upload, write, now):
    first = write(upload("deal,stage\nA,Prospecting\nB,closed won\n", "sales.csv", "deals"))
    second = upload("deal,stage\nC,prospecting\nD,Won\n", "more.csv", "deals")

    assert second.options["pipeline"] == first.options["pipeline"]
    write(second)
    assert set(Deal.objects.values_list("stage__name", flat=True)) == {"Prospecting", "closed won"}
    assert Deal.objects.values("pipeline").distinct().count() == 1


def test_a_deal_that_closes_before_it_opens_is_doubted(upload, check):
    _forecast, found = check(
        upload("deal,stage,engage date,close date\nA,Won,2017-05-01,2017-04-01\n", object_name="deals")
    )

    assert found[("close_date", "closed_before_opened", "2017-04-01")] == [2]


def test_known_records_are_updated_or_left_as_the_mode_says(upload, check, write, now, members):
    create_company(name="Acme", industry="retail", by=members["owner"], now=now)
    text = "name,industry\nacme,software\nInitech,software\n"

    record = upload(text, object_name="companies")
    forecast, found = check(record)
    assert (forecast.created, forecast.updated, forecast.rejected) == (1, 0, 1)
    assert ("name", "already_here", "acme") in found

    actions.set_mapping(record=record, mapping=record.mapping, mode=Import.Mode.UPDATE_ONLY, now=now)
    forecast, found = check(record)
    assert (forecast.created, forecast.updated, forecast.rejected) == (0, 1, 1)
    assert ("name", "not_here", "Initech") in found

    actions.set_mapping(record=record, mapping=record.mapping, mode=Import.Mode.UPDATE, now=now)
    done = write(record)
    assert (done.created_count, done.updated_count, done.rejected_count) == (1, 1, 0)
    assert set(Company.objects.values_list("name", "industry")) == {("acme", "software"), ("Initech", "software")}


def test_a_key_of_the_other_system_updates_the_same_deal(upload, write, now):
    write(upload("opportunity_id,deal,stage,value\nX1,Big one,Engaging,10\n", object_name="deals"))
    again = upload("opportunity_id,deal,stage,value\nX1,Big one,Won,12\nX2,New one,Engaging,5\n", object_name="deals")
    actions.set_mapping(record=again, mapping=again.mapping, mode=Import.Mode.UPDATE, now=now)
    done = write(again)

    assert (done.created_count, done.updated_count) == (1, 1)
    deals = Deal.objects.order_by("name").values_list("name", "amount", "stage__name")
    assert list(deals) == [("Big one", Decimal(12), "Won"), ("New one", Decimal(5), "Engaging")]


def test_contacts_come_with_companies_emails_phones_and_addresses(upload, write):
    write(
        upload(
            "name,first name,email,company,phone,mobile,city,country,do not email\n"
            "Rossi,Anna,ANNA@Acme.example,Acme,+39 02 1234 5678,+39 333 123 4567,Milano,Italy,yes\n"
            "Bianchi,Carlo,carlo@acme.example,Acme,,,,,no\n",
            object_name="contacts",
        )
    )

    anna = Contact.objects.get(last_name="Rossi")
    assert anna.emails == [{"email": "anna@acme.example", "label": ""}]
    assert [phone["phone"] for phone in anna.phones] == ["+390212345678", "+393331234567"]
    assert anna.addresses == [{"city": "Milano", "country": "Italy"}]
    assert (anna.company.name, anna.do_not_email) == ("Acme", True)
    assert Company.objects.count() == 1


def test_leads_need_something_to_be_known_by(upload, check, write):
    record = upload(
        "full name,company,email,lead status\nAnna Rossi,Acme,a@acme.example,in process\n,,,New\n,,nonsense,New\n",
        object_name="leads",
    )
    forecast, found = check(record)

    assert (forecast.created, forecast.rejected) == (1, 2)
    assert ("last_name", "nameless", "") in found
    assert ("email", "unfit", "nonsense") in found
    write(record)
    lead = Lead.objects.get()
    assert (lead.first_name, lead.last_name, lead.company_name, lead.status) == ("Anna", "Rossi", "Acme", "in_process")


def test_a_row_that_an_action_refuses_costs_only_itself(upload, write, members):
    record = write(
        upload(
            f"agent,email\nAnna,anna@acme.example\nTwin,{members['admin'].email}\nZoe,zoe@acme.example\n",
            object_name="members",
        )
    )

    assert (record.created_count, record.rejected_count) == (2, 1)
    assert record.findings.get(is_rejection=True).rows == [3]


def test_circles_of_parents_are_left_open_and_said(upload, write):
    record = write(upload("name,parent\nA,B\nB,C\nC,A\nD,D\n", object_name="companies"))

    assert record.created_count == 4
    assert {one.field for one in record.findings.all()} == {"parent"}
    parents = dict(Company.objects.values_list("name", "parent__name"))
    assert parents == {"A": "B", "B": "C", "C": None, "D": None}


def test_rejected_rows_come_back_with_reasons_and_without_formulas(upload, write):
    record = write(upload("name,employees\n=cmd(),many\nAcme,5\nHooli,7\n@risk,few\n", object_name="companies"))

    lines = "".join(rows_with_reasons(record, rejected=True)).splitlines()
    assert lines[0] == "\ufeffname,employees,Row in the file,What was found"
    assert [line.split(",")[0] for line in lines[1:]] == ["'=cmd()", "'@risk"]
    assert lines[1].endswith("“many” is not a number. Write it like 1234.50.")


@pytest.mark.parametrize(
    "text", ["name\nA\x00B\n".encode("utf-16"), "name\n\ud800\n".encode("utf-16", "surrogatepass")]
)
def test_characters_that_no_text_holds_reject_their_row(upload, check, text):
    forecast, found = check(upload(text, object_name="companies"))

    assert (forecast.rejected, set(found)) == (1, {("name", "damaged", "")})


def test_a_giant_cell_rejects_its_row(upload, check):
    forecast, found = check(upload(f"name\n{'x' * 5_000}\nAcme\n", object_name="companies"))

    assert (forecast.created, forecast.rejected) == (1, 1)
    assert [code for _field, code, _value in found] == ["too_long"]


def test_members_are_imported_by_who_administers(upload):
    with pytest.raises(Forbidden):
        upload("agent\nAnna\n", object_name="members", by="member")


def test_what_has_begun_cannot_begin_again(upload, write, members, now):
    record = write(upload("name\nAcme\n", object_name="companies"))

    for act in (
        lambda: actions.begin_import(record=record, by=members["owner"], now=now),
        lambda: actions.set_mapping(record=record, mapping={"name": "name"}, now=now),
        lambda: actions.discard_import(record=record),
    ):
        with pytest.raises(actions.WrongMoment):
            act()


def test_a_page_waits_for_the_first_rows_of_a_long_file_only(upload, members, now):
    record = upload("name\n" + "".join(f"Company {number}\n" for number in range(1_200)), object_name="companies")
    forecast = check_import(record, by=members["owner"], at=now, most=600)

    assert (forecast.created, forecast.left, forecast.total) == (1_000, 200, 1_200)
