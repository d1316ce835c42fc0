"""Saved views, and the form in which conditions are built."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.lists import access, view_actions
from triptych.core_crm.lists.bar import folded
from triptych.core_crm.lists.building import changed, finished, read_form, shown
from triptych.core_crm.lists.conditions import BadCondition
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.models import SavedView
from triptych.core_crm.lists.nouns import UnknownList, list_of
from triptych.core_crm.lists.spec import ListSpec
from triptych.core_crm.lists.where import Group, Reading
from triptych.core_crm.rights.models import Team
from triptych.core_crm.rights.sight import sight_of
from triptych.platform import clock
from triptych.platform.refusals import refusals_shown
from triptych.platform.web import toasts
from triptych.platform.web.htmx import lead_to
from triptych.tenants.routing import TenantRequest


class ViewForm(forms.Form):
    """A name for a view, and who sees it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    sharing = forms.ChoiceField(label=gettext_lazy("Who sees it"), choices=SavedView.Sharing.choices)
    team = forms.ModelChoiceField(Team.objects.none(), label=gettext_lazy("Team"), required=False)
    overwrite = forms.BooleanField(label=gettext_lazy("Save the list as it is seen now"), required=False, initial=True)

    def __init__(self, data: QueryDict | None, *, request: TenantRequest, view: SavedView | None = None) -> None:
        given = {"name": view.name, "sharing": view.sharing, "team": view.team_id} if view else None
        super().__init__(data, initial=given, label_suffix="")
        teams = Team.objects.by_name()
        if not request.member.may_administer:
            teams = teams.filter(pk__in=sight_of(request.member).reach.teams)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        if not teams.exists():
            del self.fields["team"]
            kept = [one for one in SavedView.Sharing.choices if one[0] != SavedView.Sharing.TEAM]
            self.fields["sharing"].choices = kept  # type: ignore[attr-defined]
        if view is None:
            del self.fields["overwrite"]

    def given(self) -> dict[str, Any]:
        """What to set on the view."""
        return {name: value for name, value in self.cleaned_data.items() if name != "overwrite"}


@require_http_methods(["GET", "POST"])
def conditions(request: TenantRequest, kind: str) -> HttpResponse:
    """The conditions of the list whose parameters stand in the address, as a form; each button sends it here."""
    spec = _spec(kind)
    listing = Listing(spec, spec.records(request.member), request, home=home_of(spec, request.GET))
    spec, asker = listing.spec, listing.asker
    whole, folded_names = folded(listing)
    group, problem = _conditions_asked(request, spec, whole), "" if request.method == "POST" else listing.where_problem
    if request.POST.get("do") == "show":
        group = finished(group, spec)
        try:
            Reading(spec, asker).condition(group)
        except BadCondition as bad:
            problem = bad.message
        else:
            changes = {**dict.fromkeys(folded_names, ""), "where": group.as_text}
            return lead_to(request, listing.home + _with(request.GET, **changes))
    context = {
        "box": shown(group, spec, asker), "problem": problem, "spec": spec, "url": request.get_full_path(),
        "fields": [field for field in spec.fields if field.can_filter], "dialog": "lists/builder.html",
    }  # fmt: skip
    return _dialog(request, "lists/builder.html", context)


def _conditions_asked(request: TenantRequest, spec: ListSpec, group: Group) -> Group:
    """The conditions of the form, or at first of the address with one more to fill in."""
    if request.method == "POST":
        return changed(read_form(request.POST), request.POST.get("do", ""), spec)
    return group if group.parts else changed(group, "add:", spec)


@require_GET
def opened(request: TenantRequest, pk: UUID) -> HttpResponse:
    """The list as the view remembers it."""
    view = access.view_to_see(request.member, pk)
    return redirect(url_of(view, _spec(view.kind)))


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest, kind: str) -> HttpResponse:
    """Save the list whose parameters stand in the address under a name."""
    spec = _spec(kind)
    form = ViewForm(request.POST or None, request=request)
    if form.is_valid():
        with refusals_shown(form):
            state = request.GET.urlencode()
            view = view_actions.create_view(
                kind=spec.kind, state=state, by=request.member, now=clock.now(), **form.given()
            )
            toasts.show(request, _("“%(view)s” is saved.") % {"view": view}, undo=f"{view.get_absolute_url()}delete/")
            return lead_to(request, url_of(view, spec))
    return _view_dialog(request, form, spec)


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Rename or share a view, and overwrite it with the list whose parameters stand in the address."""
    view = access.view_to_change(request.member, pk)
    spec = _spec(view.kind)
    form = ViewForm(request.POST or None, request=request, view=view)
    if form.is_valid():
        with refusals_shown(form):
            more: Any = {"state": request.GET.urlencode()} if form.cleaned_data["overwrite"] else {}
            view = view_actions.update_view(view=view, by=request.member, now=clock.now(), **form.given(), **more)
            toasts.show(request, _("“%(view)s” is saved.") % {"view": view})
            return lead_to(request, url_of(view, spec))
    return _view_dialog(request, form, spec, view=view)


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    view = view_actions.delete_view(view=access.view_to_change(request.member, pk), by=request.member, now=clock.now())
    toasts.show(request, _("“%(view)s” is deleted.") % {"view": view}, undo=f"{view.get_absolute_url()}restore/")
    return redirect(f"{_spec(view.kind).home}?saved=none")


@require_POST
def restore(request: TenantRequest, pk: UUID) -> HttpResponse:
    view = access.view_to_change(request.member, pk, deleted=True)
    view = view_actions.restore_view(view=view, by=request.member, now=clock.now())
    return redirect(url_of(view, _spec(view.kind)))


@require_POST
def duplicate(request: TenantRequest, pk: UUID) -> HttpResponse:
    view = access.view_to_see(request.member, pk)
    copy = view_actions.duplicate_view(view=view, by=request.member, now=clock.now())
    toasts.show(request, _("“%(view)s” is saved.") % {"view": copy}, undo=f"{copy.get_absolute_url()}delete/")
    return redirect(url_of(copy, _spec(copy.kind)))


@require_POST
def pin(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Into the member's menu with `?on=1`, else out of it."""
    view = access.view_to_see(request.member, pk)
    view_actions.pin_view(view=view, by=request.member, now=clock.now(), pinned="on" in request.GET)
    return redirect(url_of(view, _spec(view.kind)))


@require_POST
def default(request: TenantRequest, pk: UUID) -> HttpResponse:
    """The view that greets the member with `?on=1`, else no longer."""
    view = access.view_to_see(request.member, pk)
    view_actions.begin_with_view(view=view, by=request.member, now=clock.now(), default="on" in request.GET)
    return redirect(url_of(view, _spec(view.kind)))


def url_of(view: SavedView, spec: ListSpec) -> str:
    """The list's address with everything the view remembers in it."""
    params = QueryDict(view.state)
    return home_of(spec, params) + _with(params, saved=str(view.pk))


def home_of(spec: ListSpec, params: QueryDict) -> str:
    """Where the list of these parameters is seen: on the calendar, if it has one of its own and they say so."""
    return spec.calendar_home if spec.calendar_home and spec.way_of(params) == "calendar" else spec.home


def _with(params: QueryDict, **changes: str) -> str:
    """Parameters of an address with others; it begins on the first page."""
    state = params.copy()
    for name in ("after", "before", *changes):
        state.pop(name, None)
    for name, value in changes.items():
        if value:
            state[name] = value
    return f"?{state.urlencode()}" if state else ""


def _spec(kind: str) -> ListSpec:
    try:
        return list_of(kind)
    except UnknownList:
        raise Http404 from None


def _view_dialog(
    request: TenantRequest, form: ViewForm, spec: ListSpec, *, view: SavedView | None = None
) -> HttpResponse:
    return _dialog(
        request, "lists/view_form.html", {"form": form, "view": view, "spec": spec, "url": request.get_full_path()}
    )


def _dialog(request: TenantRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    whole = template if request.htmx else "lists/view_whole.html"
    return render(request, whole, {**context, "dialog": template})
