"""Pages for what went wrong: what happened, what is safe, what to do, and a reference number. They need no database."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from triptych.platform.refusals import Refused
from triptych.platform.web.logs import request_id


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the address or the form was mangled on its way."""
    return _page(
        400,
        title=_("This request could not be read"),
        what=_("Part of the address or of the form was missing or damaged."),
        safe=_("Nothing was changed."),
        todo=_("Go back, load the page again and repeat what you did."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: a member who may not do this. A refusal's own sentence is shown."""
    return _page(
        403,
        title=_("You may not do this"),
        what=exception.message if isinstance(exception, Refused) else _("Your role does not allow this page or act."),
        safe=_("Nothing was changed."),
        todo=_("An owner or admin of this workspace can give you the right, under Settings, People."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing here, or nothing that this member may know of."""
    return _page(
        404,
        title=_("There is nothing here"),
        what=_("The address is mistyped, or the record was deleted, or it is not yours to see."),
        safe=_("Deleted records can be restored by whoever deleted them and by admins."),
        todo=_("Search for it, or begin at home."),
    )


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more was sent than any page takes."""
    return _page(
        413,
        title=_("This is too large"),
        what=_("What you sent is larger than anything we take."),
        safe=_("Nothing was changed."),
        todo=_("Files may have up to 25 MB, imports up to 50 MB. Split it and send the parts."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours, on record under the reference."""
    return _page(
        500,
        title=_("Something broke on our side"),
        what=_("The fault is on record, and we look at each one."),
        safe=_("What you saved before is safe. What you just sent was not saved."),
        todo=_("Go back and try again. If it happens again, tell us the reference."),
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose secret is missing or old, as after signing in elsewhere."""
    return _page(
        403,
        title=_("This form is too old"),
        what=_(
            "The page was open for long, or you signed in again somewhere else, so we could not tell that you sent it."
        ),
        safe=_("Nothing was changed, and what you typed is still on the page before."),
        todo=_("Go back, copy what you typed, load the page again and send it."),
    )


def _page(status: int, *, title: str, what: str, safe: str, todo: str) -> HttpResponse:
    reference = request_id()
    words = {"status": status, "title": title, "what": what, "safe": safe, "todo": todo, "reference": reference}
    return HttpResponse(render_to_string("errors/page.html", words), status=status)
