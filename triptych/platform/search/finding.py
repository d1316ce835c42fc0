"""The statements behind `search.find`.

PostgreSQL cannot walk an index of words in order of time. Left alone it guesses how many rows a beginning of a word
has, and guesses wrong: 490 ms for a word that nobody has. So a common word is looked for among the newest records,
where it is soon found often enough, and only a rare one in the index of words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from triptych.platform.search.hookspecs import Findable
    from triptych.platform.search.models import SearchEntry

NEWEST = 1500
"""Among how many of the newest records a word is looked for first."""

MOST_MATCHES = 5000
"""How many matches are put in order at most; with more of them, all old, some newer ones may be missed."""

AMONG_NEWEST = """
    SELECT object_id, kind, title, subtitle, url, owner_id, updated_at, words @@ %(titles)s::tsquery AS is_title
    FROM (SELECT * FROM search_searchentry ORDER BY updated_at DESC, object_id DESC LIMIT %(newest)s) AS newest
    WHERE words @@ %(query)s::tsquery AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s::text[])) AND {limits}
    ORDER BY is_title DESC, updated_at DESC, object_id DESC
    LIMIT %(limit)s
"""

BY_WORDS = """
    SELECT object_id, kind, title, subtitle, url, owner_id, updated_at
    FROM (
        SELECT * FROM search_searchentry
        WHERE words @@ %(query)s::tsquery AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s::text[])) AND {limits}
        LIMIT %(most)s
    ) AS matches
    ORDER BY updated_at DESC, object_id DESC
    LIMIT %(limit)s
"""


LIMITED = """(
    kind <> ALL(%(limited)s::text[])
    OR (NOT (kind = ANY(%(titled)s::text[])) OR words @@ %(titles)s::tsquery) AND (
        kind = ANY(%(whole)s::text[])
        OR (kind, object_id) IN (SELECT * FROM unnest(%(id_kinds)s::text[], %(ids)s::uuid[]))
        OR owner_id IS NULL AND kind = ANY(%(unowned)s::text[])
        OR (kind, owner_id) IN (SELECT * FROM unnest(%(owned_kinds)s::text[], %(owners)s::uuid[]))
    )
)"""
"""What somebody may find of the kinds that are limited for them."""


def find_entries(
    titles: str, anywhere: str, *, limit: int, kinds: Collection[str] | None, limits: Mapping[str, Findable]
) -> list[SearchEntry]:
    """Entries that the query `titles` finds, then others that `anywhere` finds, each the newest first.

    `limits` says of some kinds which entries alone may be found.
    """
    from triptych.platform.search.models import SearchEntry

    def among_newest() -> list[SearchEntry]:
        return list(SearchEntry.objects.raw(AMONG_NEWEST.format(limits=limited), {**facts, "query": anywhere}))

    def by_words(query: str) -> list[SearchEntry]:
        return list(SearchEntry.objects.raw(BY_WORDS.format(limits=limited), {**facts, "query": query}))

    limited = LIMITED if limits else "true"
    facts = {
        **_facts_of(limits.values()),
        "titles": titles,
        "kinds": None if kinds is None else list(kinds),
        "limit": limit,
        "newest": NEWEST,
        "most": MOST_MATCHES,
    }
    newest = among_newest()
    found = [entry for entry in newest if entry.is_title]  # type: ignore[attr-defined]
    if len(found) < limit:
        found = by_words(titles)
    if len(found) < limit:
        found += newest if len(newest) == limit else by_words(anywhere)
    return list({entry.pk: entry for entry in found}.values())[:limit]


def _facts_of(limits: Iterable[Findable]) -> dict[str, Any]:
    """The values that `LIMITED` asks for."""
    limits = list(limits)
    single = [(limit.kind, key) for limit in limits for key in sorted(limit.ids)]
    owned = [(limit.kind, owner) for limit in limits for owner in sorted(limit.owners or ())]
    return {
        "limited": [limit.kind for limit in limits],
        "titled": [limit.kind for limit in limits if limit.only_titles],
        "whole": [limit.kind for limit in limits if limit.owners is None],
        "unowned": [limit.kind for limit in limits if limit.unowned],
        "id_kinds": [kind for kind, _ in single],
        "ids": [key for _, key in single],
        "owned_kinds": [kind for kind, _ in owned],
        "owners": [owner for _, owner in owned],
    }
