"""Fields that a role hides or makes read-only, at every door."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from strawberry.relay.utils import to_base64

from triptych.core_crm.activities.actions import create_activity
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.cases.actions import create_case, reply
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.core_crm.contacts.actions import create_contact
from triptych.core_crm.deals.actions import create_deal, update_deal
from triptych.core_crm.deals.models import Deal, Stage
from triptych.core_crm.leads.actions import create_lead
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.rights.access import NotAllowed
from triptych.graphql.hookspecs import Withheld
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

SECRET = "7654321"


@pytest.fixture
def deal(tenant, members, now):
    """A deal whose amount is a secret of those above."""
    with entered(tenant):
        return create_deal(
            name="Wind park", amount=SECRET, currency="EUR", next_step="Call Ann", by=members["owner"], now=now
        )


@pytest.fixture
def clerk(role_given):
    """The member of the cast knows no amount, and reads next steps only."""
    return role_given({}, fields={"deal": {"amount": "hidden", "next_step": "read"}, "contact": {"phones": "hidden"}})


@pytest.mark.parametrize(
    "url", ["/deals/", "/deals/?view=table&columns=name,amount,weighted", "/deals/export/?columns=name,amount", "/"]
)
def test_no_page_tells_a_hidden_field(cast, deal, clerk, url):
    def text(who):
        response = cast[who].get(url)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        return "".join(filter(str.isalnum, content.decode()))

    assert SECRET in text("owner")
    assert SECRET not in text("member")


def test_the_page_of_a_record_has_no_such_fact_and_form(cast, tenant, deal, clerk):
    page = cast["member"].get(deal.get_absolute_url()).content.decode()
    assert "7,654,321" not in page
    assert "facts/amount/" not in page
    assert "facts/next_step/" not in page
    assert "Call Ann" in page
    assert cast["member"].get(f"{deal.get_absolute_url()}facts/amount/").status_code == 404
    assert cast["member"].get(f"{deal.get_absolute_url()}facts/next_step/").status_code == 404
    url = f"{deal.get_absolute_url()}edit/"
    form = cast["member"].get(url).content.decode()
    assert ('name="amount"' in form, 'name="next_step"' in form) == (False, False)
    fields = {"name": "Wind farm", "currency": "EUR", "probability": deal.probability, "amount": "1", "next_step": "X"}
    response = cast["member"].post(url, {**fields, "forecast_category": deal.forecast_category})
    with entered(tenant):
        deal = Deal.objects.get(pk=deal.pk)
    assert (response.status_code, deal.name, str(deal.amount), deal.next_step) == (
        302, "Wind farm", "7654321.00", "Call Ann"
    )  # fmt: skip


def test_the_action_itself_refuses(in_tenant, deal, clerk, now):
    with pytest.raises(NotAllowed) as refused:
        update_deal(deal=deal, amount=1, by=clerk, now=now)
    assert refused.value.field == "amount"


def test_nobody_finds_out_by_filters_orders_or_search(cast, tenant, members, deal, clerk, now):
    with entered(tenant):
        create_contact(first_name="Ann", phones=["+39 02 1234567"], by=members["owner"], now=now)
    narrow = cast["member"].get("/deals/?view=table&amount_to=5").content.decode()
    assert "Wind park" in narrow  # the filter is not there for them
    assert "Wind park" not in cast["owner"].get("/deals/?view=table&amount_to=5").content.decode()
    for who, found in (("owner", True), ("member", False)):
        assert ("Ann" in cast[who].get("/contacts/?q=%2B39+02+1234567").content.decode()) is found
        palette = cast[who].get("/palette/?q=%2B39+02+1234567").content.decode()
        assert ("Ann" in palette) is found


def test_the_api_answers_null_and_says_so(api, deal, clerk):
    answer = api("{ deals { edges { node { name amount baseAmount weightedAmount nextStep } } } }", who="member")
    node = {"name": "Wind park", "amount": None, "baseAmount": None, "weightedAmount": None, "nextStep": "Call Ann"}
    assert answer["data"]["deals"]["edges"] == [{"node": node}]
    assert answer["extensions"]["hiddenFields"] == ["contact.phone", "contact.phones", "deal.amount"]
    assert "hiddenFields" not in api("{ me { name } }", who="owner")["extensions"]


@pytest.mark.parametrize(
    "asked",
    [
        'filter: {amount: {gt: "5"}}',
        "orderBy: [{field: AMOUNT}]",
        'filter: {not: {amount: {gt: "5"}}}',
        'filter: {baseAmount: {gt: "5"}}',
        "orderBy: [{field: BASE_AMOUNT}]",
    ],
)
def test_the_api_refuses_to_ask_by_a_hidden_field(api, deal, clerk, asked):
    errors = api(f"{{ deals({asked}) {{ totalCount }} }}", who="member")["errors"]
    assert [error["extensions"]["code"] for error in errors] == ["FORBIDDEN"]


def test_whose_emails_are_hidden_is_not_told_by_filters_nor_by_cases(api, cast, tenant, members, role_given, now):
    with entered(tenant):
        ann = create_contact(first_name="Ann", emails=["ann@secret.example"], by=members["owner"], now=now)
        case = create_case(subject="Pump", contact=ann, by=members["owner"], now=now)
        reply(case=case, body="On its way.", by=members["owner"], now=now)
        Case.objects.filter(pk=case.pk).update(requester_email="ann@secret.example")
        CaseMessage.objects.update(sender_email="ann@secret.example", delivery_note="ann@secret.example is full")
    asked = """query ($id: ID!) { case(id: $id) {
      requesterEmail messages { edges { node { body sentTo senderEmail deliveryNote } } } } }"""
    told = api(asked, id=to_base64("Case", str(case.pk)))["data"]["case"]
    assert told["requesterEmail"] == told["messages"]["edges"][0]["node"]["sentTo"] == "ann@secret.example"
    assert "ann@secret.example" in cast["owner"].get(case.get_absolute_url()).content.decode()

    role_given({}, fields={"contact": {"emails": "hidden"}})
    told = api(asked, who="member", id=to_base64("Case", str(case.pk)))["data"]["case"]
    said = {"body": "On its way.", "sentTo": "", "senderEmail": "", "deliveryNote": ""}
    assert (told["requesterEmail"], told["messages"]["edges"]) == ("", [{"node": said}])
    page = cast["member"].get(case.get_absolute_url()).content.decode()
    assert ("On its way." in page, "secret.example" in page) == (True, False)
    errors = api('{ contacts(filter: {anyEmail: "ann@secret.example"}) { totalCount } }', who="member")["errors"]
    assert errors[0]["extensions"]["code"] == "FORBIDDEN"
    send = "mutation ($i: ReplyToCaseInput!) { replyToCase(input: $i) { problems { code } } }"
    api(send, who="member", i={"id": to_base64("Case", str(case.pk)), "body": "Here."})
    with entered(tenant):
        assert CaseMessage.objects.get(body="Here.").sent_to == "ann@secret.example"  # they can do their work


@pytest.mark.parametrize("field", ["amount", "nextStep"])
def test_the_api_refuses_a_withheld_field_in_inputs(api, deal, clerk, field):
    key, value = to_base64("Deal", str(deal.pk)), "5"
    update = "mutation ($input: UpdateDealInput!) { updateDeal(input: $input) { problems { code field } } }"
    create = "mutation ($input: CreateDealInput!) { createDeal(input: $input) { problems { code field } } }"
    changed = api(update, who="member", input={"id": key, field: value})["data"]["updateDeal"]
    made = api(create, who="member", input={"name": "New", field: value})["data"]["createDeal"]
    assert changed == made == {"problems": [{"code": "FORBIDDEN", "field": field}]}


def test_withheld_fields_of_a_plugin_are_refused_by_the_api(api, deal, pretend):
    withheld = Withheld(Deal, hidden=frozenset({"amount"}), fixed=frozenset())
    pretend("pear", withheld_fields=lambda member: [withheld] if member.role == "member" else [])
    document = '{ deals(filter: {amount: {gt: "5"}}) { totalCount } }'

    assert api(document, who="owner")["data"]["deals"]["totalCount"] == 1
    assert [error["extensions"]["code"] for error in api(document, who="member")["errors"]] == ["FORBIDDEN"]


def test_nobody_finds_out_by_conditions_on_what_is_read_off_a_hidden_field(cast, tenant, members, role_given, now):
    with entered(tenant):
        create_contact(first_name="Ann", emails=["ann@secret.example"], by=members["owner"], now=now)
    role_given({}, fields={"contact": {"emails": "hidden"}})
    where = urlencode({"where": '{"all":[["email","contains","nowhere"]]}'})
    assert "Ann" in cast["member"].get(f"/contacts/?{where}").content.decode()  # the condition is not there for them
    assert "Ann" not in cast["owner"].get(f"/contacts/?{where}").content.decode()
    grouped = cast["member"].get("/contacts/?group=email&sort=email&columns=name,email").content.decode()
    assert "ann@secret.example" not in grouped


def test_a_reason_that_is_withheld_is_not_written_by_losing(cast, tenant, members, role_given, deal, now):
    with entered(tenant):
        lead = create_lead(last_name="Rossi", by=members["owner"], now=now)
        lost = Stage.objects.get(pipeline=deal.pipeline, status=Stage.Status.LOST)
    role_given({}, fields={"deal": {"lost_reason": "hidden"}, "lead": {"lost_reason": "read"}})
    given = {"row": lead.pk, "value": "dead", "also-lost_reason": "Price"}
    for one in (
        {"path": "/leads/bulk/move/?view=board", "data": given},
        {"path": f"{deal.get_absolute_url()}move/", "data": {"stage": lost.pk, "lost_reason": "Price"}},
    ):
        assert "does not change this field" in cast["member"].post(**one, follow=True).content.decode()
    with entered(tenant):
        assert not Lead.objects.get().lost_reason
        assert not Deal.objects.get().lost_reason


def test_what_has_no_subject_is_called_by_its_kind_by_whoever_may_not_know_its_text(
    api, cast, tenant, members, role_given, drain, now
):
    role_given({}, fields={"activity": {"description": "hidden"}})
    with entered(tenant):
        ann = create_contact(first_name="Ann", by=members["owner"], now=now)
        about, due = [RecordRef.of(ann)], now + timedelta(minutes=10)
        fields = {"description": "Platypus", "start_at": due, "owner": members["member"], "reminders": [10]}
        call = create_activity(kind="call", records=about, by=members["owner"], now=now, **fields)
    drain()
    asked = f"""{{
        search(text: "call") {{ title subtitle }}
        notifications {{ edges {{ node {{ title body }} }} }}
        contact(id: "{to_base64("Contact", str(ann.pk))}") {{ timeline {{ entries {{ title body }} }} }}
    }}"""
    for who in ("owner", "member"):
        doors = ["/palette/?q=call", "/palette/?q=platypus", "/activities/?view=all", f"/contacts/{ann.pk}/"]
        told = [cast[who].get(url).content.decode() for url in doors]
        ticked = cast[who].post(f"/activities/{call.pk}/complete/?entry", headers={"HX-Request": "true"})
        cast[who].post(f"/activities/{call.pk}/reopen/")
        told += [ticked.content.decode(), str(api(asked, who=who))]
        assert ["Platypus" in one for one in told] == [who == "owner"] * len(told)
    assert "Platypus" not in cast["member"].get("/").content.decode()
    assert "Activity for you: Call" in str(api(asked, who="member"))
