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
WAYS_AT_MOST = 5


@dataclass(frozen=True)
class Item:
    label: StrOrPromise
    url: str
    icon: str
    note: StrOrPromise = ""


@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    member: Any = request.member  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:100]
    groups = [
        (_("Found"), _found(member, text)),
        (_("Do"), _fitting([Item(act.label, act.url, act.icon) for act in menu.acts(member)], text)),
        (_("Go to"), _fitting(_ways(member, request.path), text)),
    ]
    shown = [(label, items) for label, items in groups if items]
    return render(request, "shell/palette_list.html", {"groups": shown, "text": text})


def _found(member: Any, text: str) -> list[Item]:
    if not text:
        return []
    return [Item(hit.title, hit.url, hit.icon, hit.note) for hit in search.find(member, text, FOUND_AT_MOST)]


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
