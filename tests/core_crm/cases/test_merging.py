"""Two cases made one, one made two, and both taken back: by page and through the API."""

from datetime import timedelta

import pytest
from strawberry.relay.utils import to_base64

from triptych.core_crm.cases import actions
from triptych.core_crm.cases.conversation import SHOWN, messages_of
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.core_crm.rights.actions import create_role, give_role
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def make(tenant, members, now):
    def make(subject, **fields):
        with entered(tenant):
            return actions.create_case(subject=subject, by=members["member"], now=now, **fields)

    return make


@pytest.fixture
def said(tenant, now):
    """Let the customer say something after so many minutes."""

    def said(case, body, minutes):
        with entered(tenant):
            at = now + timedelta(minutes=minutes)
            return actions.take_in_message(case=case, body=body, contact=None, by=None, now=at)

    return said


@pytest.fixture
def again(tenant):
    def again(case):
        with entered(tenant):
            return Case.objects.select_related("merged_into", "follows").get(pk=case.pk)

    return again


def bodies(tenant, case, who="owner"):
    with entered(tenant):
        reader = Member.objects.get(role=who, person_id__isnull=False)
        return [message.body for message in messages_of(case, reader).messages]


def test_a_merged_conversation_stands_in_the_order_of_time_and_comes_apart_again(
    cast, tenant, make, said, again, members, now
):
    first, second = make("One"), make("Two", requester_email="petra@kunde.test")
    said(first, "a", 1), said(second, "b", 2), said(first, "c", 3)
    with entered(tenant):
        actions.reply(case=second, body="d", by=members["member"], now=now + timedelta(minutes=4), then="closed")
    member, address = cast["member"], f"/cases/{second.pk}/"
    given = {"into": first.pk, "tell": "on"}

    preview = member.post(f"{address}merge/", given, headers=HTMX).content.decode()
    assert ("Its 2 messages join the 2 there" in preview, "petra@kunde.test is told" in preview) == (True, True)
    assert again(second).merged_into is None
    member.post(f"{address}merge/", {**given, "confirmed": "1"}, headers=HTMX)

    told = "Your request #2 goes on as #1, together with another one about the same."
    assert bodies(tenant, first) == ["a", "b", "c", "d", told]
    member.post(f"{address}unmerge/")
    assert (again(second).status, again(second).merged_into, bodies(tenant, first)) == ("closed", None, ["a", "c"])


def test_who_answers_a_case_that_goes_on_in_another_does_not_tear_them_apart(
    cast, api, tenant, make, again, members, now
):
    first, second = make("One"), make("Two")
    stale = cast["member"].get(f"/cases/{second.pk}/").content.decode()
    with entered(tenant):
        actions.merge_case(case=second, into=first, by=members["member"], now=now)
    fresh = cast["member"].get(f"/cases/{second.pk}/").content.decode()
    refused = cast["member"].post(f"/cases/{second.pk}/say/reply/", {"reply-body": "Hello?"}, headers=HTMX)
    noted = cast["member"].post(f"/cases/{second.pk}/say/note/", {"note-body": "Same as one"}, headers=HTMX)
    document = 'mutation($id: ID!) { %s(input: {id: $id, body: "Hi"}) { problems { field } } }'
    told = [
        api(document % name, id=to_base64("Case", str(second.pk)))["data"][name]["problems"]
        for name in ("replyToCase", "writeDownForCase")
    ]

    assert ("reply-body" in stale, "reply-body" in fresh, "note-body" in fresh) == (True, False, True)
    assert (refused.status_code, "Hello?" in refused.content.decode(), noted.status_code) == (422, True, 200)
    assert told == [[{"field": "body"}]] * 2
    assert (again(second).status, again(second).merged_into, bodies(tenant, first)) == (
        "duplicate", first, ["Same as one"],
    )  # fmt: skip


def test_a_merged_conversation_is_read_by_those_who_may_see_both(cast, tenant, make, said, members, now):
    act = {"by": members["owner"], "now": now}
    first, second = make("One", owner=members["reader"]), make("Two", owner=members["admin"])
    said(first, "for all", 1), said(second, "for few", 2)
    with entered(tenant):
        role = create_role(name="Own", base="reader", rights={"case": {"read": "own"}}, field_rights={}, **act)
        give_role(member=members["reader"], role=role, **act)
        actions.merge_case(case=second, into=first, **act)
    pages = [cast[who].get(f"/cases/{first.pk}/").content.decode() for who in ("reader", "owner")]

    assert [("for all" in page, "for few" in page) for page in pages] == [(True, False), (True, True)]


def test_who_may_not_merge_or_split(cast, tenant, make, said, again):
    first, second = make("One"), make("Two")
    message = said(first, "a", 1)
    paths = (f"{first.pk}/merge/", f"{first.pk}/unmerge/", f"{first.pk}/rejoin/", f"messages/{message.pk}/split/")
    for who, status in (("reader", 403), ("outsider", 302), ("stranger", 302)):
        for path in paths:
            data = {"into": second.pk, "confirmed": "1", "subject": "Mine"}
            assert cast[who].post(f"/cases/{path}", data).status_code == status
    assert (again(first).version, again(second).version) == (2, 1)
    with entered(tenant):
        assert Case.objects.count() == 2


def test_a_message_becomes_a_case_of_its_own_and_goes_back(cast, tenant, make, said, again):
    case = make("One", priority="high", requester_email="petra@kunde.test")
    said(case, "My lamp.", 1)
    message = said(case, "Also my chair\nis broken.", 2)
    member = cast["member"]
    assert "Also my chair" in member.get(f"/cases/messages/{message.pk}/split/", headers=HTMX).content.decode()
    member.post(f"/cases/messages/{message.pk}/split/", {"subject": "Chair"}, headers=HTMX)

    with entered(tenant):
        made = Case.objects.get(subject="Chair")
    assert (made.follows_id, made.following, made.priority, made.requester_email) == (
        case.pk, "split", "high", "petra@kunde.test",
    )  # fmt: skip
    assert (bodies(tenant, case), bodies(tenant, made)) == (["My lamp."], ["Also my chair\nis broken."])
    assert "Goes on in" in member.get(f"/cases/{case.pk}/").content.decode()
    assert "Split from" in member.get(f"/cases/{made.pk}/").content.decode()

    member.post(f"/cases/{made.pk}/rejoin/")
    assert (len(bodies(tenant, case)), bool(again(made).deleted_at)) == (2, True)


def test_a_split_in_which_more_was_said_stays(tenant, members, make, said, now):
    case = make("One")
    message = said(case, "a", 1)
    with entered(tenant):
        made = actions.split_message(message=message, subject="New", by=members["member"], now=now)
        with pytest.raises(Refused, match="not split off"):
            actions.undo_split(case=case, by=members["member"], now=now)
    said(made, "b", 2)
    with entered(tenant), pytest.raises(Refused, match="More was said"):
        actions.undo_split(case=made, by=members["member"], now=now)


@pytest.mark.parametrize("subject", ["", "  ", "x" * 201])
def test_what_no_split_is_called(cast, tenant, make, said, subject):
    message = said(make("One"), "a", 1)

    assert cast["member"].post(f"/cases/messages/{message.pk}/split/", {"subject": subject}).status_code == 422
    with entered(tenant):
        assert Case.objects.count() == 1


def test_the_same_through_the_api(api, tenant, make, said):
    first, second = make("One"), make("Two")
    message = said(second, "b", 1)

    def ask(name, kind, fields, **input):
        document = f"mutation($input: {kind}!) {{ {name}(input: $input) {{ {fields} problems {{ code field }} }} }}"
        return api(document, input=input)["data"][name]

    one, two = (to_base64("Case", str(case.pk)) for case in (first, second))
    merge = {"name": "mergeCases", "kind": "MergeCasesInput", "loser": two}
    assert ask(**merge, fields="case { number }", winner=one) == {"case": {"number": 1}, "problems": []}
    assert ask(**merge, fields="", winner=two)["problems"] == [{"code": "REFUSED", "field": "winner"}]
    assert ask("unmerge", "UnmergeInput", "record { ... on Case { status } }", id=two)["record"] == {"status": "NEW"}
    split = ask(
        "splitCaseMessage",
        "SplitCaseMessageInput",
        "case { id following follows { number } }",
        id=to_base64("CaseMessage", str(message.pk)),
        subject="Three",
    )["case"]
    assert (split["following"], split["follows"]) == ("SPLIT", {"number": 2})
    rejoined = ask("rejoinCase", "RejoinCaseInput", "case { number }", id=split["id"])
    assert rejoined == {"case": {"number": 2}, "problems": []}


def test_a_long_conversation_is_read_page_by_page(cast, tenant, make, now):
    case = make("Long")
    with entered(tenant):
        CaseMessage.objects.bulk_create(
            CaseMessage(case=case, kind="public", body=f"Message {number:04}", at=now + timedelta(seconds=number))
            for number in range(1000)
        )
    page = cast["reader"].get(f"/cases/{case.pk}/").content.decode()
    assert (page.count("said-body"), "Message 0999" in page, "Message 0949" in page) == (SHOWN, True, False)

    place = page.partition("earlier/?before=")[2].partition('"')[0]
    earlier = cast["reader"].get(f"/cases/{case.pk}/earlier/?before={place}", headers=HTMX).content.decode()
    assert (earlier.count("said-body"), "Message 0949" in earlier, "Message 0900" in earlier) == (SHOWN, True, True)
    assert cast["reader"].get(f"/cases/{case.pk}/earlier/?before=nonsense").status_code == 302


def test_a_split_is_not_taken_back_into_a_case_that_one_may_not_change(cast, tenant, members, make, said, now):
    case = make("Order", owner=members["owner"])
    said(case, "Hello", 0)
    message = said(case, "Also my chair", 1)
    with entered(tenant):
        by = members["owner"]
        made = actions.split_message(message=message, subject="Chair", by=by, now=now)
        actions.update_case(case=made, owner=members["member"], by=by, now=now)
        rights = {"case": {"change": "own"}}
        role = create_role(name="Clerk", base="member", rights=rights, field_rights={}, by=by, now=now)
        give_role(member=Member.objects.get(pk=members["member"].pk), role=role, by=by, now=now)
    cast["member"].post(f"/cases/{made.pk}/rejoin/")
    with entered(tenant):
        assert CaseMessage.objects.get(pk=message.pk).case_id == made.pk
