"""The outermost middleware: each request has an id, a line in the log and a place in the metrics.

Health and metrics are answered here, for any host: they must work when nothing else does.
"""

import logging
import re
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from triptych.platform.ids import new_id
from triptych.platform.observability.metrics import count_request
from triptych.platform.observability.views import SERVICE_VIEWS
from triptych.platform.web import logs

logger = logging.getLogger(__name__)

SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

Answer = Callable[[HttpRequest], HttpResponseBase]
AsyncAnswer = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def request_middleware(get_response: Answer | AsyncAnswer) -> Answer | AsyncAnswer:
    """Take over `X-Request-ID` when it looks like one, else make one; send it back with the answer."""
    if iscoroutinefunction(get_response):

        async def in_loop(request: HttpRequest) -> HttpResponseBase:
            if view := SERVICE_VIEWS.get(request.path.rstrip("/")):
                return await sync_to_async(view)(request)
            begun = _begin(request)
            return _end(request, await get_response(request), begun)

        return in_loop

    def in_thread(request: HttpRequest) -> HttpResponseBase:
        if view := SERVICE_VIEWS.get(request.path.rstrip("/")):
            return view(request)
        begun = _begin(request)
        return _end(request, get_response(request), begun)  # type: ignore[arg-type]

    return in_thread


def _begin(request: HttpRequest) -> float:
    given = request.headers.get("X-Request-ID", "")
    logs.clear()
    logs.bind(door="page", request=given if SAFE_ID.fullmatch(given) else new_id().hex)
    return time.perf_counter()


def _end(request: HttpRequest, response: HttpResponseBase, begun: float) -> HttpResponseBase:
    seconds = time.perf_counter() - begun
    method = request.method or ""
    count_request(method, response.status_code, seconds)
    logger.info(
        "request",
        extra={
            "method": method,
            "path": shown_path(request),
            "status": response.status_code,
            "duration_ms": round(seconds * 1000, 1),
        },
    )
    response.headers["X-Request-ID"] = logs.request_id()
    if not response.streaming:  # a stream goes on logging after this
        logs.clear()
    return response


def shown_path(request: HttpRequest) -> str:
    """The path without its query and without whatever text its route takes: that may be a secret or a name."""
    path = request.path
    for name, value in getattr(request.resolver_match, "kwargs", {}).items():
        if value and not isinstance(value, UUID | int):
            path = path.replace(str(value), f"<{name}>")
    return path
