"""Finding records by the beginnings of their words."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triptych.platform import search
from triptych.platform.ids import new_id
from triptych.platform.scope import entered
from triptych.platform.search.models import RecentRecord, SearchEntry
from triptych.platform.search.words import fold, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_tenant")]


@pytest.fixture
def keep(now):
    """Make a record findable; each one is a minute younger than the one before."""
    kept = []

    def keep(title: str, text: str = "", kind: str = "contact", **more) -> search.Entry:
        at = now + timedelta(minutes=len(kept))
        entry = search.Entry(kind=kind, id=new_id(), title=title, text=text, url="/x/", updated_at=at, **more)
        search.index(entry)
        kept.append(entry)
        return entry

    return keep


@pytest.fixture
def found(members):
    """The titles that a text finds, in order."""

    def found(text: str, **options) -> list[str]:
        return [entry.title for entry in search.find(members["reader"], text, **options)]

    return found


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("ann", ["Anna Rossi"]),
        ("ross ann", ["Anna Rossi"]),
        ("ANNA", ["Anna Rossi"]),
        ("ossi", []),
        ("anna bianchi", []),
        ("acm", ["Anna Rossi"]),
        ("anna.rossi@acme", ["Anna Rossi"]),
        ("+39 06 698 12345", ["Anna Rossi"]),
        ("0669812345", ["Anna Rossi"]),
        ("390669", ["Anna Rossi"]),
        ("strasse", ["Straße Łódź"]),
        ("Straße", ["Straße Łódź"]),
        ("lodz", ["Straße Łódź"]),
        ("елка", ["Ёлка Ёжикова"]),
        ("ёжик", ["Ёлка Ёжикова"]),
        ("1e5", ["1e5 3m GTX-Pro"]),
        ("gtx pro", ["1e5 3m GTX-Pro"]),
        ("", []),
        ("   ", []),
        ("!?&|:*()'\\", []),
        ("\0", []),
        ("\ud800", []),
        ("ann\0a", ["Anna Rossi"]),
        ("a & !z", []),
        ("anna:* | zzz", []),
        ("x" * 5000, []),
    ],
)
def test_each_word_is_the_beginning_of_one(keep, found, text, titles):
    keep("Anna Rossi", "Buyer anna.rossi@acme.example +390669812345 0669812345")
    keep("Straße Łódź")
    keep("Ёлка Ёжикова")
    keep("1e5 3m GTX-Pro")

    assert found(text) == titles


def test_titles_come_first_then_what_changed_last(keep, found):
    keep("Rossi, the older")
    keep("Somebody", "works for Rossi")
    keep("Rossi, the younger")
    keep("Somebody else", subtitle="Rossi")

    assert found("rossi") == ["Rossi, the younger", "Rossi, the older", "Somebody else", "Somebody"]
    assert found("rossi", limit=3) == ["Rossi, the younger", "Rossi, the older", "Somebody else"]


def test_only_the_kinds_asked_for_are_found(keep, found):
    keep("Rossi", kind="contact")
    keep("Rossi Srl", kind="company")

    assert (found("rossi", kinds=["company"]), found("rossi", kinds=[])) == (["Rossi Srl"], [])


def test_a_record_is_found_as_it_was_written_last(keep, found):
    entry = keep("Rossi")
    search.index(search.Entry(kind="contact", id=entry.id, title="Bianchi", url="/x/", updated_at=entry.updated_at))

    assert (found("rossi"), found("bianchi"), SearchEntry.objects.count()) == ([], ["Bianchi"], 1)


def test_what_is_removed_is_found_and_remembered_no_more(keep, found, members, now):
    entry = keep("Rossi")
    search.note_seen(members["reader"], kind="contact", id=entry.id, at=now)
    search.remove(kind="contact", id=entry.id)

    assert (found("rossi"), search.recent(members["reader"])) == ([], [])


def test_many_are_written_in_one_statement(now):
    entries = [
        search.Entry(kind="deal", id=new_id(), title=f"Deal {n}", url="/x/", updated_at=now, text="it's \\ 'quoted'")
        for n in range(300)
    ]
    with CaptureQueriesContext(connection) as queries:
        search.index_many(entries)

    assert (SearchEntry.objects.count(), len(queries)) == (300, 1)


def test_recent_records_are_each_members_own_and_the_latest_first(keep, members, now):
    first, second = keep("First"), keep("Second")
    for minutes, entry in ((1, first), (2, second), (3, first)):
        search.note_seen(members["reader"], kind="contact", id=entry.id, at=now + timedelta(minutes=minutes))

    assert [entry.title for entry in search.recent(members["reader"])] == ["First", "Second"]
    assert (search.recent(members["owner"]), RecentRecord.objects.count()) == ([], 2)


def test_another_tenant_finds_nothing(keep, members, other_tenant):
    keep("Rossi")
    with entered(other_tenant):
        assert search.find(members["reader"], "rossi") == []


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ÀÉÎõü", "aeiou"),
        ("Ёж", "еж"),
        ("Straße", "strasse"),
        ("ŁØĐ", "lod"),
        ("İI", "ii"),
        ("ﬁn", "fin"),
        ("½", "1⁄2"),
    ],
)
def test_folding(text, folded):
    assert fold(text) == folded


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(max_size=60), text=st.text(max_size=200), typed=st.text(max_size=60))
def test_any_text_can_be_kept_and_looked_for(members, now, title, text, typed):
    id = new_id()
    clean = title.replace("\0", "").encode("utf-8", "ignore").decode()
    search.index(search.Entry(kind="x", id=id, title=clean, text=text, url="/x/", updated_at=now))

    search.find(members["reader"], typed)
    if words := words_of(clean)[:1]:
        assert id in [entry.pk for entry in search.find(members["reader"], words[0], limit=1000)]
