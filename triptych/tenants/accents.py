"""The accent colour of a workspace as a stylesheet of its own: the content policy allows no style inside a page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from triptych.platform.web.colours import checked_colour, readable
from triptych.tenants.members.signed_in import public_page

A_YEAR = 365 * 24 * 60 * 60


@public_page
@require_GET
def stylesheet(request: HttpRequest, colour: str) -> HttpResponse:
    """The variables of one colour, by day and by night. The address says all of it, so it is kept for good."""
    try:
        light, dark = readable(checked_colour(f"#{colour}"))
    except ValueError:
        raise Http404 from None
    css = f':root,[data-bs-theme="light"]{{--tp-accent:{light}}}[data-bs-theme="dark"]{{--tp-accent:{dark}}}\n'
    response = HttpResponse(css, content_type="text/css")
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response
