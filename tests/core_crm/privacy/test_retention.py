"""Rules of retention: what is due, what they would do, and what they do once they are on."""

from datetime import timedelta

import pytest

from triptych.core_crm.activities.actions import add_note, create_task
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.cases.actions import change_case_status, create_case
from triptych.core_crm.cases.models import Case
from triptych.core_crm.contacts.actions import create_contact, delete_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.deals.actions import create_deal
from triptych.core_crm.duplicates.actions import merge_records
from triptych.core_crm.leads.actions import create_lead, mark_lead_dead
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.privacy import retention
from triptych.core_crm.privacy.models import Erasure, RetentionRule
from triptych.core_crm.privacy.retention import carry_out, due, save_rule
from triptych.platform.events import jobs
from triptych.platform.events.models import Job
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db
HOME = "/settings/privacy/retention/"
RULES = "{ retentionRules { id isActive condition dryRun { count first { name } } } }"
SAVE = """mutation ($input: SaveRetentionRuleInput!) {
    saveRetentionRule(input: $input) { rule { id isActive dryRun { count } } problems { code field } }
}"""
DELETE = "mutation ($input: DeleteRetentionRuleInput!) { deleteRetentionRule(input: $input) { problems { code } } }"


@pytest.fixture
def long_ago(members, now):
    return {"by": members["owner"], "now": now - timedelta(days=1000)}


@pytest.fixture
def who(members, now):
    return {"by": members["owner"], "now": now}


def rule_of(who, kind="contact", condition="idle", act="erase", **more):
    return save_rule(**{"kind": kind, "condition": condition, "age": 24, "act": act, "is_active": True, **who, **more})


def names(records):
    return sorted(str(one) for one in records)


def test_contacts_are_idle_without_activity_deal_or_case(tenant, who, long_ago, now):
    with entered(tenant):
        people = {
            name: create_contact(last_name=name, **long_ago)
            for name in ("Idle", "Noted", "Planned", "Selling", "Asking", "Changed")
        }
        add_note(text="Hello", records=[RecordRef("contact", people["Noted"].pk)], **who)
        later = now + timedelta(days=30)
        create_task(subject="Call", due_at=later, records=[RecordRef("contact", people["Planned"].pk)], **long_ago)
        create_deal(name="Open", primary_contact=people["Selling"], **long_ago)
        create_case(subject="Broken", contact=people["Asking"], **long_ago)
        Contact.objects.filter(pk=people["Changed"].pk).update(updated_at=now)

        assert names(due(rule_of(who), now=now)) == ["Idle"]
        assert not due(rule_of(who, age=40), now=now)


def test_leads_cases_and_the_bin_fall_due(tenant, who, long_ago, now):
    with entered(tenant):
        dead = create_lead(last_name="Dead", **long_ago)
        mark_lead_dead(lead=dead, reason="No money", **long_ago)
        create_lead(last_name="Open", **long_ago)
        closed = create_case(subject="Closed", **long_ago)
        change_case_status(case=closed, to="closed", **long_ago)
        create_case(subject="Still open", **long_ago)
        delete_contact(contact=create_contact(last_name="Gone", **long_ago), **long_ago)
        delete_contact(contact=create_contact(last_name="Just gone", **long_ago), **who)

        assert names(due(rule_of(who, "lead", "closed"), now=now)) == ["Dead"]
        assert names(due(rule_of(who, "lead", "idle"), now=now)) == ["Open"]
        assert [one.subject for one in due(rule_of(who, "case", "closed"), now=now)] == ["Closed"]
        assert names(due(rule_of(who, "contact", "deleted", unit="days"), now=now)) == ["Gone"]


def test_a_rule_erases_what_is_due_once_and_leaves_receipts(tenant, who, long_ago, now, alone):
    with entered(tenant):
        create_contact(last_name="Idle", emails=["idle@old.example"], **long_ago)
        active = create_contact(last_name="Active", **who)
        rule = rule_of(who)

        assert (carry_out(rule, now=now, watcher=alone), carry_out(rule, now=now, watcher=alone)) == (1, 0)
        receipt = Erasure.objects.get()
        assert (receipt.state, receipt.by, receipt.why) == ("done", None, str(rule))
        assert names(Contact.objects.all()) == ["Active", "Erased person"]
        in_the_bin = rule_of(who, "contact", "deleted", unit="days", age=1)
        assert not due(in_the_bin, now=now + timedelta(days=900))
        active.refresh_from_db()
        assert active.deleted_at is None


def test_a_rule_that_bins_can_be_taken_back(tenant, who, long_ago, now, alone):
    with entered(tenant):
        lead = create_lead(last_name="Idle", **long_ago)

        assert carry_out(rule_of(who, "lead", "idle", "bin"), now=now, watcher=alone) == 1
        lead.refresh_from_db()
        assert (lead.deleted_at, lead.last_name) == (now, "Idle")


def test_a_closed_case_is_erased_alone(tenant, who, long_ago, now, alone):
    with entered(tenant):
        ann = create_contact(last_name="Ann", emails=["ann@x.example"], **who)
        case = create_case(subject="Secret", contact=ann, **long_ago)
        change_case_status(case=case, to="closed", **long_ago)

        assert carry_out(rule_of(who, "case", "closed"), now=now, watcher=alone) == 1
        assert Case.objects.get().subject == "Erased person"
        assert Contact.objects.get().emails == [{"email": "ann@x.example", "label": ""}]


def test_who_was_merged_into_a_customer_is_passed_over(tenant, who, long_ago, now, alone):
    with entered(tenant):
        kept = create_contact(last_name="Kept", **long_ago)
        merge_records(winner=kept, loser=create_contact(last_name="Twin", **long_ago), **long_ago)
        Contact.objects.filter(pk=kept.pk).update(updated_at=now)

        assert carry_out(rule_of(who, "contact", "deleted"), now=now, watcher=alone) == 0
        assert names(Contact.objects.all()) == ["Kept", "Twin"]


def test_only_rules_that_are_on_run_at_night(tenant, who, long_ago, now):
    with entered(tenant):
        create_lead(last_name="Idle", **long_ago)
        rule_of(who, "contact", "idle", is_active=False)
        on = rule_of(who, "lead", "idle", "bin")
        begun = (retention.begin(now=now), retention.begin(now=now))
        job = Job.objects.get(kind=retention.KIND)
        jobs.run(job.pk, tenant.pk, job.starts, heart=False)
        job.refresh_from_db()
        on.refresh_from_db()

        assert begun == (1, 0)
        assert (job.state, job.result, on.last_count) == ("done", {"records": 1}, 1)
        assert not Lead.objects.alive().exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [({"condition": "closed"}, "condition"), ({"age": 0}, "age"), ({"age": 9999}, "age"), ({"kind": "deal"}, "kind"),
     ({"condition": "deleted", "act": "bin"}, "act"), ({"unit": "years"}, "unit")],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused(tenant, who, given, field):
    with entered(tenant):
        with pytest.raises(Refused) as refused:
            rule_of(who, **given)

        assert (refused.value.field, RetentionRule.objects.count()) == (field, 0)


def test_the_page_shows_what_a_rule_would_do_before_it_is_on(cast, tenant, long_ago):
    with entered(tenant):
        create_contact(last_name="Sleepy", **long_ago)
    form = {"kind": "contact", "condition": "idle", "age": "24", "unit": "months", "act": "erase"}
    made = cast["admin"].post(HOME, form)
    page = cast["owner"].get(made["Location"]).content.decode()
    cast["owner"].post(f"{made['Location']}switch/", {"on": "1"})
    on = cast["owner"].get(HOME).content.decode()
    bad = cast["owner"].post(made["Location"], {**form, "age": "0"})

    assert "1 record would be erased, which cannot be undone." in page
    assert "The rule is off: nothing happens." in page
    assert "Sleepy" in page
    assert "Contacts with whom nothing has happened" in on
    assert "for 24 months" in on
    assert bad.status_code == 422
    with entered(tenant):
        assert RetentionRule.objects.get().is_active
    cast["owner"].post(f"{made['Location']}delete/")
    with entered(tenant):
        assert not RetentionRule.objects.exists()


@pytest.mark.parametrize(("who_", "status"), [("member", 403), ("reader", 403), ("outsider", 302), ("stranger", 302)])
def test_only_who_may_erase_makes_rules(cast, tenant, who_, status):
    form = {"kind": "contact", "condition": "idle", "age": "24", "unit": "months", "act": "erase"}

    assert (cast[who_].get(HOME).status_code, cast[who_].post(HOME, form).status_code) == (status, status)
    with entered(tenant):
        assert not RetentionRule.objects.exists()


def test_the_api_makes_tries_and_forgets_rules(api, tenant, long_ago):
    with entered(tenant):
        create_contact(last_name="Sleepy", **long_ago)
    given = {"kind": "CONTACT", "condition": "IDLE", "age": 24, "act": "ERASE"}
    made = api(SAVE, input=given)["data"]["saveRetentionRule"]
    changed = api(SAVE, input={**given, "id": made["rule"]["id"], "isActive": True})["data"]["saveRetentionRule"]
    wrong = api(SAVE, input={**given, "condition": "CLOSED"})["data"]["saveRetentionRule"]
    refused = api(SAVE, who="member", input=given)["data"]["saveRetentionRule"]
    rules = api(RULES)["data"]["retentionRules"]
    gone = api(DELETE, input={"id": made["rule"]["id"]})["data"]["deleteRetentionRule"]

    assert (made["rule"]["isActive"], made["rule"]["dryRun"]["count"]) == (False, 1)
    assert changed["rule"]["isActive"] is True
    assert wrong["problems"] == [{"code": "REFUSED", "field": "condition"}]
    assert [one["code"] for one in refused["problems"]] == ["FORBIDDEN"]
    assert [rule["dryRun"]["first"] for rule in rules] == [[{"name": "Sleepy"}]]
    assert gone["problems"] == []
    assert api(RULES, who="member").get("errors")
