"""A request body larger than any upload of ours is refused before a byte of it is read."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from triptych.platform.web import errors


def body_middleware(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer 413 where the length that the client announces is above `LARGEST_BODY`; without one nothing is read."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdecimal() and int(announced[:18]) > settings.LARGEST_BODY:
            return errors.too_large(request)
        return get_response(request)

    return middleware
