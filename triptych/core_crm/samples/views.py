"""The page on which sample data comes and goes."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from triptych.core_crm.samples import actions
from triptych.platform import clock
from triptych.platform.refusals import Refused
from triptych.platform.web import toasts
from triptych.tenants.members.access import administering
from triptych.tenants.routing import TenantRequest


@require_GET
def page(request: TenantRequest) -> HttpResponse:
    """Whether the pack is here, and the one act."""
    administering(request.member)
    return render(request, "samples/page.html", {"has_samples": actions.has_samples()})


@require_POST
def add(request: TenantRequest) -> HttpResponse:
    administering(request.member)
    try:
        count = actions.add_samples(by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        toasts.show(request, ngettext("%d sample record added.", "%d sample records added.", count) % count)
    return redirect("/settings/samples/")


@require_POST
def remove(request: TenantRequest) -> HttpResponse:
    administering(request.member)
    count = actions.remove_samples(by=request.member, now=clock.now())
    toasts.show(request, ngettext("%d sample record removed.", "%d sample records removed.", count) % count)
    return redirect("/settings/samples/")
