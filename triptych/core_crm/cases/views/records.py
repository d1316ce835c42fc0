"""The list of cases, the page of one, and the forms that make and change it."""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.cases import access, actions
from triptych.core_crm.cases.clocks import measure
from triptych.core_crm.cases.conversation import about_conversation, composer_of
from triptych.core_crm.cases.facts import CLOCKS, FACTS, head_of
from triptych.core_crm.cases.forms import CaseForm, NewCaseForm
from triptych.core_crm.cases.listing import LIST, VIEWS, shown_in, tab_of
from triptych.core_crm.cases.models import Case
from triptych.core_crm.custom_fields.facts import fact_named
from triptych.core_crm.editing.files import take_file
from triptych.core_crm.editing.forms import edits_shown
from triptych.core_crm.editing.pages import fact_page, fact_saved, facts_of, form_page
from triptych.core_crm.editing.picking import picked
from triptych.core_crm.lists.export import csv_of
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.pages import bulk_page, list_page
from triptych.core_crm.lists.ways import view_url
from triptych.core_crm.rights.access import CHANGE, CREATE, may, must_at_all
from triptych.platform import clock, search
from triptych.platform.web import toasts
from triptych.platform.web.tables import Tab
from triptych.tenants.routing import TenantRequest

HOME = "/cases/"
RECENT = timedelta(days=30)
"""How long a resolved case stays on the board."""


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """The list, with a view for each question: what is open, mine, nobody's, not yet answered."""
    view = tab_of(request.GET)
    listing = _listing(request)
    tabs = [Tab(label, view_url(listing, name), is_current=name == view) for name, label in VIEWS.items()]
    return list_page(request, listing, template="cases/index.html", tabs=tabs)


@require_GET
def export(request: TenantRequest) -> HttpResponseBase:
    return csv_of(_listing(request), name="cases")


@require_POST
def bulk(request: TenantRequest, act: str) -> HttpResponse:
    return bulk_page(request, _listing(request), act)


@require_GET
def detail(request: TenantRequest, pk: UUID) -> HttpResponse:
    case = access.case_to_see(request.member, pk)
    search.note_seen(request.member, kind="case", id=case.pk, at=clock.now())
    may_write = may(request.member, CHANGE, case)
    measure([case])
    context = {
        **about_conversation(case, request.member, may_write=may_write),
        "head": head_of(case, may_write=may_write, followers=access.followers_of(request.member, case)),
        "facts": [
            *facts_of(FACTS, case, may_write=may_write),
            *facts_of(CLOCKS, case, may_write=False),
        ],
        "tabs": composer_of(case) if may_write else [],
    }
    return render(request, "cases/detail.html", context)


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest) -> HttpResponse:
    """A new case; `?contact=`, `?company=` and `?deal=` are filled in."""
    must_at_all(request.member, CREATE, Case)
    given: dict[str, Any] = {name: request.GET.get(name) for name in ("contact", "company", "deal")}
    form = NewCaseForm(request.POST or None, member=request.member, initial=given)
    if form.is_valid():
        with edits_shown(form):
            case = actions.create_case(by=request.member, now=clock.now(), **form.given())
            toasts.show(request, _("%(case)s is open.") % {"case": case}, undo=f"{case.get_absolute_url()}delete/")
            return redirect(case)
    return form_page(request, form, "cases/form.html")


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
    case = access.case_to_change(request.member, pk)
    form = CaseForm(request.POST or None, record=case, member=request.member)
    if form.is_valid():
        with edits_shown(form):
            actions.update_case(
                case=case, by=request.member, now=clock.now(), version=form.seen_version, **form.given()
            )
            return redirect(case)
    return form_page(request, form, "cases/form.html", record=case)


@require_http_methods(["GET", "POST"])
def fact(request: TenantRequest, pk: UUID, name: str) -> HttpResponse:
    """One field, edited in place."""
    case = access.case_to_change(request.member, pk)
    form = CaseForm(request.POST or None, record=case, member=request.member, only=name)
    shown = fact_named(FACTS, name, form)
    if form.is_valid():
        with edits_shown(form):
            actions.update_case(
                case=case, by=request.member, now=clock.now(), version=form.seen_version, **form.given()
            )
            case = access.case_to_see(request.member, pk)
            followers = access.followers_of(request.member, case)
            return fact_saved(request, shown, case, head_of(case, may_write=True, followers=followers))
    return fact_page(request, form, shown, record=case)


@require_POST
def files(request: TenantRequest, pk: UUID) -> HttpResponse:
    return take_file(request, access.case_to_change(request.member, pk))


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    case = access.case_to_delete(request.member, pk)
    actions.delete_case(case=case, by=request.member, now=clock.now())
    toasts.show(request, _("%(case)s is deleted.") % {"case": case}, undo=f"{case.get_absolute_url()}restore/")
    return redirect(HOME)


@require_POST
def restore(request: TenantRequest, pk: UUID) -> HttpResponse:
    case = access.case_to_restore(request.member, pk)
    actions.restore_case(case=case, by=request.member, now=clock.now())
    return redirect(case)


@require_GET
def pick(request: TenantRequest) -> JsonResponse:
    return picked(request, access.cases_visible_to(request.member).for_rows(), "case", attrgetter("contact"))


def _listing(request: TenantRequest) -> Listing:
    visible = access.cases_visible_to(request.member).for_rows()
    since = clock.now() - RECENT if LIST.way_of(request.GET) == "board" else None
    records = shown_in(tab_of(request.GET), visible, member=request.member, resolved_since=since)
    return Listing(LIST, records, request, home=HOME)
