"""The command palette: go somewhere, do something, find a record. The list alone; `shell/palette.html` is around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from triptych.platform import search
from triptych.platform.web import menu

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FOUND_AT_MOST = 12
RECENT_AT_MOST = 5
WAYS_AT_MOST = 5


@dataclass(frozen=True)
class Item:
    label: StrOrPromise
    url: str
    icon: str
    note: StrOrPromise = ""
    matched: str = ""


@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """The list for `?q=`. Without a text: what the member looked at last, and all that can be done."""
    member: Any = request.member  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:100]
    acts = [Item(act.label, act.url, act.icon) for act in menu.acts(member)]
    groups = [
        *_records(member, text),
        (_("Do"), _fitting(acts, text)),
        (_("Go to"), _fitting(_ways(member, request.path), text)),
    ]
    shown = [(label, items) for label, items in groups if items]
    return render(request, "shell/palette_list.html", {"groups": shown, "text": text})


def _records(member: Any, text: str) -> list[tuple[StrOrPromise, list[Item]]]:
    """What is found, by kind, the kind of the best match first; or what was looked at last."""
    if not text:
        seen = search.recent(member, limit=RECENT_AT_MOST)
        return [(_("Looked at last"), [_record(entry) for entry in seen])]
    by_kind: dict[str, list[Item]] = {}
    for entry in search.find(member, text, limit=FOUND_AT_MOST):
        by_kind.setdefault(entry.kind, []).append(_record(entry))
    return [(menu.kind(name).label, items) for name, items in by_kind.items()]


def _record(entry: Any) -> Item:
    return Item(entry.title, entry.url, menu.kind(entry.kind).icon, entry.subtitle, entry.matched)


def _ways(member: Any, path: str) -> list[Item]:
    return [
        Item(line.label, line.url, line.icon, group.label)
        for group in menu.groups(member, path)
        for line in group.lines
    ]


def _fitting(items: list[Item], text: str) -> list[Item]:
    """The items whose label has a word for each word of `text` that begins with it; all of them for no text."""
    words = text.casefold().split()
    if not words:
        return items
    fitting = [
        item
        for item in items
        if all(any(part.startswith(word) for part in str(item.label).casefold().split()) for word in words)
    ]
    return fitting[:WAYS_AT_MOST]
