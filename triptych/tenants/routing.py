"""The host decides the tenant. This is the one door through which a request enters a tenant's scope."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from triptych.platform.db.joins import joined_row
from triptych.platform.scope import CONTROL, AnyScope, entered
from triptych.platform.web import logs
from triptych.platform.web.htmx import HtmxRequest
from triptych.tenants.models import Tenant

if TYPE_CHECKING:
    from triptych.tenants.members.models import Member


class TenantRequest(HtmxRequest):
    """A request on a tenant's host, from somebody who is signed in there."""

    tenant: Tenant
    member: Member


OF_HOST = """
FROM tenants_tenant JOIN tenants_domain ON tenants_domain.tenant_id = tenants_tenant.id
WHERE tenants_domain.domain = %s AND tenants_tenant.state NOT IN ('spare', 'erased')
"""


def tenant_of_host(host: str) -> Tenant | None:
    """The tenant that a host name leads to, whatever its state. Spares and erased ones have no host."""
    with entered(CONTROL):
        row = joined_row(OF_HOST, [host], Tenant)
        return row[0] if row else None


def tenant_middleware(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Enter the tenant of the host for the length of the request, its streamed answer included."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        host = request.get_host().rsplit(":", 1)[0].lower().rstrip(".")
        request.tenant = request.member = None  # type: ignore[attr-defined]
        if host in (settings.BASE_DOMAIN, f"www.{settings.BASE_DOMAIN}"):
            request.urlconf = settings.PUBLIC_URLCONF
            with entered(CONTROL):
                return kept_in(CONTROL, get_response(request))
        tenant = tenant_of_host(host)
        if tenant is None:
            return render(request, "errors/no_workspace.html", {"host": host}, status=404)
        if not tenant.is_open:
            return render(request, "errors/workspace_closed.html", {"closed": tenant}, status=403)
        request.tenant = tenant  # type: ignore[attr-defined]
        logs.bind(tenant=tenant.schema_name)
        with entered(tenant), timezone.override(tenant.timezone):
            return kept_in(tenant, get_response(request))

    return middleware


def kept_in(scope: AnyScope, response: HttpResponseBase) -> HttpResponseBase:
    """Make a streamed answer enter the scope for each of its pieces: it is read after the request has left."""
    if isinstance(response, StreamingHttpResponse):
        content = response.streaming_content
        response.streaming_content = (
            _async_pieces(scope, content) if response.is_async else _pieces(scope, iter(content))  # type: ignore[arg-type]
        )
    elif isinstance(response, HttpResponse) and callable(getattr(response, "render", None)):
        response.render()  # type: ignore[attr-defined]
    return response


def _pieces(scope: AnyScope, content: Iterator[bytes]) -> Iterator[bytes]:
    while True:
        with entered(scope):
            piece = next(content, None)
        if piece is None:
            return
        yield piece


async def _async_pieces(scope: AnyScope, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """An async stream holds no connection of its own: what it needs of the database it asks through `entered`."""
    async for piece in content:
        yield piece
