"""Handing files out, and deleting them. They are put on records by the pages of those records."""

from __future__ import annotations

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from triptych.platform import clock
from triptych.platform.files import access, actions
from triptych.platform.files.models import File
from triptych.platform.web import toasts


@require_GET
def download(request: HttpRequest, pk: UUID) -> FileResponse:
    return file_sent(access.file_to_see(request.member, pk))  # type: ignore[attr-defined]


def file_sent(file: File) -> FileResponse:
    """A file as a download. Raises Http404 when its bytes are gone."""
    return sent(file.storage_key, name=file.name, content_type=file.content_type)


def sent(key: str, *, name: str, content_type: str) -> FileResponse:
    """What the storage keeps under `key`, as a download called `name`. The browser neither shows nor guesses it, so
    nothing in it can run on our host.

    Raises:
        Http404: its bytes are gone.
    """
    try:
        content = default_storage.open(key)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=name, content_type=content_type)
    response["Content-Length"] = str(content.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a file into the bin and go back to where it was shown."""
    member = request.member  # type: ignore[attr-defined]
    file = access.file_to_change(member, pk)
    actions.delete_file(file=file, by=member, now=clock.now())
    undo = reverse("files:restore", args=[file.pk])
    toasts.show(request, _("“%(file)s” is deleted.") % {"file": file.name}, undo=undo)
    return redirect(_back(request))


@require_POST
def restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a file out of the bin and go back to where it was shown."""
    member = request.member  # type: ignore[attr-defined]
    actions.restore_file(file=access.file_to_change(member, pk, deleted=True), by=member, now=clock.now())
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The page on which the button was, if it is one of ours."""
    referer = request.headers.get("Referer", "")
    return referer if url_has_allowed_host_and_scheme(referer, {request.get_host()}) else "/"
