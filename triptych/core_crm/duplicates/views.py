"""Merging two records, with a preview, and taking that back."""

from __future__ import annotations

from operator import itemgetter
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.duplicates import access, actions, likeness
from triptych.core_crm.duplicates.choosing import Take, offers
from triptych.core_crm.duplicates.kinds import MergeKind
from triptych.core_crm.duplicates.links import counted
from triptych.core_crm.duplicates.words import called
from triptych.core_crm.rights.access import CREATE, must_at_all
from triptych.platform import clock
from triptych.platform.collation import in_order
from triptych.platform.refusals import Conflict, Forbidden, Refused
from triptych.platform.web import toasts
from triptych.tenants.routing import TenantRequest

MOST_FOUND = 20
TAKE = "take-"
"""What the names of the inputs begin with that say whose value goes on."""


class OtherForm(forms.Form):
    """Which record to merge: found by a few letters of its name."""

    q = forms.CharField(label=gettext_lazy("Merge with"), required=False, max_length=200)


@require_GET
def of_record(request: TenantRequest, kind: str, pk: UUID) -> HttpResponse:
    """Choose what to merge a record with, and see what was merged into it."""
    merging = access.kind_named(kind)
    record = merging.to_change(request.member, pk)
    form = OtherForm(request.GET or None)
    typed = form.cleaned_data["q"].strip() if form.is_valid() else ""
    context = {
        "kind": merging,
        "record": record,
        "form": form,
        "typed": typed,
        "found": access.records_named(merging, typed, record, request.member)[:MOST_FOUND] if typed else [],
        "merges": access.merged_into(record, request.member),
    }
    return render(request, "duplicates/of_record.html", context)


@require_http_methods(["GET", "POST"])
def merge(request: TenantRequest, kind: str, pk: UUID, other: UUID) -> HttpResponse:
    """See both records field by field, choose whose values go on, and merge `other` into `pk`."""
    merging = access.kind_named(kind)
    winner, loser = access.pair_to_merge(merging, request.member, pk, other)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            actions.merge_records(
                winner=winner,
                loser=loser,
                choices=_choices(request),
                winner_version=_version(request, "winner_version"),
                loser_version=_version(request, "loser_version"),
                by=request.member,
                now=clock.now(),
            )
        except Forbidden:
            raise
        except Refused as refused:
            refusal, status = refused.message, 409 if isinstance(refused, Conflict) else 422
        else:
            text = _("“%(loser)s” is merged into “%(winner)s”.") % {"loser": loser, "winner": winner}
            toasts.show(request, text, undo=f"/duplicates/{kind}/{loser.pk}/unmerge/")
            return redirect(winner)
    return render(request, "duplicates/merge.html", _preview(request, merging, winner, loser, refusal), status=status)


@require_POST
def unmerge(request: TenantRequest, kind: str, pk: UUID) -> HttpResponse:
    """Take back the merge by which the record went away."""
    merging = access.kind_named(kind)
    found = access.merge_to_undo(merging, pk, request.member)
    try:
        kept = actions.unmerge(merge=found, by=request.member, now=clock.now())
    except Forbidden:
        raise
    except Refused as refused:
        toasts.warn(request, refused.message)
        return redirect(f"/duplicates/{kind}/{found.winner_id}/")
    toasts.show(request, _("“%(name)s” is on its own again.") % {"name": found.loser_name})
    for sentence in kept[:MOST_FOUND]:
        toasts.warn(request, sentence)
    return redirect(merging.to_see(request.member, pk))


@require_POST
def alike(request: TenantRequest, kind: str) -> HttpResponse:
    """What may be the same as the record that somebody is about to make, from what its form holds so far."""
    merging = access.kind_named(kind)
    must_at_all(request.member, CREATE, merging.model)
    found = likeness.alike(kind, _typed(request), request.member) if kind in ("contact", "company", "lead") else []
    return render(request, "duplicates/alike.html", {"found": found})


def _typed(request: TenantRequest) -> likeness.Typed:
    given = request.POST

    def rows(field: str, part: str) -> list[str]:
        many = [str(given[name]) for name in given if name.startswith(f"{field}s-") and name.endswith(f"-{part}")]
        return [*many, given.get(field, "")]

    full_name = f"{given.get('first_name', '')} {given.get('last_name', '')}"
    return likeness.Typed.of(
        name=given.get("name") or full_name,
        emails=rows("email", "email"),
        phones=rows("phone", "phone"),
        company=given.get("company") or given.get("company_name", ""),
        domain=given.get("domain") or given.get("website", ""),
    )


def _choices(request: TenantRequest) -> dict[str, Take]:
    return {
        name.removeprefix(TAKE): Take(value)
        for name, value in request.POST.items()
        if name.startswith(TAKE) and isinstance(value, str) and value in Take.values
    }


def _version(request: TenantRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _preview(request: TenantRequest, kind: MergeKind, winner: Any, loser: Any, refusal: str) -> dict[str, Any]:
    try:
        actions.check_merge(kind, winner, loser)
    except Refused as refused:
        refusal = refusal or refused.message
    counts = counted(loser, request.member)
    moving = in_order(((called(model), count) for model, count in counts.items()), key=itemgetter(0))
    return {
        "kind": kind,
        "winner": winner,
        "loser": loser,
        "offers": offers(kind, winner, loser, request.member),
        "moving": moving,
        "refusal": refusal,
    }
