"""The pages of a list, the same for every noun: the list itself, acts on many records, taking them back."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from triptych.core_crm.lists.bulk import Act, run_act, undo_act
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.spec import ListSpec
from triptych.core_crm.rights import must_be_writer
from triptych.platform import clock
from triptych.platform.refusals import Refused
from triptych.platform.web import toasts
from triptych.tenants.members.models import Member
from triptych.tenants.routing import TenantRequest


class OwnerForm(forms.Form):
    """Who shall own the chosen records."""

    value = forms.ModelChoiceField(
        Member.objects.active().by_name(),
        required=False,
        label=gettext_lazy("Owner"),
        empty_label=gettext_lazy("Nobody"),
    )


def list_page(
    request: TenantRequest, listing: Listing, *, template: str = "lists/page.html", **context: Any
) -> HttpResponse:
    """One page of a list."""
    table = listing.table(may_write=request.member.may_write)
    return render(request, template, {"listing": listing, "table": table, **context})


def bulk_page(request: TenantRequest, listing: Listing, name: str) -> HttpResponse:
    """Do an act to the chosen records (`row`) or, with `all`, to every record of the list; ask first what it needs."""
    must_be_writer(request.member)
    act = _act(listing.spec, name)
    rows = request.POST.getlist("row")
    records = listing.matching if "all" in request.POST else listing.records.filter(pk__in=_ids(rows))
    value: Any = None
    if act.asks_for_owner:
        form = OwnerForm(request.POST if "value" in request.POST else None)
        if not form.is_valid():
            return render(
                request, "lists/owner_dialog.html", {"act": act, "form": form, "listing": listing, "rows": rows}
            )
        value = form.cleaned_data["value"]
    now = clock.now()
    try:
        done = run_act(act, records, value=value, by=request.member, now=now)
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        undo = f"{listing.home}bulk/{name}/undo/?at={quote(now.isoformat())}" if act.undo else ""
        toasts.show(request, act.done(len(done)), undo=undo)
    return redirect(listing.url())


def undo_bulk_page(request: TenantRequest, spec: ListSpec, name: str, *, home: str) -> HttpResponse:
    """Take back what an act did to many records at the instant `?at=`."""
    must_be_writer(request.member)
    act, at = _act(spec, name), parse_datetime(request.GET.get("at", ""))
    try:
        if at is None:
            raise Refused(_("There is nothing left to undo."))
        undo_act(act, at=at, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        toasts.show(request, _("Undone."))
    return redirect(home)


def _act(spec: ListSpec, name: str) -> Act:
    act = next((act for act in spec.acts if act.name == name), None)
    if act is None:
        raise Http404
    return act


def _ids(texts: list[str]) -> list[UUID]:
    """The ids among the texts; what is none cannot have been chosen on our page."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
