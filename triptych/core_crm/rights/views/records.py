"""On a record: who it is shared with, and why somebody sees it or does not."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.rights import actions
from triptych.core_crm.rights.access import CHANGE, may, must
from triptych.core_crm.rights.explaining import explain
from triptych.core_crm.rights.forms import ShareForm
from triptych.core_crm.rights.levels import ACT_WORDS, LEVEL_WORDS, Act
from triptych.core_crm.rights.models import Share, Team
from triptych.core_crm.rights.records import member_asked_about, record_to_see
from triptych.core_crm.rights.sight import sight_of
from triptych.platform import clock, search
from triptych.platform.refusals import refusals_shown
from triptych.platform.web import toasts
from triptych.platform.web.htmx import lead_to
from triptych.tenants.members.models import Member
from triptych.tenants.routing import TenantRequest

FOUND_AT_MOST = 12


@require_GET
def why(request: TenantRequest, kind: str, pk: UUID) -> HttpResponse:
    """Why one sees a record; for who administers with `?member=` why somebody else does, or does not."""
    record = record_to_see(request.member, kind, pk)
    about = member_asked_about(request.member, _key(request.GET.get("member", "")))
    people = Member.objects.active().by_name() if request.member.may_administer else ()
    context = {"record": record, "kind": kind, "about": about, "verdicts": explain(about, record), "people": people}
    return render(request, _template(request, "why"), context)


@require_http_methods(["GET", "POST"])
def share(request: TenantRequest, kind: str, pk: UUID) -> HttpResponse:
    """Share a record with somebody, in a dialog."""
    record = record_to_see(request.member, kind, pk)
    must(request.member, CHANGE, record)
    form = ShareForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_shown(form):
            made = actions.share_record(record=record, by=request.member, now=clock.now(), **form.cleaned_data)
            toasts.show(request, _("It is shared with %(whom)s.") % {"whom": made.with_whom})
            return lead_to(request, record)
    context = {"record": record, "kind": kind, "form": form, "title": _("Share “%(record)s”") % {"record": record}}
    context["url"] = request.path
    return render(request, _template(request, "form"), context, status=422 if form.is_bound else 200)


@require_POST
def unshare(request: TenantRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Share.objects.select_related("member", "team"), pk=pk)
    record = record_to_see(request.member, found.kind, found.object_id)
    actions.unshare_record(share=found, record=record, by=request.member, now=clock.now())
    toasts.show(request, _("It is no longer shared with %(whom)s.") % {"whom": found.with_whom})
    return redirect(record)


@require_GET
def of_member(request: TenantRequest, pk: UUID) -> HttpResponse:
    """What somebody may do, by kind of record; and a search for a single record to ask about."""
    about = member_asked_about(request.member, pk)
    sight = sight_of(about)
    rows = [
        (noun.label, [(ACT_WORDS[act], LEVEL_WORDS[sight.level(noun, act)]) for act in Act])
        for noun in sight.nouns.values()
    ]
    text = request.GET.get("q", "").strip()[:100]
    kinds = [noun.kind for noun in sight.nouns.values()]
    found: Any = search.find(request.member, text, limit=FOUND_AT_MOST, kinds=kinds) if text else []
    context = {"about": about, "rows": rows, "text": text, "found": found, "teams": _teams_of(about)}
    return render(request, "rights/member.html", context)


def shares_of(record: Any, member: Member) -> dict[str, Any]:
    """What the card beside a record shows: with whom it is shared. One statement."""
    shares = Share.objects.filter(object_id=record.pk).select_related("member", "team").order_by("created_at", "pk")
    return {
        "shares": list(shares[: actions.MOST_SHARES]),
        "may_share": may(member, CHANGE, record),
        "kind": record._meta.model_name,
        "record": record,
    }


def _teams_of(member: Member) -> Any:
    return Team.objects.filter(pk__in=sight_of(member).reach.teams).by_name()


def _key(text: str) -> UUID | None:
    """Raises Http404 for what is no key of a member."""
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Http404 from None


def _template(request: TenantRequest, name: str) -> str:
    return f"rights/{name}_dialog.html" if request.htmx else f"rights/{name}_page.html"
