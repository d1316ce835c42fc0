"""The page of a board, and the moves of its cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from triptych.core_crm.lists.bar import Bar
from triptych.core_crm.lists.board import board_of
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.moving import Move
from triptych.core_crm.lists.ways import ways_of
from triptych.core_crm.rights import must_be_writer
from triptych.platform.refusals import Refused
from triptych.platform.web import toasts
from triptych.platform.web.tables import Tab
from triptych.tenants.routing import TenantRequest

BOARD = "lists/board.html#board"


def board_page(request: TenantRequest, listing: Listing, *, tabs: Sequence[Tab] = (), **context: Any) -> HttpResponse:
    """The board of a list, or the view that it greets the member with; for htmx the board alone."""
    bar = Bar(listing, own=tabs, ways=ways_of(listing))
    if bar.greeting:
        return redirect(bar.greeting)
    shown = {"listing": listing, "bar": bar, "board": board_of(listing), **context}
    template = BOARD if request.htmx else "lists/board.html"
    return render(request, template, {**shown, "has_bar": bool(shown["board"].count) or bar.is_narrowed})


def move_page(request: TenantRequest, listing: Listing) -> HttpResponse:
    """Move a card. The board answers with itself; a browser without scripts goes back to it."""
    must_be_writer(request.member)
    try:
        move = Move(request, listing)
        try:
            act = move.done()
        except Refused as refused:
            if refused.field in move.wants:
                return move.question(refused)
            raise
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        said = _("%(record)s is in “%(column)s” now.") % {"record": move.record, "column": move.label}
        toasts.show(request, said, undo=f"{act.get_absolute_url()}undo/")
    return _board_again(request, listing)


def _board_again(request: TenantRequest, listing: Listing) -> HttpResponse:
    """After a move: the board as it is now."""
    if not request.htmx:
        return redirect(f"{listing.home}?{listing.params.urlencode()}")
    response = render(request, BOARD, {"listing": listing, "bar": Bar(listing), "board": board_of(listing)})
    response["HX-Retarget"], response["HX-Reswap"], response["HX-Trigger"] = "#board", "outerHTML", "done"
    return response
