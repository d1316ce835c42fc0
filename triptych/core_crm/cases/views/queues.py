"""Settings: queues and who looks after them, for owners and admins."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.cases import access, actions
from triptych.core_crm.cases.addresses import hosts_of_mail
from triptych.core_crm.cases.forms import DeleteQueueForm, QueueForm
from triptych.core_crm.cases.models import Case, Queue
from triptych.platform import clock
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.platform.web.htmx import lead_to
from triptych.tenants.members.access import administering
from triptych.tenants.members.models import Member
from triptych.tenants.routing import TenantRequest

HOME = "/settings/queues/"


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """All queues. Everybody may look; owners and admins change."""
    waiting = Count("cases", filter=Q(cases__deleted_at=None, cases__status__in=Case.OPEN_STATUSES))
    queues = access.queues_visible_to(request.member).in_order().annotate(open_count=waiting)
    context = {"queues": queues.prefetch_related("members"), "host": hosts_of_mail()[0]}
    return render(request, "queues/index.html", context)


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest) -> HttpResponse:
    administering(request.member)
    form = QueueForm(request.POST or None)
    if form.is_valid():
        with refusals_shown(form):
            queue = _made(form, by=request.member)
            return _done(request, _("“%(queue)s” is there.") % {"queue": queue})
    return _dialog(request, form, title=_("New queue"))


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
    queue = access.queue_to_change(request.member, pk)
    initial = {name: getattr(queue, name) for name in ("name", "mailbox", "reopen_days")}
    form = QueueForm(request.POST or None, initial={**initial, "members": queue.members.all()})
    if form.is_valid():
        with refusals_shown(form):
            _saved(queue, form, by=request.member)
            return _done(request, _("Saved."))
    return _dialog(request, form, title=_("Change “%(queue)s”") % {"queue": queue})


@require_POST
def move(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Move a queue one place `up`, else down."""
    queue = access.queue_to_change(request.member, pk)
    ids = list(access.queues_visible_to(request.member).in_order().values_list("pk", flat=True))
    place = ids.index(queue.pk)
    other = place - 1 if "up" in request.POST else place + 1
    if 0 <= other < len(ids):
        ids[place], ids[other] = ids[other], ids[place]
        actions.reorder_queues(order=ids, by=request.member, now=clock.now())
    return redirect("queues:index")


@require_POST
def make_default(request: TenantRequest, pk: UUID) -> HttpResponse:
    return _change(request, pk, {"is_default": True})


@require_POST
def retire(request: TenantRequest, pk: UUID) -> HttpResponse:
    return _change(request, pk, {"is_active": False})


@require_POST
def take_back(request: TenantRequest, pk: UUID) -> HttpResponse:
    return _change(request, pk, {"is_active": True})


@require_http_methods(["GET", "POST"])
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Ask where its cases go, then put it into the bin."""
    queue = access.queue_to_change(request.member, pk)
    form = DeleteQueueForm(request.POST or None, queue=queue)
    if form.is_valid():
        with refusals_shown(form):
            into = form.cleaned_data["into"]
            moved = actions.delete_queue(queue=queue, into=into, by=request.member, now=clock.now())
            text = ngettext(
                "“%(queue)s” is deleted; %(count)d case is in “%(into)s” now.",
                "“%(queue)s” is deleted; %(count)d cases are in “%(into)s” now.",
                moved,
            ) % {"queue": queue, "count": moved, "into": into}
            return _done(request, text, undo=f"{HOME}{queue.pk}/restore/")
    return _dialog(request, form, title=_("Delete “%(queue)s”") % {"queue": queue}, button=_("Delete"), danger=True)


@require_POST
def restore(request: TenantRequest, pk: UUID) -> HttpResponse:
    queue = access.queue_to_restore(request.member, pk)
    try:
        actions.restore_queue(queue=queue, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    return redirect("queues:index")


@transaction.atomic
def _made(form: QueueForm, *, by: Member) -> Queue:
    """All of the form or nothing."""
    fields = {name: form.cleaned_data[name] for name in ("name", "mailbox")}
    queue = actions.create_queue(**fields, by=by, now=clock.now())
    return _saved(queue, form, by=by)


@transaction.atomic
def _saved(queue: Queue, form: QueueForm, *, by: Member) -> Queue:
    """All of the form or nothing."""
    days = form.cleaned_data["reopen_days"]
    fields: actions.QueueFields = {
        "name": form.cleaned_data["name"],
        "mailbox": form.cleaned_data["mailbox"],
        "reopen_days": form.fields["reopen_days"].initial if days is None else days,
    }
    actions.update_queue(queue=queue, by=by, now=clock.now(), **fields)
    return actions.set_queue_members(queue=queue, members=form.cleaned_data["members"], by=by, now=clock.now())


def _change(request: TenantRequest, pk: UUID, fields: actions.QueueFields) -> HttpResponse:
    queue: Queue = access.queue_to_change(request.member, pk)
    try:
        actions.update_queue(queue=queue, by=request.member, now=clock.now(), **fields)
    except Refused as refused:
        toasts.warn(request, refused.message)
    return redirect("queues:index")


def _done(request: TenantRequest, text: str, *, undo: str = "") -> HttpResponse:
    toasts.show(request, text, undo=undo)
    return lead_to(request, "queues:index")


def _dialog(request: TenantRequest, form: Form, *, title: str, button: str = "", danger: bool = False) -> HttpResponse:
    template = "queues/form_dialog.html" if request.htmx else "queues/form_page.html"
    context = {"form": form, "title": title, "url": request.path, "button": button or _("Save"), "danger": danger}
    return render(request, template, context, status=422 if form.is_bound and form.errors else 200)
