"""Settings: the roles of the workspace. Everybody may look; owners and admins change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.rights import actions
from triptych.core_crm.rights.forms import RoleForm
from triptych.core_crm.rights.levels import ACT_WORDS, LEVEL_WORDS, Act, level_of
from triptych.platform import clock
from triptych.platform.plugins import hooks
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.tenants.members.access import administering
from triptych.tenants.members.forms import ROLE_WORDS
from triptych.tenants.members.models import Member, Role, RoleCode
from triptych.tenants.routing import TenantRequest


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """The built-in roles and the workspace's own, with how many have each."""
    counts = Member.objects.active().filter(role_record=None).values_list("role").annotate(Count("pk")).order_by("role")
    having = dict(counts)
    built_in = [
        {"code": code, "name": code.label, "text": ROLE_WORDS[code], "count": having.get(code, 0)} for code in RoleCode
    ]
    own = Role.objects.annotate(count=Count("members", filter=Q(members__is_active=True))).by_name()
    return render(request, "rights/roles.html", {"built_in": built_in, "own": own})


@require_GET
def built_in(request: TenantRequest, code: str) -> HttpResponse:
    """What a built-in role may do, in words."""
    role = _role_of_code(code)
    rows = [
        (noun.label, [(ACT_WORDS[act], LEVEL_WORDS[level_of(None, role, noun.kind, act)]) for act in Act])
        for noun in hooks.gather("record_nouns")
    ]
    return render(request, "rights/built_in.html", {"role": role, "text": ROLE_WORDS[role], "rows": rows})


def _role_of_code(code: str) -> RoleCode:
    """Raises Http404 for a code that no built-in role has."""
    if code not in RoleCode.values:
        raise Http404
    return RoleCode(code)


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest) -> HttpResponse:
    """A new role, which begins as a copy of `?from=`: a built-in one by its code, or another by its key."""
    administering(request.member)
    form = RoleForm(request.POST or None, nouns=hooks.gather("record_nouns"), role=_copied(request.GET.get("from", "")))
    if form.is_valid():
        with refusals_shown(form):
            role = actions.create_role(by=request.member, now=clock.now(), **form.given())
            toasts.show(request, _("The role “%(role)s” is there. Give it to people under People.") % {"role": role})
            return redirect("roles:index")
    return _page(request, form, title=_("New role"))


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
    administering(request.member)
    role = get_object_or_404(Role, pk=pk)
    form = RoleForm(request.POST or None, nouns=hooks.gather("record_nouns"), role=role)
    if form.is_valid():
        with refusals_shown(form):
            version = form.cleaned_data["version"]
            actions.update_role(role=role, version=version, by=request.member, now=clock.now(), **form.given())
            toasts.show(request, _("Saved. It holds for everybody who has the role."))
            return redirect("roles:index")
    return _page(request, form, title=role.name, role=role)


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    administering(request.member)
    role = get_object_or_404(Role, pk=pk)
    try:
        actions.delete_role(role=role, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        toasts.show(request, _("The role “%(role)s” is deleted.") % {"role": role.name})
    return redirect("roles:index")


def _copied(wanted: str) -> Role:
    """A role that is not saved, with the rights of another one."""
    if wanted in (RoleCode.ADMIN, RoleCode.READER):
        return Role(base=wanted)
    other: Any = next((role for role in Role.objects.all() if str(role.pk) == wanted), None)
    return Role(base=other.base, rights=other.rights, field_rights=other.field_rights) if other else Role()


def _page(request: TenantRequest, form: RoleForm, *, title: str, role: Role | None = None) -> HttpResponse:
    context = {"form": form, "title": title, "role": role}
    return render(request, "rights/role.html", context, status=422 if form.is_bound else 200)
