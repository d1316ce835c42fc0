"""Consents: what somebody agreed to, when, how one knows; the last word counts and all words stay."""

from datetime import timedelta

import pytest
from strawberry.relay.utils import to_base64

from triptych.core_crm.contacts.actions import create_contact
from triptych.core_crm.duplicates.actions import merge_records, unmerge
from triptych.core_crm.leads.actions import convert_lead, create_lead
from triptych.core_crm.privacy.actions import erase_now, ordered
from triptych.core_crm.privacy.consenting import consents_of, holding, record_consent, save_purpose
from triptych.core_crm.privacy.models import Consent, Purpose
from triptych.core_crm.privacy.people import person_of
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db
HOME = "/settings/privacy/"
RECORD = """mutation ($input: RecordConsentInput!) {
    recordConsent(input: $input) { consent { id state channel purpose { name } by } problems { code field } }
}"""
CONSENTS = """query ($record: ID!, $holding: Boolean!) {
    consents(record: $record, holding: $holding) { state channel basis source by purpose { name } }
}"""
SAVE = """mutation ($input: SaveConsentPurposeInput!) {
    saveConsentPurpose(input: $input) { purpose { id name isActive } problems { code field } }
}"""
DELETE = """mutation ($input: DeleteConsentPurposeInput!) {
    deleteConsentPurpose(input: $input) { purpose { id } problems { code message } }
}"""


@pytest.fixture
def who(members, now):
    return {"by": members["owner"], "now": now}


@pytest.fixture
def ann(tenant, who):
    with entered(tenant):
        return create_contact(first_name="Ann", last_name="Lee", emails=["ann@lee.example"], **who)


@pytest.fixture
def letter(tenant, who):
    with entered(tenant):
        return save_purpose(name="Newsletter", description="Once a month.", **who)


def said(record, purpose, state, who, **more):
    return record_consent(**{"record": record, "purpose": purpose, "state": state, "source": "web form", **who, **more})


def test_the_last_word_counts_and_all_words_stay(tenant, ann, letter, who, now):
    with entered(tenant):
        said(ann, letter, "given", who, channel="email", at=now - timedelta(days=9))
        said(ann, letter, "withdrawn", who, channel="email", at=now - timedelta(days=1))
        said(ann, letter, "given", who, channel="post", at=now - timedelta(days=5))
        found = consents_of(ann)

        assert [(one.channel, one.state) for one in found] == [
            ("email", "withdrawn"), ("post", "given"), ("email", "given"),
        ]  # fmt: skip
        assert [(one.channel, one.state) for one in holding(found)] == [("email", "withdrawn"), ("post", "given")]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"source": " "}, "source"), ({"source": "x" * 201}, "source"), ({"channel": "smoke"}, "channel"),
     ({"state": "maybe"}, "state"), ({"basis": "whim"}, "basis"), ({"at": "future"}, "at")],
)  # fmt: skip
def test_what_breaks_a_rule_is_refused_beside_its_field(tenant, ann, letter, who, now, change, field):
    if change.get("at"):
        change = {"at": now + timedelta(days=1)}
    with entered(tenant):
        with pytest.raises(Refused) as refused:
            record_consent(**{"record": ann, "purpose": letter, "state": "given", "source": "call", **who, **change})

        assert (refused.value.field, Consent.objects.count()) == (field, 0)


def test_a_contact_keeps_what_they_said_as_a_lead_and_before_a_merge(tenant, ann, letter, who):
    with entered(tenant):
        lead = create_lead(first_name="Ann", last_name="Lee", **who)
        said(lead, letter, "given", who)
        contact = convert_lead(lead=lead, with_deal=False, **who).contact
        other = create_contact(first_name="A", last_name="Lee", **who)
        said(other, letter, "withdrawn", who, channel="phone")
        merge = merge_records(winner=contact, loser=other, **who)

        assert {(one.channel, one.state) for one in consents_of(contact)} == {("any", "given"), ("phone", "withdrawn")}
        unmerge(merge=merge, **who)
        assert [one.channel for one in consents_of(other)] == ["phone"]


def test_consents_are_forgotten_with_the_person(tenant, ann, letter, who, alone, now):
    with entered(tenant):
        said(ann, letter, "given", who, source="Ann said so")
        person = person_of(ann)
        receipt = erase_now(person, erasure=ordered(person, by=None, now=now), by=None, now=now, watcher=alone)

        assert not Consent.objects.exists()
        assert {"kind": "consents", "label": "Consents", "count": 1, "fate": "deleted"} in receipt.counts


@pytest.mark.parametrize(
    ("who_", "status", "count"), [("member", 204, 1), ("reader", 403, 0), ("outsider", 302, 0), ("stranger", 302, 0)]
)
def test_who_may_change_a_contact_writes_down_what_they_said(cast, tenant, ann, letter, who_, status, count):
    form = {"purpose": letter.pk, "state": "given", "channel": "email", "basis": "consent", "source": "Call"}
    response = cast[who_].post(f"{HOME}consents/contact/{ann.pk}/new/", form)

    assert response.status_code == status
    with entered(tenant):
        assert Consent.objects.count() == count


def test_the_card_and_the_dialog_tell_what_was_said(cast, tenant, ann, letter, who):
    empty = cast["member"].get(f"/contacts/{ann.pk}/").content.decode()
    with entered(tenant):
        said(ann, letter, "withdrawn", who, channel="sms", basis="legitimate_interest")
    card = cast["owner"].get(f"/contacts/{ann.pk}/").content.decode()
    dialog = cast["reader"].get(f"{HOME}consents/contact/{ann.pk}/").content.decode()

    assert "No consent is written down." in empty
    assert "Person&#x27;s data" not in empty
    assert f"{HOME}of/contact/{ann.pk}/" in card
    assert "Newsletter" in card
    assert "Text message · Withdrawn" in card
    assert "Legitimate interest · web form" in dialog
    assert cast["member"].get(f"{HOME}consents/deal/{ann.pk}/").status_code == 404


def test_a_form_without_a_source_says_so(cast, ann, letter):
    response = cast["owner"].post(f"{HOME}consents/contact/{ann.pk}/new/", {"purpose": letter.pk, "state": "given"})

    assert response.status_code == 422
    assert 'id="id_source_error"' in response.content.decode() or "required" in response.content.decode()


def test_purposes_are_named_changed_and_deleted_by_who_administers(cast, tenant, letter, ann, who):
    made = cast["admin"].post(f"{HOME}purposes/", {"name": "Fairs"})
    twice = cast["admin"].post(f"{HOME}purposes/", {"name": "fairs"})
    with entered(tenant):
        said(ann, letter, "given", who)
        fairs = Purpose.objects.get(name="Fairs")
    cast["admin"].post(f"{HOME}purposes/{letter.pk}/", {"name": "News", "description": ""})
    for purpose in (letter, fairs):
        cast["admin"].post(f"{HOME}purposes/{purpose.pk}/delete/")

    assert (made.status_code, "There is a purpose of that name already." in twice.content.decode()) == (302, True)
    assert cast["member"].post(f"{HOME}purposes/", {"name": "Mine"}).status_code == 403
    with entered(tenant):
        assert list(Purpose.objects.values_list("name", "is_active")) == [("News", False)]
        letter.refresh_from_db()
        with pytest.raises(Refused, match="no longer in use"):
            said(ann, letter, "given", who)


def test_the_api_writes_down_and_tells(api, tenant, ann, letter):
    key = to_base64("Contact", ann.pk)
    given = {"record": key, "purpose": str(letter.pk), "state": "GIVEN", "source": "Fair", "channel": "PHONE"}
    made = api(RECORD, who="member", input=given)["data"]["recordConsent"]
    api(RECORD, input={**given, "state": "WITHDRAWN"})
    refused = [
        api(RECORD, who="reader", input=given)["data"]["recordConsent"]["problems"],
        api(RECORD, input={**given, "purpose": "7"})["data"]["recordConsent"]["problems"],
        api(RECORD, input={**given, "record": to_base64("Deal", ann.pk)})["data"]["recordConsent"]["problems"],
        api(RECORD, input={**given, "source": ""})["data"]["recordConsent"]["problems"],
    ]

    assert (made["problems"], made["consent"]["purpose"]["name"], made["consent"]["by"]) == ([], "Newsletter", "Member")
    assert [problems[0]["code"] for problems in refused] == ["FORBIDDEN", "NOT_FOUND", "NOT_FOUND", "REFUSED"]
    now_holding = api(CONSENTS, record=key, holding=True)["data"]["consents"]
    assert [(one["state"], one["channel"], one["basis"]) for one in now_holding] == [("WITHDRAWN", "PHONE", "CONSENT")]
    assert len(api(CONSENTS, record=key, holding=False)["data"]["consents"]) == 2


def test_the_api_keeps_purposes_for_who_administers(api, letter):
    made = api(SAVE, input={"name": "Fairs"})["data"]["saveConsentPurpose"]["purpose"]
    changed = api(SAVE, input={"id": made["id"], "name": "Trade fairs", "isActive": False})["data"]
    gone = api(DELETE, input={"id": made["id"]})["data"]["deleteConsentPurpose"]
    refused = api(SAVE, who="member", input={"name": "Mine"})["data"]["saveConsentPurpose"]["problems"]

    assert changed["saveConsentPurpose"]["purpose"] == {**made, "name": "Trade fairs", "isActive": False}
    assert (gone, [one["code"] for one in refused]) == ({"purpose": None, "problems": []}, ["FORBIDDEN"])
    names = api("{ consentPurposes { name } }", who="reader")["data"]["consentPurposes"]
    assert names == [{"name": "Newsletter"}]
