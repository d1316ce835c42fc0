"""Settings: which plugins there are, what they bring, what went wrong in them, and the switch of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from triptych.platform import clock
from triptych.platform.refusals import Refused
from triptych.platform.web import toasts
from triptych.tenants import plugins as switches
from triptych.tenants.members import access
from triptych.tenants.plugin_overview import plugin_overview
from triptych.tenants.routing import TenantRequest


@require_GET
def plugins(request: TenantRequest) -> HttpResponse:
    access.administering(request.member)
    overview = plugin_overview(request.tenant, now=clock.now())
    return render(request, "settings/plugins.html", {"overview": overview})


@require_POST
def enable(request: TenantRequest, plugin_id: str) -> HttpResponse:
    return _switch(
        request, plugin_id, switches.enable_plugin, _("The plugin is on. What it brings is there from now on.")
    )


@require_POST
def disable(request: TenantRequest, plugin_id: str) -> HttpResponse:
    return _switch(request, plugin_id, switches.disable_plugin, _("The plugin is off. Its data is kept."))


def _switch(request: TenantRequest, plugin_id: str, action: Callable[..., Any], done: str) -> HttpResponse:
    access.administering(request.member)
    try:
        action(tenant=request.tenant, plugin_id=plugin_id, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        toasts.show(request, done)
    return redirect("plugins")
