"""Saved views: the address is the view, kept under a name, shared, pinned, begun with."""

import re

import pytest

from triptych.core_crm.lists.models import SavedView
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

STATE = 'where={"all":[["owner","is","nobody"]]}&sort=-name&columns=name,created'


@pytest.fixture
def save(cast, tenant):
    def saved(who="member", *, name="Nobody's", state=STATE, sharing="private"):
        cast[who].post(f"/views/contact/new/?{state}", {"name": name, "sharing": sharing})
        with entered(tenant):
            return SavedView.objects.get(name=name)

    return saved


def names(page):
    return re.findall(r'<a href="/contacts/[0-9a-f-]{36}/">Contact (\d+)</a>', page)


def test_a_list_is_saved_and_opens_as_it_was(cast, contacts, save):
    view = save()
    page = cast["member"].get(f"/views/{view.pk}/", follow=True).content.decode()

    assert names(page)[:2] == ["118", "116"]
    assert re.findall(r'aria-current="page">\s*Nobody&#x27;s', page)
    assert "Owner is nobody" in page


def test_a_view_is_private_or_everyones(cast, contacts, save):
    mine, ours = save(), save(name="Ours", sharing="everyone")

    assert [cast[who].get(f"/views/{mine.pk}/").status_code for who in ("member", "reader", "outsider")] == [
        302,
        404,
        302,
    ]
    assert cast["reader"].get(f"/views/{ours.pk}/").status_code == 302
    page = cast["reader"].get("/contacts/").content.decode()
    assert ("Ours" in page, "Nobody&#x27;s" in page) == (True, False)
    assert cast["reader"].get(f"/views/{ours.pk}/edit/").status_code == 403
    assert cast["reader"].post(f"/views/{ours.pk}/delete/").status_code == 403
    assert cast["admin"].get(f"/views/{ours.pk}/edit/").status_code == 200


def test_a_view_is_renamed_overwritten_copied_deleted_and_restored(cast, contacts, save, tenant):
    view = save()
    cast["member"].post(
        f"/views/{view.pk}/edit/?sort=created", {"name": "Mine", "sharing": "private", "overwrite": "on"}
    )
    cast["member"].post(f"/views/{view.pk}/duplicate/")
    cast["member"].post(f"/views/{view.pk}/delete/")

    with entered(tenant):
        assert set(SavedView.objects.alive().values_list("name", "state")) == {("Mine (copy)", "sort=created")}
    assert cast["member"].get(f"/views/{view.pk}/").status_code == 404
    for _again in range(2):
        assert cast["member"].post(f"/views/{view.pk}/restore/").status_code == 302
    assert cast["member"].get(f"/views/{view.pk}/").status_code == 302


def test_a_view_is_pinned_to_ones_own_menu(cast, contacts, save):
    view = save(sharing="everyone")
    cast["reader"].post(f"/views/{view.pk}/pin/?on=1")

    line = f'href="/views/{view.pk}/"'
    assert [line in cast[who].get("/companies/").content.decode() for who in ("reader", "member")] == [True, False]
    cast["reader"].post(f"/views/{view.pk}/pin/")
    assert line not in cast["reader"].get("/companies/").content.decode()


def test_the_list_begins_with_a_members_default(cast, contacts, save):
    view = save(sharing="everyone")
    cast["member"].post(f"/views/{view.pk}/default/?on=1")

    assert cast["member"].get("/contacts/").headers["Location"] == f"/views/{view.pk}/"
    assert cast["member"].get("/contacts/?saved=none").status_code == 200
    assert cast["reader"].get("/contacts/").status_code == 200


def test_a_view_whose_field_has_gone_says_so_and_still_opens(cast, contacts, save):
    state = 'where={"all":[["custom_gone","is","x"],["owner","is","nobody"]]}&columns=name,custom_gone'
    page = cast["member"].get(f"/views/{save(state=state).pk}/", follow=True).content.decode()

    assert "These fields are no longer there and are left out: custom_gone." in page
    assert '<span class="count">60</span>' in page
    everything = {"all": "1", "step": "do", "sure": "1"}
    cast["member"].post(f"/contacts/bulk/delete/?{state}", everything)
    assert "Take it off, then choose all." in cast["member"].get("/contacts/").content.decode()


@pytest.mark.parametrize(
    "data", [{"name": " ", "sharing": "private"}, {"name": "X", "sharing": "team"}, {"name": "x" * 81}]
)
def test_a_view_that_makes_no_sense_is_not_saved(cast, contacts, tenant, data):
    assert cast["member"].post("/views/contact/new/", data).status_code == 200
    with entered(tenant):
        assert not SavedView.objects.exists()


def test_readers_keep_views_for_themselves(cast, contacts, tenant):
    for sharing in ("everyone", "private"):
        cast["reader"].post("/views/contact/new/", {"name": f"For {sharing}", "sharing": sharing})

    with entered(tenant):
        assert list(SavedView.objects.values_list("name", flat=True)) == ["For private"]


def test_lists_that_are_not_there_have_no_views(cast):
    assert cast["member"].get("/views/ghost/new/").status_code == 404


def test_a_view_of_a_team_that_is_gone_is_its_owners_alone(cast, tenant, contacts, save):
    view = save(name="Secret plan", sharing="everyone")
    with entered(tenant):
        SavedView.objects.filter(pk=view.pk).update(sharing="team", team=None)
    assert "Secret plan" in cast["member"].get("/contacts/").content.decode()
    assert "Secret plan" not in cast["reader"].get("/contacts/").content.decode()
