"""Merging by the page and by the API: what is seen before, who may, where the merged one's address leads."""

import pytest
from strawberry.relay.utils import to_base64

from triptych.core_crm.activities.actions import add_note
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.cases.actions import create_case, take_in_message
from triptych.core_crm.contacts.actions import create_company, create_contact, delete_contact, update_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.deals.actions import create_deal
from triptych.core_crm.duplicates.actions import merge_records
from triptych.core_crm.duplicates.models import Merge
from triptych.core_crm.leads.actions import create_lead
from triptych.core_crm.rights.actions import create_role
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db


@pytest.fixture
def act(members, now):
    return {"by": members["owner"], "now": now}


@pytest.fixture
def pair(tenant, act):
    with entered(tenant):
        anna = create_contact(last_name="Rossi", job_title="Buyer", emails=["anna@acme.example"], **act)
        ann = create_contact(first_name="Ann", last_name="Rosi", emails=["ann@acme.example"], **act)
        create_deal(name="Pumps", primary_contact=ann, **act)
    return anna, ann


@pytest.fixture
def merged(tenant, pair, act):
    with entered(tenant):
        merge_records(winner=pair[0], loser=pair[1], **act)
    return pair


def address(pair):
    return f"/duplicates/contact/{pair[0].pk}/{pair[1].pk}/"


def test_the_page_of_a_contact_leads_to_merging(cast, pair):
    url = f"/duplicates/contact/{pair[0].pk}/"
    assert url in cast["member"].get(pair[0].get_absolute_url()).content.decode()
    assert url not in cast["reader"].get(pair[0].get_absolute_url()).content.decode()

    text = cast["member"].get(url, {"q": "ros"}).content.decode()
    assert address(pair) in text


def test_the_preview_shows_what_differs_and_what_moves(cast, pair):
    text = cast["member"].get(address(pair)).content.decode()

    assert "Merge “Ann Rosi” into “Rossi”" in text
    assert 'name="take-last_name" value="winner" checked' in text
    assert 'name="take-first_name" value="loser" checked' in text
    assert 'name="take-emails" value="both" checked' in text
    assert "take-job_title" in text
    assert "take-description" not in text
    assert "Deals: 1" in text


def test_merging_leads_to_the_one_that_goes_on_and_can_be_undone(cast, tenant, pair):
    anna, ann = pair
    data = {"winner_version": anna.version, "loser_version": ann.version, "take-last_name": "loser"}
    response = cast["member"].post(address(pair), data)
    assert (response.status_code, response["Location"]) == (302, anna.get_absolute_url())
    with entered(tenant):
        anna.refresh_from_db()
    assert str(anna) == "Ann Rosi"

    response = cast["member"].get(ann.get_absolute_url(), follow=True)
    assert response.redirect_chain == [(anna.get_absolute_url(), 302)]
    assert "was merged into" in response.content.decode()
    assert "Unmerge" in cast["member"].get(f"/duplicates/contact/{anna.pk}/").content.decode()

    response = cast["member"].post(f"/duplicates/contact/{ann.pk}/unmerge/", follow=True)
    assert response.redirect_chain == [(ann.get_absolute_url(), 302)]
    with entered(tenant):
        anna.refresh_from_db()
        assert (str(anna), Contact.objects.alive().count()) == ("Rossi", 2)


def test_an_address_leads_over_several_merges(cast, tenant, merged, act):
    with entered(tenant):
        last = create_contact(last_name="Last", **act)
        merge_records(winner=last, loser=merged[0], **act)

    assert cast["member"].get(merged[1].get_absolute_url())["Location"] == last.get_absolute_url()


def test_what_changed_in_the_meantime_is_shown_again(cast, tenant, pair, act):
    anna, ann = pair
    with entered(tenant):
        update_contact(contact=anna, job_title="Head", **act)
    response = cast["member"].post(address(pair), {"winner_version": anna.version, "loser_version": ann.version})

    assert response.status_code == 409
    assert "Head" in response.content.decode()


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/duplicates/contact/{0}/{0}/", 422),
        ("/duplicates/contact/{0}/00000000-0000-0000-0000-000000000000/", 404),
        ("/duplicates/deal/{0}/{1}/", 404),
        ("/duplicates/nonsense/{0}/{1}/", 404),
        ("/duplicates/contact/{1}/unmerge/", 404),
    ],
)
def test_bad_input_changes_nothing(cast, tenant, pair, url, status):
    response = cast["owner"].post(url.format(pair[0].pk, pair[1].pk), {"take-x": "winner", "winner_version": "many"})

    assert response.status_code == status
    with entered(tenant):
        assert Contact.objects.alive().count() == 2


WHO = [("admin", 302), ("member", 302), ("reader", 403), ("outsider", 302), ("stranger", 302)]


@pytest.mark.parametrize(("who", "status"), WHO)
def test_who_may_merge(cast, tenant, pair, who, status):
    response = cast[who].post(address(pair))

    assert response.status_code == status
    with entered(tenant):
        assert Contact.objects.alive().count() == (1 if who in ("admin", "member") else 2)


@pytest.mark.parametrize(("who", "status"), WHO)
def test_who_may_unmerge(cast, tenant, merged, who, status):
    response = cast[who].post(f"/duplicates/contact/{merged[1].pk}/unmerge/")

    assert response.status_code == status
    with entered(tenant):
        assert Contact.objects.alive().count() == (2 if who in ("admin", "member") else 1)


@pytest.mark.parametrize("act_barred", ["change", "delete"])
def test_merging_needs_the_right_to_change_one_and_delete_the_other(cast, tenant, members, pair, act, act_barred):
    with entered(tenant):
        role = create_role(name="Seller", rights={"contact": {act_barred: "own"}}, field_rights={}, **act)
        members["member"].role_record = role
        members["member"].save()

    assert cast["member"].post(address(pair)).status_code == 403
    with entered(tenant):
        assert Contact.objects.alive().count() == 2


MERGE = """mutation ($winner: ID!, $loser: ID!, $choices: [MergeChoiceInput!]) {
  mergeContacts(input: {winner: $winner, loser: $loser, choices: $choices}) {
    contact { name emails { email } } problems { code field } } }"""
UNMERGE = """mutation ($id: ID!) { unmerge(input: {id: $id}) {
  record { id } kept problems { code message } } }"""


def gid(kind, record):
    return to_base64(kind, str(record.pk))


def test_the_api_merges_and_unmerges(api, pair):
    ids = {"winner": gid("Contact", pair[0]), "loser": gid("Contact", pair[1])}
    done = api(MERGE, **ids, choices=[{"field": "emails", "take": "LOSER"}])["data"]["mergeContacts"]
    assert done == {"contact": {"name": "Ann Rossi", "emails": [{"email": "ann@acme.example"}]}, "problems": []}

    done = api(UNMERGE, id=ids["loser"])["data"]["unmerge"]
    assert done == {"record": {"id": ids["loser"]}, "kept": [], "problems": []}
    assert api(UNMERGE, id=ids["loser"])["data"]["unmerge"]["problems"][0]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("loser", "choices", "problem"),
    [
        ("Company", [], {"code": "NOT_FOUND", "field": "loser"}),
        ("Contact", [{"field": "version", "take": "LOSER"}], {"code": "REFUSED", "field": "choices"}),
    ],
)
def test_the_api_says_what_is_wrong(api, pair, loser, choices, problem):
    ids = {"winner": gid("Contact", pair[0]), "loser": gid(loser, pair[1])}
    assert api(MERGE, **ids, choices=choices)["data"]["mergeContacts"]["problems"] == [problem]


def test_every_kind_is_merged_and_unmerged_by_the_api(api, tenant, act):
    with entered(tenant):
        makes = {
            "Company": ("mergeCompanies", lambda name: create_company(name=name, **act)),
            "Lead": ("mergeLeads", lambda name: create_lead(last_name=name, **act)),
            "Deal": ("mergeDeals", lambda name: create_deal(name=name, **act)),
            "Case": ("mergeCases", lambda name: create_case(subject=name, **act)),
        }
        pairs = {kind: (name, make("One"), make("Other")) for kind, (name, make) in makes.items()}
    for kind, (name, one, other) in pairs.items():
        what = f'mutation {{ {name}(input: {{winner: "{gid(kind, one)}", loser: "{gid(kind, other)}"}})'
        done = api(what + f" {{ {kind.lower()} {{ id }} problems {{ message }} }} }}")["data"][name]
        assert done == {kind.lower(): {"id": gid(kind, one)}, "problems": []}
        done = api(UNMERGE, id=gid(kind, other))["data"]["unmerge"]
        assert done == {"record": {"id": gid(kind, other)}, "kept": [], "problems": []}


@pytest.mark.parametrize("kind", ["company", "lead", "deal"])
def test_every_kind_has_its_preview(cast, tenant, act, kind):
    make = {
        "company": lambda name: create_company(name=name, **act),
        "lead": lambda name: create_lead(last_name=name, **act),
        "deal": lambda name: create_deal(name=name, **act),
    }[kind]
    with entered(tenant):
        one, other = make("One"), make("Other")
    assert f"/duplicates/{kind}/{one.pk}/" in cast["member"].get(one.get_absolute_url()).content.decode()
    url = f"/duplicates/{kind}/{one.pk}/{other.pk}/"
    assert "take-" in cast["member"].get(url).content.decode()
    assert cast["member"].post(url)["Location"] == one.get_absolute_url()
    assert cast["member"].get(other.get_absolute_url())["Location"] == one.get_absolute_url()


def test_a_record_in_the_bin_that_nobody_merged_is_not_there(cast, tenant, pair, act):
    with entered(tenant):
        delete_contact(contact=pair[0], **act)
    assert cast["member"].get(pair[0].get_absolute_url()).status_code == 404


def test_plugins_move_their_rows_and_may_refuse(cast, tenant, pretend, pair):
    from triptych.core_crm.duplicates.hookspecs import MergedValue, WeakLink
    from triptych.core_crm.samples.models import SampleRecord
    from triptych.platform.refusals import Refused

    def check(winner, loser):
        if winner.last_name == "Rosi":
            raise Refused("Not this way round.")

    pretend(
        "pear",
        check_record_merge=check,
        weak_links=lambda kind: [WeakLink(SampleRecord, "object_id", "kind")],
        merged_values=lambda winner, loser: [MergedValue("description", f"With {loser}")],
    )
    with entered(tenant):
        SampleRecord.objects.create(kind="contact", object_id=pair[1].pk)
    response = cast["member"].post(address(pair[::-1]))
    assert (response.status_code, "Not this way round." in response.content.decode()) == (422, True)

    cast["member"].post(address(pair))
    with entered(tenant):
        pair[0].refresh_from_db()
        assert pair[0].description == "With Ann Rosi"
        assert Merge.objects.get().moved_count == 2


PREVIEW = """query ($winner: ID!, $loser: ID!) { mergePreview(winner: $winner, loser: $loser) {
  fields { field winner loser takes proposed } moving { what count } refusal winnerVersion loserVersion } }"""


def previewed(api, kind, pair, who="member"):
    return api(PREVIEW, who=who, winner=gid(kind, pair[0]), loser=gid(kind, pair[1]))


def test_the_api_shows_a_merge_before_it_is_made(api, tenant, members, pair, act):
    shown = previewed(api, "Contact", pair)["data"]["mergePreview"]
    fields = {one.pop("field"): one for one in shown["fields"]}
    assert fields["emails"] == {
        "winner": "anna@acme.example", "loser": "ann@acme.example",
        "takes": ["WINNER", "LOSER", "BOTH"], "proposed": "BOTH",
    }  # fmt: skip
    assert fields["first_name"] == {"winner": "", "loser": "Ann", "takes": ["WINNER", "LOSER"], "proposed": "LOSER"}
    assert (shown["refusal"], shown["winnerVersion"]) == (None, pair[0].version)
    assert {"what": "Deals", "count": 1} in shown["moving"]

    with entered(tenant):
        role = create_role(name="Seller", rights={}, field_rights={"contact": {"emails": "hidden"}}, **act)
        members["member"].role_record = role
        members["member"].save()
    text = str(previewed(api, "Contact", pair)["data"])
    assert ("emails" in text, "anna@acme" in text, "first_name" in text) == (False, False, True)


def test_a_preview_counts_only_what_the_member_sees(api, cast, tenant, members, pair, act):
    with entered(tenant):
        about = [RecordRef.of(pair[1])]
        add_note(text="A secret", records=about, by=act["by"], now=act["now"])
        add_note(text="My own", records=about, by=members["member"], now=act["now"])
    counts = {}
    for rights in ({}, {"deal": {"read": "none"}, "activity": {"read": "own"}}):
        with entered(tenant):
            members["member"].role_record = create_role(
                name=f"Role {len(rights)}", rights=rights, field_rights={}, **act
            )
            members["member"].save()
        moving = previewed(api, "Contact", pair)["data"]["mergePreview"]["moving"]
        counts[len(rights)] = {one["what"]: one["count"] for one in moving}
        page = cast["member"].get(address(pair)).content.decode()
        assert all(f"<li>{what}: {count}</li>" in page for what, count in counts[len(rights)].items())
    links = (counts[0].keys() & counts[2].keys()).pop()
    assert (counts[0]["Deals"], counts[0][links], counts[2]) == (1, 2, {links: 1})


@pytest.mark.parametrize(
    ("who", "code"),
    [("reader", "FORBIDDEN"), ("outsider", "UNAUTHENTICATED"), ("stranger", "UNAUTHENTICATED")],
)
def test_who_may_not_merge_sees_no_preview(api, pair, who, code):
    assert previewed(api, "Contact", pair, who)["errors"][0]["extensions"]["code"] == code


def test_a_preview_of_what_cannot_be_merged_says_so(api, tenant, pair, act):
    alone = previewed(api, "Contact", (pair[0], pair[0]))["data"]["mergePreview"]
    assert alone["refusal"] == "A record cannot be merged into itself."
    with entered(tenant):
        cases = [create_case(subject=name, **act) for name in ("One", "Other")]
        take_in_message(case=cases[1], body="Help", contact=None, **act)
    shown = previewed(api, "Case", cases)["data"]["mergePreview"]
    assert (shown["fields"], shown["moving"], shown["refusal"]) == ([], [{"what": "Messages", "count": 1}], None)

    for kind, both, code in [
        ("Stage", pair, "BAD_USER_INPUT"), ("Deal", pair, "NOT_FOUND"), ("Contact", (pair[0], act["by"]), "NOT_FOUND"),
    ]:  # fmt: skip
        assert previewed(api, kind, both)["errors"][0]["extensions"]["code"] == code
    mixed = api(PREVIEW, winner=gid("Contact", pair[0]), loser=gid("Deal", pair[1]))
    assert mixed["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
