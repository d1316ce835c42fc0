"""What happened to a record, with its earlier values to bring back; and, for owners and admins, everything."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from triptych.core_crm.audit import access, restoring
from triptych.core_crm.audit.telling import DOORS, told
from triptych.platform import clock
from triptych.platform.audit.models import Entry, EntryQuerySet
from triptych.platform.keyset import page_asked
from triptych.platform.refusals import Forbidden, Refused
from triptych.platform.web import toasts
from triptych.tenants.members.access import administering
from triptych.tenants.members.models import Member
from triptych.tenants.routing import TenantRequest

PAGE_SIZE = 50


class LogFilter(forms.Form):
    """What the log is narrowed to."""

    member = forms.ModelChoiceField(
        Member.objects.none(), label=gettext_lazy("By"), required=False, empty_label=gettext_lazy("Everybody")
    )
    door = forms.ChoiceField(
        label=gettext_lazy("From where"),
        required=False,
        choices=[("", gettext_lazy("Everywhere")), *DOORS.items()],
    )
    since = forms.DateField(
        label=gettext_lazy("First day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["member"].queryset = Member.objects.by_name()  # type: ignore[attr-defined]

    def narrowed(self, entries: EntryQuerySet) -> EntryQuerySet:
        """The entries that fit; a field that cannot be read narrows nothing and says so."""
        self.full_clean()
        given = self.cleaned_data
        if given.get("member"):
            entries = entries.filter(member_id=given["member"].pk)
        if given.get("door"):
            entries = entries.filter(actor__door=given["door"])
        if given.get("since"):
            entries = entries.filter(at__date__gte=given["since"])
        if given.get("until"):
            entries = entries.filter(at__date__lte=given["until"])
        return entries


@require_GET
def of_record(request: TenantRequest, kind: str, object_id: UUID) -> HttpResponse:
    """Every change of a record, newest first; `?after=` goes on where the last page ended."""
    try:
        spec, record = access.record_to_see(request.member, kind, object_id)
    except access.UnknownList as unknown:
        raise Http404 from unknown
    page = _page(request, Entry.objects.about(record.pk))
    may_change = spec.editing is not None and record.deleted_at is None and request.member.may_write
    context = {**page, "record": record, "spec": spec, "may_change": may_change}
    return render(
        request, "audit/record.html", {**context, "may_restore": access.may_come_back(request.member, record)}
    )


@require_GET
def log(request: TenantRequest) -> HttpResponse:
    """Everything that happened in the workspace, newest first."""
    administering(request.member)
    form = LogFilter(request.GET)
    page = _page(request, form.narrowed(access.entries_visible_to(request.member)))
    return render(request, "audit/log.html", {**page, "form": form})


@require_POST
def restore(request: TenantRequest, entry_id: UUID) -> HttpResponse:
    """Bring back the values before a change: all, or those named in `field`."""
    try:
        record = restoring.restore(
            entry_id=entry_id, fields=request.POST.getlist("field"), by=request.member, now=clock.now()
        )
    except Forbidden:
        raise
    except Refused as refused:
        toasts.warn(request, refused.message)
        return redirect(request.headers.get("Referer") or "/")
    toasts.show(request, _("“%(name)s” holds its earlier values again.") % {"name": record})
    return redirect(record.get_absolute_url())


def _page(request: TenantRequest, entries: EntryQuerySet) -> dict[str, Any]:
    """One page of entries in words, and the address of the next."""
    page = page_asked(entries, request.GET, order=("-at", "-pk"), size=PAGE_SIZE)
    query = request.GET.copy()
    query["after"] = page.end_cursor
    older = f"?{query.urlencode()}" if page.has_next else ""
    return {"entries": told(page.rows, request.member), "older": older}
