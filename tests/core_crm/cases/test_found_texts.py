"""Records are found by what was said in them (`found_texts`): messages, internal notes, notes, calls and mails."""

import importlib

import pytest
from django.apps import apps

from triptych.core_crm.activities.actions import add_note, delete_activity, restore_activity, update_activity
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.cases.actions import (
    add_internal_note,
    create_case,
    delete_case,
    merge_case,
    reply,
    restore_case,
    split_message,
    take_in_message,
    undo_split,
    unmerge_case,
    update_case,
)
from triptych.core_crm.contacts.actions import create_contact
from triptych.core_crm.rights.actions import create_role
from triptych.platform.scope import entered
from triptych.platform.search.models import SearchText
from triptych.platform.search.texts import excerpt_of

pytestmark = pytest.mark.django_db

SEARCH = "query ($text: String!) { search(text: $text) { title matched url } }"
LONG = "word " * 600


@pytest.fixture
def act(members, now):
    return {"by": members["owner"], "now": now}


@pytest.fixture
def case(tenant, act):
    with entered(tenant):
        case = create_case(subject="Pump", description=f"{LONG} Manometer", **act)
        take_in_message(case=case, body="The flange leaks Öl again.", contact=None, **act)
        reply(case=case, body="We send a gasket.", **act)
        add_internal_note(case=case, body=f"{LONG} Supplier is bankrupt, tell nobody.", **act)
    return case


@pytest.fixture
def found(api):
    """What a text finds: title and excerpt."""

    def found(text, who="member"):
        return [(one["title"], one["matched"]) for one in api(SEARCH, who=who, text=text)["data"]["search"]]

    return found


def limited_to_own(tenant, members, act, **hidden):
    with entered(tenant):
        role = create_role(name="Own", rights={"case": {"read": "own"}}, field_rights=hidden, **act)
        members["member"].role_record = role
        members["member"].save()


def test_a_case_is_found_by_all_that_was_said(api, cast, case, found):
    assert found("flange ol") == [("#1 Pump", "Public reply: The flange leaks Öl again.")]
    assert found("gasket", "reader") == [("#1 Pump", "Public reply: We send a gasket.")]
    assert found("manomet")[0][1].startswith("Description: …word word")
    (hit,) = found("BANKRUPT")
    assert hit[1].startswith("Internal note: …word")
    assert hit[1].endswith("Supplier is bankrupt, tell nobody.")
    assert found("flange gasket") == []
    assert found("pump") == [("#1 Pump", "")]

    page = cast["member"].get("/palette/", {"q": "bankrupt"}).content.decode()
    assert case.get_absolute_url() in page
    assert "Supplier is bankrupt, tell nobody." in page


def test_activities_are_found_by_their_texts(tenant, act, found):
    with entered(tenant):
        anna = create_contact(last_name="Rossi", **act)
        note = add_note(text=f"Met her\n{LONG} zeppelin", records=[RecordRef.of(anna)], **act)
        assert found("zeppelin")[0][1].endswith("zeppelin")
        update_activity(activity=note, description="Nothing", **act)
        assert (found("zeppelin"), found("nothing")) == ([], [("Note", "Note: Nothing")])
        delete_activity(activity=note, **act)
        assert (found("nothing"), SearchText.objects.count()) == ([], 0)
        restore_activity(activity=note, **act)
        assert len(found("nothing")) == 1
        update_activity(activity=note, description="", subject="Call", **act)
        assert SearchText.objects.count() == 0


def test_who_does_not_see_the_case_does_not_find_it(api, tenant, members, act, case, found):
    with entered(tenant):
        theirs = create_case(subject="Mine", owner=members["member"], description="A flange, too", **act)
        take_in_message(case=theirs, body="Flange", contact=None, **act)
    limited_to_own(tenant, members, act)
    assert (found("flange"), found("bankrupt")) == ([("#2 Mine", "Public reply: Flange")], [])
    for who in ("outsider", "stranger"):
        assert api(SEARCH, who=who, text="flange")["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_hidden_description_finds_nothing(tenant, members, act, found):
    with entered(tenant):
        create_case(subject="Mine", owner=members["member"], description="A secret flange", **act)
    limited_to_own(tenant, members, act, case={"description": "hidden"})
    assert (found("flange"), found("flange", "admin")) == ([], [("#1 Mine", "Description: A secret flange")])


def test_texts_follow_their_case(tenant, act, case, found):
    with entered(tenant):
        message = case.messages.get(body="We send a gasket.")
        made = split_message(message=message, subject="Gasket", **act)
        update_case(case=made, subject="Other", **act)
        assert [title for title, _ in found("gasket")] == ["#2 Other"]
        undo_split(case=made, **act)
        assert [title for title, _ in found("gasket")] == ["#1 Pump"]

        into = create_case(subject="All leaks", **act)
        merge_case(case=case, into=into, **act)
        assert [title for title, _ in found("gasket")] == ["#1 Pump"]
        unmerge_case(case=case, **act)
        delete_case(case=case, **act)
        assert (found("gasket"), SearchText.objects.count()) == ([], 0)
        restore_case(case=case, **act)
        assert [len(found(text)) for text in ("gasket", "flange", "bankrupt", "manometer")] == [1, 1, 1, 1]


def test_what_was_there_before_is_found_after_the_migrations(tenant, act, case, found):
    with entered(tenant):
        add_note(text="Zeppelin", records=[], **act)
        rows = set(SearchText.objects.values_list("text_id", "object_id", "field", "words"))
        SearchText.objects.all().delete()
        for name in ("cases.migrations.0005_messages_are_found", "activities.migrations.0004_texts_are_found"):
            importlib.import_module(f"triptych.core_crm.{name}").fill(apps, None)
        assert set(SearchText.objects.values_list("text_id", "object_id", "field", "words")) == rows
    assert len(rows) == 5


@pytest.mark.parametrize(
    ("text", "typed", "shown"),
    [
        ("", "x", ""),
        ("one two", "zzz", "one two"),
        ("a " * 100 + "needle " + "b " * 100, "need", "…" + "a " * 20 + "needle " + "b " * 45 + "b…"),
        ("x" * 500, "x", "x" * 140 + "…"),
        ("a\n\n  Straße", "strass", "a Straße"),
    ],
)
def test_an_excerpt_is_around_the_word(text, typed, shown):
    assert excerpt_of(text, typed) == shown
