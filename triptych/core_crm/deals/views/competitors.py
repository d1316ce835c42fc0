"""Competitors, and who competes for a deal."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.deals import access, actions
from triptych.core_crm.deals.forms_competitors import CompetitorForm, DealCompetitorForm, LostReasonsForm
from triptych.core_crm.deals.lost_reasons import lost_reasons, set_lost_reasons
from triptych.core_crm.deals.models import Competitor
from triptych.core_crm.editing.forms import edits_shown
from triptych.core_crm.rights import must_be_writer
from triptych.platform import clock
from triptych.platform.keyset import Page, page_asked
from triptych.platform.refusals import refusals_shown
from triptych.platform.web import toasts
from triptych.platform.web.htmx import lead_to
from triptych.tenants.members.access import administering
from triptych.tenants.routing import TenantRequest


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """All competitors, with how many deals run against them and how many are lost to them."""
    return render(request, "competitors/index.html", {"page": _page(request)})


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest) -> HttpResponse:
    must_be_writer(request.member)
    form = CompetitorForm(request.POST or None, member=request.member)
    if form.is_valid():
        with edits_shown(form):
            actions.create_competitor(by=request.member, now=clock.now(), **form.given())
            return _done(request, _("The competitor is added."))
    return _form(request, form, _("New competitor"))


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
    competitor = access.competitor_to_change(request.member, pk)
    form = CompetitorForm(request.POST or None, record=competitor, member=request.member)
    if form.is_valid():
        with edits_shown(form):
            actions.update_competitor(
                competitor=competitor, version=form.seen_version, by=request.member, now=clock.now(), **form.given()
            )
            return _done(request, _("The competitor is changed."))
    if form.is_in_conflict:
        form.add_error(None, _("Somebody changed this in the meantime. Close this, look at it again, then change it."))
    return _form(request, form, _("Change competitor"))


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    competitor = access.competitor_to_change(request.member, pk)
    actions.delete_competitor(competitor=competitor, by=request.member, now=clock.now())
    toasts.show(request, _("%(competitor)s is deleted.") % {"competitor": competitor})
    return redirect("competitors:index")


@require_http_methods(["GET", "POST"])
def reasons(request: TenantRequest) -> HttpResponse:
    """Settings: why deals are lost, one reason on each line."""
    offered = lost_reasons()
    form = LostReasonsForm(request.POST or None, initial={"reasons": "\n".join(offered)})
    if request.method == "POST":
        administering(request.member)
        if form.is_valid():
            with refusals_shown(form):
                lines = form.cleaned_data["reasons"].splitlines()
                set_lost_reasons(reasons=lines, by=request.member, now=clock.now())
                toasts.show(request, _("The reasons are kept."))
                return redirect("lost_reasons")
    context = {"form": form, "reasons": offered}
    return render(request, "competitors/reasons.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def add_to_deal(request: TenantRequest, pk: UUID) -> HttpResponse:
    """A dialog that names somebody who competes for the deal; a new name becomes a competitor."""
    deal = access.deal_to_change(request.member, pk)
    form = DealCompetitorForm(request.POST or None, member=request.member, deal=deal)
    if form.is_valid():
        with refusals_shown(form), transaction.atomic():
            by, now, state = request.member, clock.now(), form.cleaned_data["state"]
            competitor = form.cleaned_data["competitor"]
            if not isinstance(competitor, Competitor):
                competitor = actions.create_competitor(name=competitor.name, by=by, now=now)
            actions.set_deal_competitor(deal=deal, competitor=competitor, state=state, by=by, now=now)
            return lead_to(request, deal)
    context = {"deal": deal, "form": form}
    return render(request, "competitors/deal_dialog.html", context, status=422 if form.is_bound else 200)


@require_POST
def remove_from_deal(request: TenantRequest, pk: UUID, competitor_pk: UUID) -> HttpResponse:
    deal = access.deal_to_change(request.member, pk)
    row = deal.deal_competitors.filter(competitor_id=competitor_pk).select_related("competitor").first()
    if row is not None:
        actions.remove_deal_competitor(deal=deal, competitor=row.competitor, by=request.member, now=clock.now())
    return redirect(deal)


@require_GET
def pick(request: TenantRequest) -> HttpResponse:
    """What the picker is answered: competitors whose name holds what is typed (`?q=`)."""
    typed = request.GET.get("q", "").replace("\0", "").strip()
    found = access.competitors_visible_to(request.member).filter(name__icontains=typed).by_name()[:20]
    return JsonResponse([{"value": str(one.pk), "text": one.name, "hint": one.website} for one in found], safe=False)


def _page(request: TenantRequest) -> Page[Competitor]:
    seen = Q(deal_competitors__deal__deleted_at=None)
    rows = access.competitors_visible_to(request.member).select_related("company").annotate(
        running=Count("deal_competitors", filter=seen & Q(deal_competitors__state="in_play")),
        lost=Count("deal_competitors", filter=seen & Q(deal_competitors__state="lost_to")),
        beaten=Count("deal_competitors", filter=seen & Q(deal_competitors__state="beaten")),
    )  # fmt: skip
    return page_asked(rows, request.GET, order=("sort_key", "pk"), size=50)


def _done(request: TenantRequest, text: str) -> HttpResponse:
    toasts.show(request, text)
    return lead_to(request, "competitors:index")


def _form(request: TenantRequest, form: CompetitorForm, title: str) -> HttpResponse:
    template = "pipelines/form_dialog.html" if request.htmx else "competitors/form.html"
    context = {"form": form, "title": title, "url": request.path}
    return render(request, template, context, status=422 if form.is_bound else 200)
