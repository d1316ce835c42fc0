"""Putting files on records, the same for every noun."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from triptych.platform import clock
from triptych.platform.files import actions
from triptych.platform.refusals import Refused
from triptych.platform.web import toasts
from triptych.tenants.routing import TenantRequest


class FileForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("Add a file"), widget=forms.FileInput({"data-submits": ""}))


def take_file(request: TenantRequest, record: Any) -> HttpResponse:
    """Put the uploaded `file` on the record, which the member may change, and go back to the record's page."""
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        toasts.warn(request, _("No file came with this. Choose one, then send it again."))
        return redirect(record)
    kind = str(record._meta.model_name)
    try:
        file = actions.attach_file(
            upload=form.cleaned_data["file"], kind=kind, object_id=record.pk, by=request.member, now=clock.now()
        )
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        toasts.show(request, _("“%(file)s” is added.") % {"file": file.name}, undo=f"{file.get_absolute_url()}delete/")
    return redirect(record)
