"""The page of API tokens: one's own, and for whoever administers those of everybody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from triptych.platform import clock
from triptych.platform.refusals import refusals_shown
from triptych.platform.web import toasts
from triptych.tenants.members import tokens
from triptych.tenants.members.models import ApiToken, Member
from triptych.tenants.routing import TenantRequest

LISTED = 200


class TokenForm(forms.Form):
    """What a token may do and how long it lives."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("Which program uses it, e.g. Web shop.")
    )
    access = forms.ChoiceField(
        label=gettext_lazy("It may"),
        choices=[("read", gettext_lazy("Read")), ("read write", gettext_lazy("Read and change"))],
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("It expires"),
        coerce=int,
        initial=90,
        choices=[
            (30, gettext_lazy("In 30 days")),
            (90, gettext_lazy("In 90 days")),
            (365, gettext_lazy("In a year")),
            (0, gettext_lazy("Never")),
        ],
    )

    def wanted(self, *, now: datetime) -> dict[str, Any]:
        """What `create_token` asks for."""
        days = self.cleaned_data["days"]
        return {
            "name": self.cleaned_data["name"],
            "scopes": self.cleaned_data["access"].split(),
            "expires_at": now + timedelta(days=days) if days else None,
        }


@require_GET
def token_list(request: TenantRequest) -> HttpResponse:
    return _page(request, TokenForm())


@require_POST
def create(request: TenantRequest) -> HttpResponse:
    form, now = TokenForm(request.POST), clock.now()
    if form.is_valid():
        with refusals_shown(form):
            token, text = tokens.create_token(member=request.member, now=now, **form.wanted(now=now))
            return _page(request, TokenForm(), made=token, text=text)
    return _page(request, form, status=422)


@require_POST
def revoke(request: TenantRequest, pk: UUID) -> HttpResponse:
    token = get_object_or_404(_visible_to(request.member), pk=pk)
    tokens.revoke_token(token=token, now=clock.now())
    toasts.show(request, _("The token “%s” opens nothing any more.") % (token.name or _("without name")))
    return redirect("tokens")


def _visible_to(member: Member) -> Any:
    """One's own tokens; for whoever administers those of everybody."""
    mine = {} if member.may_administer else {"member": member}
    return ApiToken.objects.filter(revoked_at=None, **mine).select_related("member")


def _page(request: TenantRequest, form: TokenForm, status: int = 200, **made: Any) -> HttpResponse:
    listed = _visible_to(request.member).order_by("-created_at", "-pk")[:LISTED]
    context = {"tokens": listed, "form": form, "now": clock.now(), **made}
    response = render(request, "settings/tokens.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
