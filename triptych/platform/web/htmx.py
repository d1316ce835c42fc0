"""What a view answers to htmx, and to a browser without scripts: every act works with it and without."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """A request on which django-htmx's middleware has noted what htmx says; `htmx` is false when it is none of its."""

    htmx: HtmxDetails


def lead_to(request: HtmxRequest, to: Any) -> HttpResponse:
    """Another page, also from within a dialog, in whose place htmx would show it. `to` is what `redirect` takes."""
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": resolve_url(to)})
    return redirect(to)


def in_dialog(response: HttpResponse) -> HttpResponse:
    """Show the answer in the dialog, whatever the request said that it replaces."""
    response["HX-Retarget"], response["HX-Reswap"] = "#dialog", "innerHTML"
    return response
