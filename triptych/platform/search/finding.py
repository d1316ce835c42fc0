"""The statements behind `search.find`.

PostgreSQL cannot walk an index of words in order of time. Left alone it guesses how many rows a beginning of a word
has, and guesses wrong: 490 ms for a word that nobody has. So a common word is looked for among the newest records,
where it is soon found often enough, and only a rare one in the index of words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

if TYPE_CHECKING:
    from triptych.platform.search.hookspecs import Findable
    from triptych.platform.search.models import SearchEntry

NEWEST = 1500
"""Among how many of the newest records a word is looked for first."""

NEWEST_TEXTS = 300
"""Among how many of the newest texts: they are longer."""

MOST_MATCHES = 5000
"""How many matches are put in order at most; with more of them, all old, some newer ones may be missed."""

OF_KINDS = "(%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s::text[]))"

FEW = 5000
"""So many matches of one kind are looked up one by one."""

UP_TO_FEW = """
    WITH found AS MATERIALIZED (SELECT object_id FROM search_searchentry WHERE words @@ %s::tsquery)
    SELECT object_id FROM found LIMIT %s
"""
"""A plain LIMIT would lead PostgreSQL to read the whole table in the hope of an early end."""

AMONG_NEWEST = """
    SELECT object_id, kind, title, subtitle, url, owner_id, updated_at, words @@ %(titles)s::tsquery AS is_title
    FROM (SELECT * FROM search_searchentry ORDER BY updated_at DESC, object_id DESC LIMIT %(newest)s) AS newest
    WHERE words @@ %(query)s::tsquery AND {of_kinds} AND {limits}
    ORDER BY is_title DESC, updated_at DESC, object_id DESC
    LIMIT %(limit)s
"""

BY_WORDS = """
    SELECT object_id, kind, title, subtitle, url, owner_id, updated_at
    FROM (
        SELECT * FROM search_searchentry
        WHERE words @@ %(query)s::tsquery AND {of_kinds} AND {limits}
        LIMIT %(most)s
    ) AS matches
    ORDER BY updated_at DESC, object_id DESC
    LIMIT %(limit)s
"""

BY_TEXTS = """
    SELECT object_id FROM {texts} GROUP BY object_id ORDER BY max(at) DESC, object_id DESC LIMIT %(limit)s
"""
"""Keys alone: PostgreSQL takes a join with the entries for larger than it is, and reads all of them."""

KNOWN = "(kind, field) NOT IN (SELECT * FROM unnest(%(hidden_kinds)s::text[], %(hidden_fields)s::text[]))"

NEWEST_SAID = """(
            SELECT object_id, at
            FROM (SELECT * FROM search_searchtext ORDER BY at DESC, text_id DESC LIMIT %(newest_texts)s) AS newest
            WHERE words @@ %(anywhere)s::tsquery AND {of_kinds} AND {known} AND {seen}
        ) AS texts"""

EVER_SAID = """(
            SELECT object_id, at FROM search_searchtext
            WHERE words @@ %(anywhere)s::tsquery AND {of_kinds} AND {known} AND {seen}
            LIMIT %(most)s
        ) AS texts"""

TEXTS_OF = """
    SELECT DISTINCT ON (object_id) object_id, text_id FROM search_searchtext
    WHERE object_id = ANY(%(records)s::uuid[]) AND words @@ %(anywhere)s::tsquery AND {known}
    ORDER BY object_id, at DESC, text_id DESC
"""

WITHIN = """(
        kind = ANY(%(whole)s::text[])
        OR (kind, object_id) IN (SELECT * FROM unnest(%(id_kinds)s::text[], %(ids)s::uuid[]))
        OR owner_id IS NULL AND kind = ANY(%(unowned)s::text[])
        OR (kind, owner_id) IN (SELECT * FROM unnest(%(owned_kinds)s::text[], %(owners)s::uuid[]))
    )"""

LIMITED = f"""(
    kind <> ALL(%(limited)s::text[])
    OR (NOT (kind = ANY(%(titled)s::text[])) OR words @@ %(titles)s::tsquery) AND {WITHIN}
)"""
"""What somebody may find of the kinds that are limited for them."""

SEEN = """object_id IN (
    SELECT object_id FROM search_searchentry WHERE kind <> ALL(%(limited)s::text[]) OR {within}
)"""
"""The texts of what somebody may find, whatever its title: others do not count among the matches."""


class Finding:
    """One search: entries that the query `titles` finds, others that `anywhere` finds, others by their texts.

    `limits` says of some kinds which entries alone may be found.
    """

    def __init__(
        self, titles: str, anywhere: str, *, limit: int, kinds: Collection[str] | None, limits: Mapping[str, Findable]
    ) -> None:
        self.limits = limits
        self.facts: dict[str, Any] = {
            **_facts_of(limits.values()),
            "titles": titles,
            "anywhere": anywhere,
            "kinds": None if kinds is None else list(kinds),
            "limit": limit,
            "newest": NEWEST,
            "newest_texts": NEWEST_TEXTS,
            "most": MOST_MATCHES,
        }
        self.limit = limit
        self.by_title: set[UUID] = set()

    def entries(self) -> list[SearchEntry]:
        """What titles and what stands beside them find, each the newest first."""
        newest = self._asked(AMONG_NEWEST, query=self.facts["anywhere"])
        found = [entry for entry in newest if entry.is_title]  # type: ignore[attr-defined]
        if len(found) < self.limit:
            found = self._asked(BY_WORDS, query=self.facts["titles"])
        self.by_title = {entry.pk for entry in found}
        if len(found) < self.limit:
            found += newest if len(newest) == self.limit else self._asked(BY_WORDS, query=self.facts["anywhere"])
        return list({entry.pk: entry for entry in found}.values())[: self.limit]

    def by_texts(self, *, but: Iterable[SearchEntry]) -> list[SearchEntry]:
        """What long texts find beside these, of which the last was said last first."""
        from triptych.platform.search.models import SearchEntry

        known = {entry.pk for entry in but}
        keys = self._said(NEWEST_SAID)
        if len(keys) < self.limit:
            keys = self._said(EVER_SAID)
        wanted = [key for key in keys if key not in known]
        entries: dict[UUID, SearchEntry] = SearchEntry.objects.defer("words").in_bulk(wanted) if wanted else {}
        return [entries[key] for key in wanted if key in entries]

    def texts_of(self, entries: Iterable[SearchEntry]) -> dict[UUID, UUID]:
        """Of entries that were not found by their titles, the newest text that was found, by record."""
        records = [entry.pk for entry in entries if entry.pk not in self.by_title]
        if not records:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(TEXTS_OF.format(known=KNOWN), {**self.facts, "records": records})
            return dict(cursor.fetchall())

    def _said(self, texts: str) -> list[UUID]:
        seen = SEEN.format(within=WITHIN) if self.limits else "true"
        with connection.cursor() as cursor:
            cursor.execute(BY_TEXTS.format(texts=texts.format(of_kinds=OF_KINDS, known=KNOWN, seen=seen)), self.facts)
            return [row[0] for row in cursor.fetchall()]

    def _asked(self, statement: str, *, query: str) -> list[SearchEntry]:
        from triptych.platform.search.models import SearchEntry

        text = statement.format(of_kinds=OF_KINDS, limits=LIMITED if self.limits else "true")
        return list(SearchEntry.objects.raw(text, {**self.facts, "query": query}))


def few_matches(query: str) -> list[UUID] | None:
    """The keys of the entries that match; None if there are more than `FEW`."""
    with connection.cursor() as cursor:
        cursor.execute(UP_TO_FEW, [query, FEW + 1])
        found = [key for (key,) in cursor.fetchall()]
    return found if len(found) <= FEW else None


def _facts_of(limits: Iterable[Findable]) -> dict[str, Any]:
    """The values that the limits ask for."""
    limits = list(limits)
    single = [(limit.kind, key) for limit in limits for key in sorted(limit.ids)]
    owned = [(limit.kind, owner) for limit in limits for owner in sorted(limit.owners or ())]
    hidden = [(limit.kind, name) for limit in limits for name in sorted(limit.hidden)]
    return {
        "limited": [limit.kind for limit in limits],
        "titled": [limit.kind for limit in limits if limit.only_titles],
        "whole": [limit.kind for limit in limits if limit.owners is None],
        "unowned": [limit.kind for limit in limits if limit.unowned],
        "id_kinds": [kind for kind, _ in single],
        "ids": [key for _, key in single],
        "owned_kinds": [kind for kind, _ in owned],
        "owners": [owner for _, owner in owned],
        "hidden_kinds": [kind for kind, _ in hidden],
        "hidden_fields": [name for _, name in hidden],
    }
