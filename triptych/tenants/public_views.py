"""The public host: the front page, signing up, and the way to a forgotten workspace."""

from __future__ import annotations

import re

from csp.decorators import csp_update
from django.conf import settings
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from triptych.platform import clock
from triptych.platform.refusals import refusals_shown
from triptych.tenants import actions
from triptych.tenants.attempts import caller, is_too_often
from triptych.tenants.models import Person, Tenant
from triptych.tenants.public_forms import FindWorkspaceForm, SignUpForm
from triptych.tenants.sign_in import has_second_factor
from triptych.tenants.workspace_views import arrival_url, url_of

HOUR = 60 * 60
MAILS_PER_HOUR = 3
TRIES_PER_HOUR = 10
"""Of signing up with one e-mail: whoever has an account proves it there with a password, which can be guessed at."""
TRIES_PER_MACHINE = 60
TENANT_HOSTS = f"{'https' if settings.HTTPS else 'http'}://*.{settings.BASE_DOMAIN}:*"
"""Where the form of the sign-up may lead: browsers check `form-action` on redirects, too."""


@require_GET
def front(request: HttpRequest) -> HttpResponse:
    return render(request, "public/front.html")


@csp_update({"form-action": [TENANT_HOSTS]})
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
def sign_up(request: HttpRequest) -> HttpResponse:
    """Make a workspace and lead its owner into it, signed in."""
    form = SignUpForm(request.POST or None, initial={"email": request.GET.get("email", "")})
    if form.is_valid() and _tried_too_often(request, form.cleaned_data["email"]):
        form.add_error(None, _("Too many tries. Wait an hour, then try again."))
    if form.is_valid():
        with refusals_shown(form):
            tenant = actions.sign_up(**form.cleaned_data, language=get_language() or "en", now=clock.now())
            person = Person.objects.get(email__iexact=form.cleaned_data["email"].strip())
            if has_second_factor(person):
                return redirect(f"{url_of(request, tenant)}login/")  # the password alone opens none of their workspaces
            return redirect(arrival_url(request, tenant, person))
    status = 422 if form.is_bound else 200
    return render(request, "public/sign_up.html", {"form": form, "base_domain": settings.BASE_DOMAIN}, status=status)


@require_GET
def address(request: HttpRequest) -> HttpResponse:
    """Whether an address can be had, and a free one like it if not. Asked while somebody types."""
    wanted = request.GET.get("subdomain", "").strip().lower() or suggested(request.GET.get("name", ""))
    problem, proposal = "", ""
    if wanted:
        try:
            wanted = actions.check_subdomain(wanted)
        except actions.SignUpRefused as refused:
            problem, proposal = refused.message, free_like(wanted)
    found = {"wanted": wanted, "problem": problem, "proposal": proposal, "base_domain": settings.BASE_DOMAIN}
    return render(request, "public/address.html", found)


def suggested(name: str) -> str:
    """The address that a business of that name would choose: “Müller & Sons” → `muller-sons`."""
    return re.sub(r"^[^a-z]+", "", slugify(name))[:40].strip("-")


def free_like(wanted: str) -> str:
    """A free address that begins like the wanted one, or nothing."""
    stem = suggested(wanted) or "team"
    tries = [stem, *(f"{stem}-{ending}" for ending in ("crm", "team", "hq", "2", "3", "4", "5", "6", "7"))]
    taken = set(Tenant.objects.filter(subdomain__in=tries).values_list("subdomain", flat=True))
    free = (one for one in tries if one not in taken | actions.RESERVED and actions.SUBDOMAIN.fullmatch(one))
    return next(free, "")


@require_http_methods(["GET", "POST"])
def find_workspace(request: HttpRequest) -> HttpResponse:
    """Mail somebody the list of their workspaces. The page says the same whether there are any or not."""
    form = FindWorkspaceForm(request.POST or None)
    if not form.is_valid():
        return render(request, "public/find_workspace.html", {"form": form}, status=422 if form.is_bound else 200)
    email = form.cleaned_data["email"]
    if _asked_too_often(email):
        return render(request, "public/find_workspace.html", {"sent_to": email})
    workspaces = [{"name": found.name, "url": url_of(request, found)} for found in actions.workspaces_of(email)]
    text = render_to_string("public/mail/workspaces.txt", {"workspaces": workspaces})
    send_mail(_("Your workspaces at Triptych"), text, None, [email])
    return render(request, "public/find_workspace.html", {"sent_to": email})


def _tried_too_often(request: HttpRequest, email: str) -> bool:
    """Whether there were too many tries to sign up, with this e-mail or from this machine."""
    by_machine = is_too_often("sign-up-from", caller(request), most=TRIES_PER_MACHINE, seconds=HOUR)
    return is_too_often("sign-up-as", email, most=TRIES_PER_HOUR, seconds=HOUR) or by_machine


def _asked_too_often(email: str) -> bool:
    """Whether this address got enough mails for an hour. The page does not tell."""
    return is_too_often("find-workspace", email, most=MAILS_PER_HOUR, seconds=HOUR)
