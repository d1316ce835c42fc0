"""What goes from one record to another, and doors at which a value must not slip through."""

import pytest

from triptych.core_crm.activities.actions import create_activity
from triptych.core_crm.contacts.actions import create_company, create_contact, delete_company
from triptych.core_crm.contacts.listing import CONTACTS
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.custom_fields import actions
from triptych.core_crm.custom_fields.importing import columns_of
from triptych.core_crm.custom_fields.updating import update_values
from triptych.core_crm.imports.importer import Row, Writing
from triptych.core_crm.leads.actions import convert_lead, create_lead
from triptych.core_crm.lists import many, undoing
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db


def test_links_lead_to_leads_and_activities(cast, tenant, members, add_field, now):
    who = {"by": members["owner"], "now": now}
    found_by = add_field("record", "Found by", target="lead")
    first = add_field("record", "First call", target="activity")
    with entered(tenant):
        lead = create_lead(last_name="Bianchi", company_name="Globocorp", **who)
        call = create_activity(kind="call", subject="Hello there", **who)
        contact = create_contact(last_name="Rossi", **who)

    for field, target in ((found_by, lead), (first, call)):
        kind = field.target
        picked = cast["member"].get(f"/{'leads' if kind == 'lead' else 'activities'}/pick/?q=").json()
        assert picked[0]["value"] == str(target.pk)
        saved = cast["member"].post(f"/contacts/{contact.pk}/facts/{field.form_name}/", {field.form_name: target.pk})
        assert saved.status_code in (200, 302)
    page = cast["reader"].get(f"/contacts/{contact.pk}/").content.decode()
    assert (f"/leads/{lead.pk}/" in page, "Hello there" in page) == (True, True)
    columns = f"/contacts/?columns=name,{found_by.list_name}_name"
    assert "Bianchi" in cast["reader"].get(columns).content.decode()


@pytest.mark.parametrize("who", ["stranger", "outsider"])
def test_pickers_of_leads_and_activities_tell_nobody_else(cast, tenant, members, who, now):
    with entered(tenant):
        create_lead(last_name="Bianchi", by=members["owner"], now=now)
    assert [cast[who].get(f"/{place}/pick/").status_code for place in ("leads", "activities")] == [302, 302]


def test_a_conversion_carries_values_over_by_their_names(tenant, members, add_field, now):
    who = {"by": members["owner"], "now": now}
    lead_fields = [
        add_field("text", "Budget holder", object="lead"), add_field("money", "Budget", object="lead"),
        add_field("choice", "Tier", object="lead", options=["Gold", "Silver"]),
        add_field("text", "Secret", object="lead", seen_by="admins"), add_field("number", "Seats", object="lead"),
    ]  # fmt: skip
    holder = add_field("text", "Budget holder", object="contact")
    add_field("text", "Needed", object="contact", is_required=True)
    budget = add_field("money", "Budget", object="deal")
    add_field("text", "Seats", object="deal")  # another kind: stays behind
    tier = add_field("choice", "Tier", object="company", options=["Gold"])
    add_field("text", "Secret", object="company")  # everybody would see it: stays behind
    values = ["Ada", "100 USD", "GOLD", "psst", "5"]
    with entered(tenant):
        given = {field.key: value for field, value in zip(lead_fields, values, strict=True)}
        lead = create_lead(last_name="Bianchi", company_name="Globocorp", custom=given, **who)
        made = convert_lead(lead=lead, **who)

    own = [{key: one for key, one in record.custom.items() if key[0] != "~"} for record in
           (made.contact, made.company, made.deal)]  # fmt: skip
    assert own == [
        {holder.key: "Ada"}, {tier.key: "GOLD"}, {budget.key: {"amount": "100.00", "currency": "USD"}},
    ]  # fmt: skip


def test_a_link_to_what_is_not_there_or_not_theirs_is_refused(tenant, members, add_field, role_given, contact, now):
    who = {"by": members["owner"], "now": now}
    field = add_field("record", "Introduced by", target="company")
    with entered(tenant):
        gone, hidden = (create_company(name=name, **who) for name in ("Gone", "Hidden"))
        delete_company(company=gone, **who)
        role_given({"company": {"read": "own"}})
        member = Member.objects.get(pk=members["member"].pk)
        (columns,) = columns_of("contacts")
        doubts = []
        writing = Writing(member, now, "EUR", doubt=lambda *told: doubts.append(told[-1]))
        columns.write([Row(1, {"custom_introducedBy": hidden.pk}, {}, existing=contact.pk)], writing)
        assert (Contact.objects.get(pk=contact.pk).custom, doubts[0][:27]) == (
            {}, "There is no such record, or",
        )  # fmt: skip
        with pytest.raises(Refused):
            many.begin(CONTACTS, "change", [contact.pk], {field.list_name: str(hidden.pk)}, by=member, now=now)
        with pytest.raises(Refused, match="no such record"):
            update_values(contact, {field.key: str(hidden.pk)}, by=member, now=now)
        for wrong in (gone.pk, "01890000-0000-7000-8000-000000000000", "x"):
            with pytest.raises(Refused, match="no such record"):
                create_contact(last_name="Verdi", custom={"introducedBy": wrong}, **who)


def test_undo_without_the_right_to_a_field_is_refused(tenant, members, add_field, contact, now):
    member = members["member"]
    field = add_field("text", "Nickname")
    with entered(tenant):
        past = many.begin(CONTACTS, "change", [contact.pk], {field.list_name: "Pippo"}, by=member, now=now)
        actions.update_field(field=field, by=members["owner"], now=now, changed_by="admins")
        past = undoing.begin_undo(past, CONTACTS, by=member, now=now)

        assert past.kept[0]["why"] == "A field that was changed is no longer there, or no longer yours to change."
        assert Contact.objects.get(pk=contact.pk).custom[field.key] == "Pippo"


def test_a_field_for_admins_is_no_column_of_an_import(tenant, add_field):
    add_field("text", "Theirs to write", changed_by="admins")
    add_field("formula", "Worked out", expression="1")
    with entered(tenant):
        assert columns_of("contacts") == []
