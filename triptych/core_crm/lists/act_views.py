"""An act on many records that runs or has ended: progress, what was skipped and why, undo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from triptych.core_crm.lists import access
from triptych.core_crm.lists.asking import act_done
from triptych.core_crm.lists.doing import MOVE
from triptych.core_crm.lists.models import PastAct
from triptych.core_crm.lists.nouns import list_of
from triptych.core_crm.lists.undoing import begin_undo, cancel_act, settle_ended_job
from triptych.core_crm.rights import must_be_writer
from triptych.platform import clock
from triptych.platform.keyset import page_asked
from triptych.platform.refusals import Refused
from triptych.platform.web import toasts
from triptych.platform.web.coming import coming_from
from triptych.tenants.routing import TenantRequest

PAGE_SIZE = 30


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """What was done to many records, the newest first."""
    acts = access.acts_visible_to(request.member).exclude(name=MOVE).defer("record_ids")
    page = page_asked(acts, request.GET, order=("-created_at", "-pk"), size=PAGE_SIZE)
    return render(request, "lists/acts.html", {"lines": [(act, title_of(act)) for act in page.rows], "page": page})


@require_GET
def detail(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Progress, or what came of it."""
    act = settle_ended_job(access.act_to_see(request.member, pk), now=clock.now())
    return render(request, "lists/act.html", _shown(act))


@require_GET
def progress(request: TenantRequest, pk: UUID) -> HttpResponse:
    """The progress, asked each second by the page; leads to the result once it is there."""
    act = settle_ended_job(access.act_to_see(request.member, pk), now=clock.now())
    if not act.is_underway:
        return HttpResponse(headers={"HX-Redirect": act.get_absolute_url()})
    return render(request, "components/progress.html", _shown(act))


@require_POST
def undo(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Give every record back what it had."""
    must_be_writer(request.member)
    act = access.act_to_see(request.member, pk)
    try:
        spec = list_of(act.kind)
        act = begin_undo(act, spec, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
        return redirect(act)
    if act.is_underway or act.kept:
        return redirect(act)
    toasts.show(request, _("Undone."))
    return redirect(_board_of(request, spec.home) if act.name == MOVE else spec.home)


@require_POST
def cancel(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Stop after the records that are being written; what is done stays, and can be undone."""
    must_be_writer(request.member)
    return redirect(cancel_act(access.act_to_see(request.member, pk)))


def title_of(act: PastAct) -> str:
    """What the act is, in words."""
    try:
        label = str(list_of(act.kind).label)
    except Refused:
        label = act.kind
    return _("%(list)s: %(what)s") % {"list": label, "what": act_done(act)}


def _shown(act: PastAct) -> dict[str, Any]:
    """What the page and the progress component show."""
    undoing = act.state == PastAct.State.UNDOING
    done, total = (act.undone_count, act.done_count) if undoing else (act.position, act.total_count)
    return {
        "act": act,
        "title": title_of(act),
        "label": _("Undoing") if undoing else _("Changing the records"),
        "percent": min(100, 100 * done // total) if total else 0,
        "note": _("%(done)s of %(total)s") % {"done": done, "total": total},
        "url": f"{act.get_absolute_url()}progress/",
        "cancel_url": f"{act.get_absolute_url()}cancel/",
        "home": act.kind and _home_of(act),
    }


def _board_of(request: TenantRequest, home: str) -> str:
    """The board from which the undoing of a move was asked, else the list."""
    page = coming_from(request, "Referer")
    return f"{home}?{page.query}" if page.path == home else home


def _home_of(act: PastAct) -> str:
    try:
        return list_of(act.kind).home
    except Refused:
        return "/"
