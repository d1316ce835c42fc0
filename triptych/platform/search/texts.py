"""Finding records by the long texts that belong to them: what was said in a conversation, what a note holds.

Each text is a row of its own, with its words alone. What was found is read again where it stands, for an excerpt.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _

from triptych.platform.search.words import fold, vector_of, words_of

if TYPE_CHECKING:
    from triptych.platform.search.hookspecs import FoundText
    from triptych.platform.search.models import SearchEntry

MOST_WORDS_OF_TEXT = 1000
"""How many different words of one text are kept: more than a letter of ten pages has."""

BEFORE, SHOWN = 40, 140
"""How much of a text stands before the word that was found, and how much is shown in all."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Text:
    """A text of a record (`kind`, `object_id`). `field` names the one that holds it, for whoever may not know that."""

    id: UUID
    kind: str
    object_id: UUID
    text: str
    at: datetime
    field: str = ""


def index_texts(texts: Iterable[Text]) -> None:
    """Let records be found by these texts, as they are now; empty ones are forgotten. Two statements at most for
    each 1,000."""
    from triptych.platform.search.models import SearchText

    for some in batched(texts, 1000):
        _write(SearchText, [one for one in some if one.text.strip()])
        if empty := [one.id for one in some if not one.text.strip()]:
            SearchText.objects.filter(text_id__in=empty).delete()


def fill_texts(apps: Any, texts: Iterable[Text]) -> None:
    """For migrations: let records that are there already be found by these texts."""
    for some in batched(texts, 1000):
        _write(apps.get_model("search", "SearchText"), some)


def _write(model: Any, texts: Iterable[Text]) -> None:
    rows = [
        model(
            text_id=one.id,
            kind=one.kind,
            object_id=one.object_id,
            field=one.field,
            at=one.at,
            words=vector_of("", one.text, most=MOST_WORDS_OF_TEXT),
        )
        for one in texts
    ]
    if rows:
        model.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["text_id"],
            update_fields=["kind", "object_id", "field", "at", "words"],
        )


def batched(texts: Iterable[Text], size: int) -> Iterator[list[Text]]:
    """The texts in lists of that size."""
    rest = iter(texts)
    while some := list(islice(rest, size)):
        yield some


def say_what_matched(entries: Collection[SearchEntry], texts: dict[UUID, UUID], typed: str) -> None:
    """Note on entries an excerpt of the text by which each was found; `texts` are their keys by record."""
    from triptych.platform.plugins import hooks

    found = sorted((entry for entry in entries if entry.pk in texts), key=lambda entry: entry.kind)
    for kind, of_kind in groupby(found, key=lambda entry: entry.kind):
        by_text = {texts[entry.pk]: entry for entry in of_kind}
        told: list[FoundText] = hooks.gather("found_texts", kind=kind, ids=frozenset(by_text))
        for one in told:
            by_text[one.id].matched = _("%(where)s: %(text)s") % {
                "where": one.label,
                "text": excerpt_of(one.text, typed),
            }


def excerpt_of(text: str, typed: str) -> str:
    """The part of a text around the first word that begins with one of the words typed, on one line."""
    wanted = tuple(words_of(typed))
    line = " ".join(text.split())
    at = next((word.start() for word in _WORD.finditer(line) if fold(word.group()).startswith(wanted)), 0)
    begin = 0 if at <= BEFORE else line.rfind(" ", 0, at - BEFORE) + 1
    end = begin + SHOWN
    if end < len(line):
        end = max(line.rfind(" ", begin, end), at)
        end = end if end > at else begin + SHOWN
    return f"{'…' if begin else ''}{line[begin:end].strip()}{'…' if end < len(line) else ''}"
