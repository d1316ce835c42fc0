"""Finding any record by the beginnings of its words.

Whoever keeps a kind of record writes its `Entry` with `index` whenever it changes and takes it away with `remove`.
Long texts that belong to it are rows of their own (`Text`, `index_texts`), which go with it.
Words are folded and split here, in Python, for entries and queries alike: the database needs no extension, no
dictionary and no locale for it.

The models are loaded after this module (it is the app's own), so the functions import them.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from triptych.platform.plugins.hookspecs import AnyMember
from triptych.platform.search.texts import Text, index_texts, say_what_matched
from triptych.platform.search.words import WordQuery, query_of, vector_of

if TYPE_CHECKING:
    from django.db.models import Q, QuerySet
    from django.db.models.expressions import Combinable

    from triptych.platform.search.hookspecs import Findable
    from triptych.platform.search.models import SearchEntry

__all__ = [
    "Entry", "Text", "among", "few_matching", "find", "found_by", "index", "index_many", "index_texts", "limits_of",
    "matching", "note_seen", "one_by_one", "only_titles", "recent", "remove", "remove_many",
]  # fmt: skip


class Seeker(AnyMember, Protocol):
    """A member, as far as the search is concerned."""

    @property
    def pk(self) -> UUID: ...


@dataclass(frozen=True)
class Entry:
    """How a record is found (`title` before `subtitle` and `text`, then `texts`) and shown among others."""

    kind: str
    id: UUID
    title: str
    url: str
    updated_at: datetime
    subtitle: str = ""
    text: str = ""
    owner_id: UUID | None = None
    texts: tuple[Text, ...] = ()


def index(entry: Entry) -> None:
    """Make a record findable, or findable as it now is. One statement, and one if it has texts."""
    index_many([entry])


def index_many(entries: Iterable[Entry]) -> None:
    """Make many records findable, in batches of 1,000."""
    from triptych.platform.search.models import SearchEntry

    entries = list(entries)
    index_texts(text for entry in entries for text in entry.texts)
    SearchEntry.objects.bulk_create(
        (
            SearchEntry(
                object_id=entry.id,
                kind=entry.kind,
                title=entry.title[:300],
                subtitle=entry.subtitle[:300],
                url=entry.url,
                owner_id=entry.owner_id,
                updated_at=entry.updated_at,
                words=vector_of(entry.title, f"{entry.subtitle} {entry.text}", kind=entry.kind),
            )
            for entry in entries
        ),
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["object_id"],
        update_fields=["kind", "title", "subtitle", "url", "owner_id", "updated_at", "words"],
    )


def remove(*, kind: str, id: UUID) -> None:
    """Make a record unfindable, and forget who looked at it."""
    remove_many(kind=kind, ids=[id])


def remove_many(*, kind: str, ids: Collection[UUID]) -> None:
    """Make many records of a kind unfindable, and forget who looked at them."""
    from triptych.platform.search.models import RecentRecord, SearchEntry, SearchText

    SearchEntry.objects.filter(kind=kind, object_id__in=ids).delete()
    SearchText.objects.filter(kind=kind, object_id__in=ids).delete()
    RecentRecord.objects.filter(kind=kind, object_id__in=ids).delete()


def find(member: Seeker, text: str, *, limit: int = 20, kinds: Collection[str] | None = None) -> list["SearchEntry"]:
    """Records that have, for each word of `text`, a word that begins with it: by title first, then by the rest,
    the ones changed last first; then those of which one long text has them all, what was said last first.

    Where it is not the title that was found, `matched` of the entry is an excerpt of the text that was. A text
    without any letter or digit finds nothing.
    """
    from triptych.platform.search.finding import Finding

    titles, anywhere = query_of(text, only_titles=True), query_of(text)
    if not anywhere or limit < 1:
        return []
    open_to = limits_of(member)
    finding = Finding(titles, anywhere, limit=limit, kinds=kinds, limits=open_to)
    found = finding.entries()
    if len(found) < limit:
        found += finding.by_texts(but=found)[: limit - len(found)]
    say_what_matched(found, finding.texts_of(found), text)
    for entry in found:
        if (of_kind := open_to.get(entry.kind)) is not None and of_kind.only_titles:
            entry.subtitle = ""
    return found


def limits_of(member: Seeker) -> dict[str, "Findable"]:
    """The kinds of which the member may not find everything, and what they may find of them."""
    from triptych.platform.plugins import hooks

    return {limit.kind: limit for limit in hooks.gather("findable", member=member)}


def only_titles(member: Seeker, kind: str) -> bool:
    """Whether records of that kind are found by their titles alone, as the member may not know all that is beside."""
    limit = limits_of(member).get(kind)
    return limit is not None and limit.only_titles


def found_by(member: Seeker) -> "Q":
    """The condition on entries that the member may find."""
    from django.db.models import Q

    limits = limits_of(member)
    condition = ~Q(kind__in=sorted(limits)) if limits else Q()
    for kind, limit in limits.items():
        if limit.owners is None:
            condition |= Q(kind=kind)
            continue
        within = Q(owner_id__in=sorted(limit.owners)) | Q(object_id__in=sorted(limit.ids))
        condition |= Q(kind=kind) & (within | Q(owner_id=None) if limit.unowned else within)
    return condition


def matching(kind: str, text: str, *, member: Seeker | None = None) -> "QuerySet[SearchEntry]":
    """The entries of one kind that match, in no order: `records.filter(pk__in=matching(…).values("pk"))`.

    For a `member` who may not know all that stands beside titles, they match by titles alone.
    """
    from triptych.platform.search.models import SearchEntry

    query = _query_within(kind, text, member)
    return SearchEntry.objects.filter(words=WordQuery(query)) if query else SearchEntry.objects.none()


def few_matching(kind: str, text: str, *, member: Seeker | None = None) -> list[UUID] | None:
    """The keys of the entries that `matching` finds; None if there are more than 5,000. One statement."""
    from triptych.platform.search.finding import few_matches

    query = _query_within(kind, text, member)
    return few_matches(query) if query else []


def among(keys: list[UUID]) -> "Q":
    """The condition that a record is one of these, as one value for the database however many they are."""
    from django.contrib.postgres.fields import ArrayField
    from django.db.models import BooleanField, F, Func, Q, UUIDField, Value

    one_of = {"template": "%(expressions)s)", "arg_joiner": " = ANY(", "output_field": BooleanField()}
    return Q(Func(F("pk"), Value(keys, ArrayField(UUIDField())), **one_of)) if keys else Q(pk__in=[])


def one_by_one(kind: str, text: str, *, member: Seeker | None = None) -> "Combinable":
    """The condition that a record's entry matches, asked of each row of a list until its page is full.

    It is for words that many records have, where a list is read in its own order: left alone, PostgreSQL finds and
    sorts all of them first. For words that few have it would ask the whole table.
    """
    from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, Subquery

    from triptych.platform.search.models import SearchEntry

    fits = ExpressionWrapper(Q(words=WordQuery(_query_within(kind, text, member))), output_field=BooleanField())
    return Subquery(SearchEntry.objects.filter(pk=OuterRef("pk")).annotate(fits=fits).values("fits"))


def _query_within(kind: str, text: str, member: Seeker | None) -> str:
    return query_of(text, kind=kind, only_titles=member is not None and only_titles(member, kind))


def note_seen(member: Seeker, *, kind: str, id: UUID, at: datetime) -> None:
    """Remember that the member looked at a record. One statement."""
    from triptych.platform.search.models import RecentRecord

    RecentRecord.objects.bulk_create(
        [RecentRecord(member_id=member.pk, kind=kind, object_id=id, seen_at=at)],
        update_conflicts=True,
        unique_fields=["member_id", "object_id"],
        update_fields=["seen_at"],
    )


def recent(member: Seeker, *, limit: int = 10) -> list["SearchEntry"]:
    """The records that the member looked at last, the latest first; those in the bin are left out."""
    from triptych.platform.search.models import RecentRecord, SearchEntry

    ids = list(
        RecentRecord.objects.filter(member_id=member.pk)
        .order_by("-seen_at")
        .values_list("object_id", flat=True)[:limit]
    )
    entries: dict[UUID, Any] = SearchEntry.objects.defer("words").filter(found_by(member)).in_bulk(ids)
    return [entries[id] for id in ids if id in entries]
