"""Settings: teams, the tree of them, and who is in them. Everybody may look; owners and admins change."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.rights import actions
from triptych.core_crm.rights.forms import PlaceForm, TeamForm
from triptych.core_crm.rights.models import Team, TeamMember
from triptych.platform import clock
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.platform.web.htmx import lead_to
from triptych.tenants.members.access import administering
from triptych.tenants.members.models import Member
from triptych.tenants.routing import TenantRequest


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """The tree, with the people of each team."""
    places = TeamMember.objects.select_related("member").order_by("-is_manager", "member__name", "pk")
    teams = Team.objects.by_name().prefetch_related(Prefetch("places", places))
    return render(request, "rights/teams.html", {"teams": _as_tree(list(teams))})


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest) -> HttpResponse:
    administering(request.member)
    form = TeamForm(request.POST or None, initial={"parent": request.GET.get("parent")})
    if form.is_valid():
        with refusals_shown(form):
            actions.create_team(by=request.member, now=clock.now(), **form.cleaned_data)
            return _done(request, _("The team is there. Put people into it."))
    return _dialog(request, form, title=_("New team"))


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
    administering(request.member)
    team = get_object_or_404(Team, pk=pk)
    initial = {"name": team.name, "parent": team.parent_id, "territories": ", ".join(team.territories)}
    form = TeamForm(request.POST or None, initial=initial)
    if form.is_valid():
        with refusals_shown(form):
            actions.update_team(team=team, by=request.member, now=clock.now(), **form.cleaned_data)
            return _done(request, _("Saved."))
    return _dialog(request, form, title=_("Change team"))


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    administering(request.member)
    team = get_object_or_404(Team, pk=pk)
    try:
        actions.delete_team(team=team, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        toasts.show(request, _("The team “%(team)s” is deleted.") % {"team": team.name})
    return redirect("teams:index")


@require_http_methods(["GET", "POST"])
def add(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Put somebody into a team, or change whether they manage it."""
    administering(request.member)
    team = get_object_or_404(Team, pk=pk)
    form = PlaceForm(request.POST or None)
    if form.is_valid():
        actions.put_in_team(team=team, by=request.member, now=clock.now(), **form.cleaned_data)
        return _done(request, _("%(who)s is in the team.") % {"who": form.cleaned_data["member"]})
    return _dialog(request, form, title=_("Put somebody into “%(team)s”") % {"team": team})


@require_POST
def remove(request: TenantRequest, pk: UUID, member_pk: UUID) -> HttpResponse:
    administering(request.member)
    team, member = get_object_or_404(Team, pk=pk), get_object_or_404(Member, pk=member_pk)
    actions.take_out_of_team(team=team, member=member, by=request.member, now=clock.now())
    toasts.show(request, _("%(who)s is no longer in the team.") % {"who": member})
    return redirect("teams:index")


def _as_tree(teams: list[Team]) -> list[dict[str, Any]]:
    """The teams, each after the one above it, with how deep it stands."""
    below: dict[UUID | None, list[Team]] = defaultdict(list)
    for team in teams:
        below[team.parent_id].append(team)
    found: list[dict[str, Any]] = []

    def walk(parent: UUID | None, depth: int) -> None:
        for team in below[parent]:
            found.append({"team": team, "depth": min(depth, 5), "above": depth > 0})
            walk(team.pk, depth + 1)

    walk(None, 0)
    return found


def _done(request: TenantRequest, message: str) -> HttpResponse:
    toasts.show(request, message)
    return lead_to(request, "teams:index")


def _dialog(request: TenantRequest, form: Any, *, title: str) -> HttpResponse:
    """The form in a dialog, or as a page for who has no script."""
    template = "rights/form_dialog.html" if request.htmx else "rights/form_page.html"
    context = {"form": form, "title": title, "url": request.get_full_path(), "back": reverse("teams:index")}
    return render(request, template, context, status=422 if form.is_bound else 200)
