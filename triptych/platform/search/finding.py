"""The statements behind `search.find`.

PostgreSQL cannot walk an index of words in order of time. Left alone it guesses how many rows a beginning of a word
has, and guesses wrong: 490 ms for a word that nobody has. So a common word is looked for among the newest records,
where it is soon found often enough, and only a rare one in the index of words.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from triptych.platform.search.models import SearchEntry

NEWEST = 1500
"""Among how many of the newest records a word is looked for first."""

MOST_MATCHES = 5000
"""How many matches are put in order at most; with more of them, all old, some newer ones may be missed."""

AMONG_NEWEST = """
    SELECT object_id, kind, title, subtitle, url, owner_id, updated_at, words @@ %(titles)s::tsquery AS is_title
    FROM (SELECT * FROM search_searchentry ORDER BY updated_at DESC, object_id DESC LIMIT %(newest)s) AS newest
    WHERE words @@ %(query)s::tsquery AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s::text[]))
    ORDER BY is_title DESC, updated_at DESC, object_id DESC
    LIMIT %(limit)s
"""

BY_WORDS = """
    SELECT object_id, kind, title, subtitle, url, owner_id, updated_at
    FROM (
        SELECT * FROM search_searchentry
        WHERE words @@ %(query)s::tsquery AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s::text[]))
        LIMIT %(most)s
    ) AS matches
    ORDER BY updated_at DESC, object_id DESC
    LIMIT %(limit)s
"""


def find_entries(titles: str, anywhere: str, *, limit: int, kinds: Collection[str] | None) -> list[SearchEntry]:
    """Entries that the query `titles` finds, then others that `anywhere` finds, each the newest first."""
    from triptych.platform.search.models import SearchEntry

    def among_newest() -> list[SearchEntry]:
        return list(SearchEntry.objects.raw(AMONG_NEWEST, {**facts, "query": anywhere, "titles": titles}))

    def by_words(query: str) -> list[SearchEntry]:
        return list(SearchEntry.objects.raw(BY_WORDS, {**facts, "query": query}))

    facts = {
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
