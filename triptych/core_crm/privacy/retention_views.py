"""How long records are kept: the rules, trying one out, switching it on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from triptych.core_crm.privacy import access, retention
from triptych.core_crm.privacy.forms import RetentionForm
from triptych.core_crm.privacy.models import RetentionRule
from triptych.platform import clock
from triptych.platform.refusals import refusals_shown
from triptych.platform.web import toasts
from triptych.tenants.routing import TenantRequest

FIELDS = ("kind", "condition", "age", "unit", "act")


@require_http_methods(["GET", "POST"])
def index(request: TenantRequest) -> HttpResponse:
    """The rules, with a form for a new one, which leads to its dry run."""
    access.erasing(request.member)
    form = RetentionForm(request.POST or None)
    if form.is_valid():
        with refusals_shown(form):
            return redirect("privacy:retention_rule", _saved(request, form).pk)
    context = {"form": form, "rules": retention.rules_visible_to(request.member)}
    return render(request, "privacy/retention.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def rule(request: TenantRequest, pk: UUID) -> HttpResponse:
    """One rule with what it would do now, and the form that changes it."""
    found = retention.rule_to_change(request.member, pk)
    form = RetentionForm(request.POST or None, initial={name: getattr(found, name) for name in FIELDS})
    if form.is_valid():
        with refusals_shown(form):
            _saved(request, form, rule=found, is_active=found.is_active)
            return redirect("privacy:retention_rule", pk)
        found.refresh_from_db()
    dry = retention.dry_run(found, now=clock.now())
    context = {"form": form, "rule": found, "dry": dry, "more_count": dry.count - len(dry.first)}
    return render(request, "privacy/retention_rule.html", context, status=422 if form.errors else 200)


@require_POST
def switch(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Switch a rule on (`on`), else off."""
    found = retention.rule_to_change(request.member, pk)
    fields: dict[str, Any] = {name: getattr(found, name) for name in FIELDS}
    active = "on" in request.POST
    retention.save_rule(rule=found, is_active=active, by=request.member, now=clock.now(), **fields)
    toasts.show(request, _("It is on, from tonight.") if active else _("It is off."))
    return redirect("privacy:retention_rule", pk)


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Forget a rule."""
    found = retention.rule_to_change(request.member, pk)
    retention.delete_rule(rule=found, by=request.member, now=clock.now())
    return redirect("privacy:retention")


def _saved(
    request: TenantRequest, form: RetentionForm, *, rule: RetentionRule | None = None, is_active: bool = False
) -> RetentionRule:
    fields: dict[str, Any] = form.cleaned_data
    return retention.save_rule(rule=rule, is_active=is_active, by=request.member, now=clock.now(), **fields)
