"""Settings: the overview, people and invitations, one's profile, the workspace."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.platform import clock
from triptych.platform.collation import renewing
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.tenants.members import access, actions, mail
from triptych.tenants.members.forms import InviteForm, PlaceForm, ProfileForm, RoleForm, WorkspaceForm, role_choices
from triptych.tenants.members.language import in_words_for
from triptych.tenants.routing import TenantRequest
from triptych.tenants.seats import seats_here

PEOPLE_PER_PAGE = 50
OUR_ACCENT = "#005d65"
"""As `tokens.css` has it by day: where the choice of another colour begins."""


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    cards = import_string("triptych.navigation.SETTINGS")
    shown = [card for card in cards if request.member.may_administer or not card.administers]
    return render(request, "settings/index.html", {"cards": shown})


@require_GET
def people(request: TenantRequest) -> HttpResponse:
    return _people(request, InviteForm())


def _people(request: TenantRequest, form: InviteForm, status: int = 200) -> HttpResponse:
    pages = Paginator(access.members_to_see(request.member), PEOPLE_PER_PAGE)
    invitations = access.open_invitations(request.member, now=clock.now())
    context = {
        "page": pages.get_page(request.GET.get("page")),
        "invitations": invitations.select_related("invited_by")[:50],
        "roles": role_choices(),
        "form": form,
        "seats": seats_here(at=clock.now()),
    }
    return render(request, "settings/people.html", context, status=status)


@require_POST
def invite(request: TenantRequest) -> HttpResponse:
    access.administering(request.member)
    form = InviteForm(request.POST)
    if form.is_valid():
        with refusals_shown(form):
            invitation, secret = actions.invite_member(**form.cleaned_data, by=request.member, now=clock.now())
            link = request.build_absolute_uri(reverse("join", args=[secret]))
            mail.send_invitation(invitation, link=link, tenant=request.tenant)
            toasts.show(request, _("Invitation sent to %s.") % invitation.email)
            return redirect("people")
    return _people(request, form, status=422)


@require_POST
def revoke(request: TenantRequest, pk: UUID) -> HttpResponse:
    invitation = access.invitation_to_change(request.member, pk)
    actions.revoke_invitation(invitation=invitation, by=request.member, now=clock.now())
    toasts.show(request, _("The invitation of %s is void.") % invitation.email)
    return redirect("people")


@require_POST
def role(request: TenantRequest, pk: UUID) -> HttpResponse:
    member = access.member_to_change(request.member, pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            actions.change_role(member=member, by=request.member, now=clock.now(), **form.given())
        except Refused as refused:
            toasts.warn(request, refused.message)
        else:
            toasts.show(request, _("The role of %s was changed.") % member)
    return redirect("people")


@require_POST
def deactivate(request: TenantRequest, pk: UUID) -> HttpResponse:
    member = access.member_to_change(request.member, pk)
    try:
        actions.deactivate_member(member=member, tenant=request.tenant, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        toasts.show(request, _("%s can no longer sign in here. Their records stay.") % member)
    return redirect("people")


@require_POST
def reactivate(request: TenantRequest, pk: UUID) -> HttpResponse:
    member = access.member_to_change(request.member, pk)
    try:
        actions.reactivate_member(member=member, tenant=request.tenant, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        toasts.show(request, _("%s works here again.") % member)
    return redirect("people")


@require_http_methods(["GET", "POST"])
def place(request: TenantRequest, pk: UUID) -> HttpResponse:
    """To whom somebody reports, and where they sell."""
    member = access.member_to_change(request.member, pk)
    form = PlaceForm(request.POST or None, initial={"manager": member.manager_id, "region": member.region})
    form.fields["manager"].queryset = access.members_to_see(request.member).exclude(pk=pk)  # type: ignore[attr-defined]
    if form.is_valid():
        with refusals_shown(form):
            actions.place_member(member=member, by=request.member, now=clock.now(), **form.cleaned_data)
            toasts.show(request, _("Saved for %s.") % member)
            return redirect("people")
    status = 422 if form.is_bound else 200
    return render(request, "settings/place.html", {"form": form, "whom": member}, status=status)


@require_http_methods(["GET", "POST"])
def profile(request: TenantRequest) -> HttpResponse:
    form = ProfileForm(
        request.POST or None,
        initial={"name": request.member.name, "language": request.member.language},
        of_workspace=request.tenant.language,
    )
    if form.is_valid():
        with refusals_shown(form):
            actions.change_profile(by=request.member, now=clock.now(), **form.cleaned_data)
            with in_words_for(request.member, request.tenant):
                toasts.show(request, _("Your profile was saved."))
            return redirect("profile")
    return render(request, "settings/profile.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def workspace(request: TenantRequest) -> HttpResponse:
    access.administering(request.member)
    fields = ("name", "timezone", "currency", "language")
    accent = request.tenant.accent
    initial = {"has_accent": bool(accent), "accent": accent or OUR_ACCENT}
    form = WorkspaceForm(
        request.POST or None, initial={name: getattr(request.tenant, name) for name in fields} | initial
    )
    if form.is_valid():
        with refusals_shown(form):
            actions.change_workspace(tenant=request.tenant, by=request.member, now=clock.now(), **form.cleaned_data)
            toasts.show(request, _("The workspace was saved."))
            return redirect("workspace")
    context = {"form": form, "sorting": _sorting()}
    return render(request, "settings/workspace.html", context, status=422 if form.is_bound else 200)


@require_GET
def sorting(request: TenantRequest) -> HttpResponse:
    """How far the sorting anew of all names is, asked each second; leads back to the page at its end."""
    access.administering(request.member)
    shown = _sorting()
    if shown is None:
        return HttpResponse(headers={"HX-Redirect": reverse("workspace")})
    return render(request, "components/progress.html", shown)


def _sorting() -> dict[str, Any] | None:
    job = renewing.underway()
    if job is None:
        return None
    label = _("Names are being sorted for the new language")
    return {"label": label, "percent": job.percent or 0, "note": "", "url": reverse("workspace_sorting")}
