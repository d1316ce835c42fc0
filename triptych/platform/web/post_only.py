"""An address that only takes a POST, opened or typed again in a browser, leads to the page it belongs to."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve


def post_only_middleware(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """In place of a bare 405, show a person the nearest page above; programs and htmx keep the 405."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and _is_opened_by_a_person(request):
            return HttpResponseRedirect(_page_above(request))
        return response

    return middleware


def _is_opened_by_a_person(request: HttpRequest) -> bool:
    asks_for_a_page = "text/html" in request.headers.get("Accept", "")
    return request.method == "GET" and asks_for_a_page and not request.headers.get("HX-Request")


def _page_above(request: HttpRequest) -> str:
    """The longest part of the path that is an address too. Where that takes only a POST, it leads on in its turn."""
    parts = request.path.strip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        address = f"/{'/'.join(parts[:length])}/"
        try:
            resolve(address, urlconf=getattr(request, "urlconf", None))
        except Resolver404:
            continue
        return address
    return "/"
