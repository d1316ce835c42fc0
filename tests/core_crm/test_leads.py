"""Leads through their actions."""

from datetime import timedelta
from decimal import Decimal

import pytest

from triptych.core_crm.activities.actions import create_activity
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.cases.actions import create_case
from triptych.core_crm.contacts import actions as contact_actions
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals import actions as deal_actions
from triptych.core_crm.deals.models import Deal, Stage
from triptych.core_crm.duplicates.actions import merge_records
from triptych.core_crm.leads import access, actions
from triptych.core_crm.leads.actions import LeadFields
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.rights.access import NotAllowed
from triptych.core_crm.rights.actions import create_role, give_role
from triptych.platform.refusals import Conflict, Refused
from triptych.tenants.members.models import Member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_tenant")]


@pytest.fixture
def make(members, now):
    """Make a lead like Paolo Neri, with other fields where given."""

    def make(**fields) -> Lead:
        usual: LeadFields = {
            "first_name": "Paolo",
            "last_name": "Neri",
            "company_name": "Neri Srl",
            "email": "paolo@neri.example",
            "source": "Web form",
            "website": "neri.example",
        }
        return actions.create_lead(by=members["member"], now=now, **{**usual, **fields})

    return make


def test_a_new_lead_is_new_and_whose_it_was_made(make, members):
    lead = make()

    assert (lead.status, lead.owner, str(lead)) == ("new", members["member"], "Paolo Neri")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"first_name": "", "last_name": "", "company_name": "", "email": ""}, "last_name"),
        ({"email": "nobody"}, "email"),
        ({"status": "converted"}, "status"),
        ({"status": "lukewarm"}, "status"),
        ({"status": "dead"}, "lost_reason"),
        ({"website": "ftp://neri.example"}, "website"),
    ],
)
def test_a_value_that_breaks_a_rule_is_refused_and_named(make, fields, field):
    with pytest.raises(Refused) as refused:
        make(**fields)

    assert (refused.value.field, Lead.objects.count()) == (field, 0)


def test_a_new_lead_that_is_given_to_somebody_is_assigned(make, members, now):
    lead = actions.update_lead(lead=make(), by=members["owner"], now=now, owner=members["admin"])

    assert (lead.status, lead.owner) == ("assigned", members["admin"])


def test_a_dead_lead_has_a_reason_and_can_be_taken_up_again(make, members, now):
    lead = make()
    with pytest.raises(Refused):
        actions.mark_lead_dead(lead=lead, reason=" ", by=members["member"], now=now)
    dead = actions.mark_lead_dead(lead=lead, reason="No budget", by=members["member"], now=now)
    assert (dead.status, dead.lost_reason, dead.is_open) == ("dead", "No budget", False)

    recycled = actions.recycle_lead(lead=lead, by=members["member"], now=now)

    assert (recycled.status, recycled.lost_reason, recycled.is_open) == ("recycled", "", True)


def test_conversion_makes_contact_company_and_deal(make, members, now):
    conversion = actions.convert_lead(
        lead=make(job_title="Buyer", phone="+39 06 698 12345", campaign="Spring"),
        by=members["owner"],
        now=now,
        deal={"amount": Decimal("900")},
    )

    lead, contact, company, deal = conversion.lead, conversion.contact, conversion.company, conversion.deal
    assert (lead.status, lead.converted_at, lead.converted_contact, lead.converted_company, lead.converted_deal) == (
        "converted", now, contact, company, deal,
    )  # fmt: skip
    assert (str(contact), contact.primary_email, contact.primary_phone, contact.company, contact.owner) == (
        "Paolo Neri", "paolo@neri.example", "+390669812345", company, members["member"],
    )  # fmt: skip
    assert (company.name, company.domain) == ("Neri Srl", "neri.example")
    assert (deal.name, deal.amount, deal.company, deal.primary_contact, deal.lead_source, deal.campaign) == (
        "Neri Srl", Decimal("900"), company, contact, "Web form", "Spring",
    )  # fmt: skip


def test_conversion_uses_what_is_known_already(make, members, now):
    known = contact_actions.create_contact(
        by=members["owner"], now=now, last_name="Neri", emails=["Paolo@neri.example"]
    )
    business = contact_actions.create_company(by=members["owner"], now=now, name="NERI SRL")
    lead = make()
    assert (access.contacts_like(members["owner"], lead), access.companies_like(members["owner"], lead)) == (
        [known], [business],
    )  # fmt: skip

    conversion = actions.convert_lead(
        lead=lead, by=members["owner"], now=now, contact=known, company=business, with_deal=False
    )

    assert (conversion.contact, conversion.contact.company, conversion.deal) == (known, business, None)
    assert (Contact.objects.count(), Company.objects.count(), Deal.objects.count()) == (1, 1, 0)
    actions.undo_conversion(lead=lead, by=members["owner"], now=now)
    assert (known.company_links.count(), Contact.objects.alive().count(), Company.objects.alive().count()) == (0, 1, 1)


def test_a_mail_provider_says_nothing_about_the_company(make):
    assert access.domains_of(make(website="", email="paolo@gmail.com")) == []
    assert access.domains_of(make(website="", email="paolo@neri.example")) == ["neri.example"]


def test_undoing_a_conversion_leaves_everything_as_before(make, members, now):
    lead = actions.update_lead(lead=make(), by=members["owner"], now=now, status="in_process")
    actions.convert_lead(lead=lead, by=members["owner"], now=now)

    undone = actions.undo_conversion(lead=lead, by=members["owner"], now=now)

    assert (undone.status, undone.converted_at, undone.converted_contact, undone.converted_deal) == (
        "in_process", None, None, None,
    )  # fmt: skip
    alive = (Contact.objects.alive(), Company.objects.alive(), Deal.objects.alive())
    assert [records.count() for records in alive] == [0, 0, 0]
    actions.convert_lead(lead=lead, by=members["owner"], now=now)
    assert [records.all().count() for records in alive] == [1, 1, 1]


def test_undoing_keeps_a_company_that_others_rely_on(make, members, now):
    lead = make()
    company = actions.convert_lead(lead=lead, by=members["owner"], now=now).company
    contact_actions.create_contact(
        by=members["owner"], now=now, last_name="Gallo", companies=[contact_actions.CompanyLink(company)]
    )

    actions.undo_conversion(lead=lead, by=members["owner"], now=now)

    assert (list(Company.objects.alive()), [str(one) for one in Contact.objects.alive()]) == ([company], ["Gallo"])


@pytest.mark.parametrize("what", ["case", "call", "merged", "absorbed"])
def test_undoing_keeps_what_was_not_made_for_it_or_has_come_into_use(make, members, now, what):
    by, later = members["owner"], now + timedelta(minutes=5)
    known = contact_actions.create_contact(
        by=by, now=now - timedelta(days=9), last_name="Neri", emails=["p@neri.example"]
    )
    lead = make()
    contact = actions.convert_lead(lead=lead, by=by, now=now).contact
    if what == "case":
        create_case(by=by, now=later, subject="It squeaks", contact=contact)
    elif what == "call":
        create_activity(kind="call", by=by, now=later, records=[RecordRef.of(contact)])
    else:
        winner, loser = (known, contact) if what == "merged" else (contact, known)
        merge_records(winner=winner, loser=loser, by=by, now=later)
        contact = winner

    actions.undo_conversion(lead=lead, by=by, now=later)

    assert contact in Contact.objects.alive()
    assert not Deal.objects.alive()


def test_a_won_deal_keeps_the_conversion(make, members, now):
    lead = make()
    deal = actions.convert_lead(lead=lead, by=members["owner"], now=now).deal
    won = Stage.objects.get(pipeline=deal.pipeline, is_won=True)
    deal_actions.move_deal(deal=deal, to=won, by=members["owner"], now=now)

    with pytest.raises(Refused, match="closed since"):
        actions.undo_conversion(lead=lead, by=members["owner"], now=now)

    lead.refresh_from_db()
    assert (lead.status, Contact.objects.alive().count()) == ("converted", 1)


@pytest.mark.parametrize("act", ["update", "convert", "dead", "recycle"])
def test_a_converted_lead_does_not_change(make, members, now, act):
    lead = make()
    actions.convert_lead(lead=lead, by=members["owner"], now=now)
    who = {"lead": lead, "by": members["owner"], "now": now}
    acts = {
        "update": lambda: actions.update_lead(**who, last_name="Bianchi"),
        "convert": lambda: actions.convert_lead(**who),
        "dead": lambda: actions.mark_lead_dead(**who, reason="Why not"),
        "recycle": lambda: actions.recycle_lead(**who),
    }

    with pytest.raises(Refused) as refused:
        acts[act]()

    assert (refused.value.code, Contact.objects.count()) == ("LEAD_CONVERTED", 1)


@pytest.mark.parametrize("act", ["dead", "recycle"])
def test_the_actions_themselves_give_nobody_up_for_whom_they_may_not_change(make, members, now, act):
    lead = make(owner=members["owner"])
    role = create_role(
        name="Own", base="member", rights={"lead": {"change": "own"}}, field_rights={}, by=members["owner"], now=now
    )
    member = give_role(member=Member.objects.get(pk=members["member"].pk), role=role, by=members["owner"], now=now)
    who = {"lead": lead, "by": member, "now": now}

    with pytest.raises(NotAllowed):
        actions.mark_lead_dead(**who, reason="Why not") if act == "dead" else actions.recycle_lead(**who)
    lead.refresh_from_db()
    assert lead.status == Lead.Status.NEW


def test_conversion_of_a_version_that_somebody_changed_makes_nothing(make, members, now):
    lead = make()
    actions.update_lead(lead=lead, by=members["owner"], now=now, last_name="Bianchi")

    with pytest.raises(Conflict):
        actions.convert_lead(lead=lead, by=members["owner"], now=now, version=1)

    assert (Contact.objects.count(), Company.objects.count(), Deal.objects.count()) == (0, 0, 0)


def test_undoing_what_was_never_done_is_refused(make, members, now):
    with pytest.raises(Refused) as refused:
        actions.undo_conversion(lead=make(), by=members["owner"], now=now)

    assert refused.value.code == "LEAD_NOT_CONVERTED"
