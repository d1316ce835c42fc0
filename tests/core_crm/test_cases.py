"""Cases through their actions: numbers, the conversation and what it brings about, merging."""

from datetime import timedelta

import pytest

from triptych.core_crm.cases import actions
from triptych.core_crm.cases.conversation import messages_of
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.core_crm.contacts.actions import create_contact
from triptych.platform.refusals import Conflict, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_tenant")]


@pytest.fixture
def contact(members, now):
    return create_contact(first_name="Petra", last_name="Novak", by=members["member"], now=now)


@pytest.fixture
def case(members, contact, now):
    return actions.create_case(subject="It stopped", contact=contact, by=members["member"], now=now)


def states(case):
    case.refresh_from_db()
    return case.status, case.awaits_reply, case.resolved_at


def test_numbers_count_up_and_a_new_case_waits_in_the_default_queue(members, case, now):
    second = actions.create_case(subject="Again", owner=members["owner"], by=members["member"], now=now)

    assert (case.number, second.number) == (1, 2)
    assert (case.queue.name, case.status, case.owner) == ("Support", "new", None)
    assert (second.status, str(second)) == ("assigned", "#2 Again")


def test_a_refused_case_takes_no_number(members, case, now):
    with pytest.raises(Refused) as refused:
        actions.create_case(subject=" ", by=members["member"], now=now)
    assert refused.value.field == "subject"
    assert actions.create_case(subject="Next", by=members["member"], now=now).number == 2


def test_the_first_reply_stops_the_clock_and_takes_the_case(members, case, now):
    soon, later = now + timedelta(minutes=5), now + timedelta(hours=1)

    actions.reply(case=case, body=" We look into it. ", by=members["member"], now=soon)
    actions.reply(case=case, body="Found it.", by=members["owner"], now=later, then="closed")

    case.refresh_from_db()
    assert (case.first_responded_at, case.owner, case.status, case.resolved_at) == (
        soon, members["member"], "closed", later,
    )  # fmt: skip
    said = messages_of(case, members["owner"]).messages
    assert [(message.kind, message.author, message.body) for message in said] == [
        ("public", members["member"], "We look into it."),
        ("public", members["owner"], "Found it."),
    ]


def test_an_internal_note_changes_nothing_else(members, case, now):
    actions.add_internal_note(case=case, body="Third time.", by=members["member"], now=now)

    assert states(case) == ("new", True, None)
    assert case.first_responded_at is None
    assert list(CaseMessage.objects.public()) == []


def test_a_customer_who_writes_again_reopens_the_case(members, case, contact, now):
    actions.reply(case=case, body="Done.", by=members["member"], now=now, then="closed")
    assert states(case) == ("closed", False, now)

    actions.take_in_message(case=case, body="No.", contact=contact, by=None, now=now)

    assert states(case) == ("assigned", True, None)


def test_a_pending_case_comes_back_when_the_customer_answers(members, case, contact, now):
    actions.reply(case=case, body="Which one?", by=members["member"], now=now, then="pending")
    assert states(case) == ("pending", False, None)

    actions.take_in_message(case=case, body="The old one.", contact=contact, by=None, now=now)

    assert states(case) == ("assigned", True, None)


@pytest.mark.parametrize("body", ["", "  \n ", "x" * 20_001, "nul \0"])
def test_what_cannot_be_said(members, case, now, body):
    for say in (actions.reply, actions.add_internal_note):
        with pytest.raises(Refused) as refused:
            say(case=case, body=body, by=members["member"], now=now)
        assert refused.value.field == "body"
    assert not CaseMessage.objects.exists()


def test_giving_a_case_back_makes_it_new(members, case, now):
    actions.assign_case(case=case, to=members["owner"], by=members["member"], now=now)
    assert states(case)[0] == "assigned"
    actions.assign_case(case=case, to=None, by=members["member"], now=now)
    assert (states(case)[0], case.owner) == ("new", None)


def test_somebody_who_left_gets_no_cases(members, case, now):
    gone = members["reader"]
    gone.is_active = False
    with pytest.raises(Refused, match="no longer works here"):
        actions.assign_case(case=case, to=gone, by=members["member"], now=now)


def test_a_change_of_what_somebody_else_changed_is_a_conflict(members, case, now):
    actions.update_case(case=case, priority="high", version=1, by=members["owner"], now=now)
    with pytest.raises(Conflict):
        actions.update_case(case=case, priority="low", version=1, by=members["member"], now=now)
    assert Case.objects.get(pk=case.pk).priority == "high"


def test_a_merged_case_speaks_in_the_other_and_comes_back(members, case, now):
    other = actions.create_case(subject="Same thing", by=members["member"], now=now)
    actions.reply(case=other, body="About the other.", by=members["member"], now=now)

    actions.merge_case(case=other, into=case, by=members["member"], now=now)
    other.refresh_from_db()
    assert (other.status, other.merged_into, other.resolved_at) == ("duplicate", case, now)
    assert [message.body for message in messages_of(case, members["owner"]).messages] == ["About the other."]

    back = actions.unmerge_case(case=other, by=members["member"], now=now)
    assert (back.status, back.merged_into, back.resolved_at) == ("assigned", None, None)
    assert messages_of(case, members["owner"]).messages == []


def test_what_a_merge_may_not_do(members, case, now):
    by = members["member"]
    other = actions.create_case(subject="Same thing", by=by, now=now)
    third = actions.create_case(subject="Third", by=by, now=now)
    with pytest.raises(Refused, match="into itself"):
        actions.merge_case(case=case, into=case, by=by, now=now)
    with pytest.raises(Refused, match="merge it into that one"):
        actions.change_case_status(case=case, to="duplicate", by=by, now=now)
    actions.merge_case(case=other, into=case, by=by, now=now)
    with pytest.raises(Refused, match="is a duplicate"):
        actions.merge_case(case=third, into=other, by=by, now=now)
    with pytest.raises(Refused, match="other way round"):
        actions.merge_case(case=case, into=third, by=by, now=now)


def test_an_unknown_status_is_refused(members, case, now):
    with pytest.raises(Refused) as refused:
        actions.change_case_status(case=case, to="solved", by=members["member"], now=now)
    assert (refused.value.field, states(case)[0]) == ("status", "new")
