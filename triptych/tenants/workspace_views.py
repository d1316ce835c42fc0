"""Going from one of one's workspaces to another without signing in again."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from triptych.platform import clock
from triptych.tenants import actions
from triptych.tenants.members.signed_in import public_page
from triptych.tenants.models import Person, Tenant
from triptych.tenants.routing import TenantRequest


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    person = cast(Person, request.user)
    workspaces = [{"workspace": found, "url": url_of(request, found)} for found in actions.workspaces_of(person.email)]
    return render(request, "settings/workspaces.html", {"workspaces": workspaces})


@require_GET
@never_cache
def go(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Hand the person over to another of their workspaces. It changes nothing but where they are."""
    person = cast(Person, request.user)
    to = next((found for found in actions.workspaces_of(person.email) if found.pk == pk), None)
    if to is None:
        raise Http404
    return redirect(arrival_url(request, to, person))


OURS = ("same-site", "same-origin")
"""What browsers say of a request that a page of a sibling subdomain made."""


@public_page
@require_http_methods(["GET", "POST"])
@never_cache
def arrive(request: TenantRequest) -> HttpResponse:
    """Sign in with the pass of a hand-over; an old or foreign one leads to the sign-in.

    A link from elsewhere is asked about first, so that nobody is signed in unawares.
    """
    pass_id = request.POST.get("pass") or request.GET.get("pass", "")
    if request.method == "GET" and not comes_from_us(request):
        return render(request, "workspaces/arrive.html", {"pass_id": pass_id})
    person = actions.arrive(pass_id=pass_id, tenant=request.tenant, now=clock.now())
    if person is None:
        return redirect(settings.LOGIN_URL)
    get_adapter(request).login(request, person)
    return redirect("/")


def comes_from_us(request: HttpRequest) -> bool:
    """Whether a page of ours led here. Below `localhost` browsers take each name for a site of its own."""
    return settings.BASE_DOMAIN == "localhost" or request.headers.get("Sec-Fetch-Site") in OURS


def arrival_url(request: HttpRequest, to: Tenant, person: Person) -> str:
    """An address at which the person arrives signed in, once, within a minute."""
    pass_id = actions.hand_over(person_id=person.pk, to=to, now=clock.now())
    return f"{url_of(request, to)}arrive/?pass={pass_id}"


def url_of(request: HttpRequest, tenant: Tenant) -> str:
    """The first page of a tenant, on the scheme and port of this request."""
    port = request.get_host().partition(":")[2]
    return f"{request.scheme}://{tenant.subdomain}.{settings.BASE_DOMAIN}{':' + port if port else ''}/"
