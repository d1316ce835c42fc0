"""The address of a record that was merged leads to the one that goes on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from triptych.core_crm.duplicates import access
from triptych.platform.web import toasts
from triptych.tenants.routing import TenantRequest

Page = Callable[[TenantRequest, UUID], HttpResponse]


def leads_to_winner(kind: str) -> Callable[[Page], Page]:
    """Make the page of a record, where there is none, lead to the record into which it was merged."""

    def decorator(page: Page) -> Page:
        @wraps(page)
        def shown(request: TenantRequest, pk: UUID) -> HttpResponse:
            try:
                return page(request, pk)
            except Http404:
                winner = access.where_it_went(access.kind_named(kind), pk, request.member)
                if winner is None:
                    raise
            toasts.show(request, _("What you opened was merged into “%(name)s”.") % {"name": winner})
            return redirect(winner)

        return shown

    return decorator
