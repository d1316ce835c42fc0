"""Accepting an invitation."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from triptych.platform import clock
from triptych.platform.refusals import refusals_shown
from triptych.tenants.members import actions
from triptych.tenants.members.signed_in import public_page
from triptych.tenants.routing import TenantRequest
from triptych.tenants.sign_in import has_second_factor


class JoinForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("If you have an account at Triptych already, enter its password. Otherwise choose one."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@public_page
@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("password")
def join(request: TenantRequest, secret: str) -> HttpResponse:
    """The page behind the link of an invitation: a name, a password, and one is in."""
    now = clock.now()
    invitation = actions.open_invitation(secret, now=now)
    if invitation is None:
        return render(request, "account/invitation_over.html", status=410)
    form = JoinForm(request.POST or None)
    if form.is_valid():
        with refusals_shown(form):
            person = actions.accept_invitation(tenant=request.tenant, secret=secret, now=now, **form.cleaned_data)
            if has_second_factor(person):
                return redirect(settings.LOGIN_URL)  # the password alone opens nothing of theirs
            get_adapter(request).login(request, person)
            return redirect("/")
    status = 422 if form.is_bound else 200
    return render(request, "account/join.html", {"form": form, "invitation": invitation}, status=status)
