"""A person's own sign-in: second factors, and the browsers that are signed in."""

from __future__ import annotations

import re

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from triptych.platform import clock
from triptych.platform.web import toasts
from triptych.tenants.models import Session

BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    (r"iPhone|iPad", "iOS"), (r"Android", "Android"), (r"Mac OS X", "macOS"), (r"Windows", "Windows"),
    (r"CrOS", "ChromeOS"), (r"Linux", "Linux"),
)  # fmt: skip


@require_GET
def security(request: HttpRequest) -> HttpResponse:
    factors = Authenticator.objects.filter(user_id=request.user.pk).order_by("created_at", "pk")
    of = {kind: [factor for factor in factors if factor.type == kind] for kind in Authenticator.Type}
    codes = of[Authenticator.Type.RECOVERY_CODES]
    sessions = Session.objects.filter(person=request.user.pk, expire_date__gt=clock.now())
    return render(
        request,
        "settings/security.html",
        {
            "totp": next(iter(of[Authenticator.Type.TOTP]), None),
            "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else None,
            "passkeys": [factor.wrap() for factor in of[Authenticator.Type.WEBAUTHN]],
            "sessions": [
                {"session": session, "device": device_of(session.user_agent), "here": is_this(request, session)}
                for session in sessions.order_by("-last_used_at", "pk")[:50]
            ],
        },
    )


@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """Sign out one other browser of the same person, or all others."""
    others = Session.objects.filter(person=request.user.pk).exclude(session_key=request.session.session_key)
    if not request.POST.get("all"):
        others = others.filter(session_key__startswith=request.POST.get("session", "-")[:40])
    ended, _tables = others.delete()
    toasts.show(request, _("Signed out.") if ended else _("That browser was signed out already."))
    return redirect("mfa_index")


def is_this(request: HttpRequest, session: Session) -> bool:
    return session.session_key == request.session.session_key


def device_of(user_agent: str) -> str:
    """A browser in words: “Firefox on Windows”."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), _("A browser"))
    system = next((name for sign, name in SYSTEMS if re.search(sign, user_agent)), "")
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system} if system else browser
