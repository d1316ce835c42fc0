"""Settings: the fields that this workspace has added to its records. Everybody may look; owners and admins change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.custom_fields import access, actions, working
from triptych.core_crm.custom_fields.computed.checking import problem_of
from triptych.core_crm.custom_fields.computed.rollups import words_of
from triptych.core_crm.custom_fields.forms import ABOUT
from triptych.core_crm.custom_fields.kinds import KINDS
from triptych.core_crm.custom_fields.models import CustomField, FieldKind, ObjectKind
from triptych.platform import clock
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.platform.web.tables import Tab
from triptych.tenants.members.access import administering
from triptych.tenants.routing import TenantRequest


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """The fields of the object of `?object=`, in their order, and those that can still be brought back."""
    kind = _object(request)
    fields = access.fields_visible_to(request.member).on(kind).in_order()
    deleted = CustomField.objects.deleted().on(kind).order_by("-deleted_at")
    context = {
        "object": kind,
        "fields": [_row(field) for field in fields],
        "deleted": deleted if request.member.may_administer else [],
        "tabs": [Tab(label, _home(name), is_current=name == kind) for name, label in ObjectKind.choices],
    }
    return render(request, "custom_fields/index.html", context)


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest) -> HttpResponse:
    """A new field of `?object=`: first its kind, then the rest."""
    administering(request.member)
    target, kind = _object(request), request.GET.get("kind", "")
    if kind not in FieldKind.values:
        kinds = [(name, label, KINDS[name].icon, ABOUT[name]) for name, label in FieldKind.choices]
        context = {"object": target, "label": target.label, "kinds": kinds, "asks": "kind"}
        return render(request, "custom_fields/kinds.html", context)
    if kind == FieldKind.ROLLUP and not working.names_relation(request, target):
        return render(request, "custom_fields/kinds.html", working.relations(target))
    made = working.Working(request, CustomField(object=target, kind=kind))
    form = made.form
    if made.is_to_be_kept and form.is_valid():
        with refusals_shown(form):
            given = form.given(made.rollup)
            field = actions.create_field(object=target, kind=kind, by=request.member, now=clock.now(), **given)
            toasts.show(request, _("“%(field)s” is added.") % {"field": field}, undo=_url(field, "delete"))
            return redirect(_home(target))
    return _form_page(request, made, object=target, kind=FieldKind(kind))


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
    field = access.field_to_change(request.member, pk)
    made = working.Working(request, field)
    form = made.form
    if made.is_to_be_kept and form.is_valid():
        with refusals_shown(form):
            actions.update_field(field=field, by=request.member, now=clock.now(), **form.given(made.rollup))
            toasts.show(request, _("Saved."))
            return redirect(_home(field.object))
    return _form_page(request, made, object=ObjectKind(field.object), kind=FieldKind(field.kind), field=field)


@require_POST
def move(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Move a field one place `up` or down."""
    field = access.field_to_change(request.member, pk)
    ids = list(CustomField.objects.alive().on(field.object).in_order().values_list("pk", flat=True))
    place = ids.index(field.pk)
    other = place - 1 if "up" in request.POST else place + 1
    if 0 <= other < len(ids):
        ids[place], ids[other] = ids[other], ids[place]
        actions.reorder_fields(object=field.object, order=ids, by=request.member, now=clock.now())
    return redirect(_home(field.object))


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    field = access.field_to_change(request.member, pk)
    actions.delete_field(field=field, by=request.member, now=clock.now())
    text = _("“%(field)s” is deleted. Its values are kept for 30 days.") % {"field": field}
    toasts.show(request, text, undo=_url(field, "restore"))
    return redirect(_home(field.object))


@require_POST
def restore(request: TenantRequest, pk: UUID) -> HttpResponse:
    field = access.field_to_restore(request.member, pk)
    try:
        actions.restore_field(field=field, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        toasts.show(request, _("“%(field)s” is back, with its values.") % {"field": field})
    return redirect(_home(field.object))


def _row(field: CustomField) -> dict[str, Any]:
    icon = KINDS[field.kind].icon
    return {"field": field, "icon": icon, "problem": problem_of(field), "about": words_of(field)}


def _object(request: TenantRequest) -> ObjectKind:
    try:
        return ObjectKind(request.GET.get("object", ObjectKind.CONTACT))
    except ValueError:
        raise Http404 from None


def _home(kind: str) -> str:
    return f"{reverse('custom_fields:index')}?object={kind}"


def _url(field: CustomField, act: str) -> str:
    return reverse(f"custom_fields:{act}", args=[field.pk])


def _form_page(request: TenantRequest, made: working.Working, **context: Any) -> HttpResponse:
    status = 422 if made.form.is_bound and made.is_to_be_kept else 200
    context["home"] = _home(context["object"])
    return render(request, "custom_fields/form.html", {**made.context(), **context}, status=status)
