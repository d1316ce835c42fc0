"""Settings: the mails that came and went to no case, and why."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from triptych.core_crm.cases.access import queues_visible_to
from triptych.core_crm.cases.addresses import address_of_queue, hosts_of_mail
from triptych.core_crm.mail import access, actions
from triptych.platform import clock
from triptych.platform.files.views import sent
from triptych.platform.keyset import page_asked
from triptych.platform.refusals import Refused
from triptych.platform.web import toasts
from triptych.tenants.members.access import administering
from triptych.tenants.routing import TenantRequest

SHOWN = 50


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """What waits, was set aside or was not understood, the newest first; and the addresses that take mail."""
    administering(request.member)
    rows = access.arrivals_visible_to(request.member).of_concern()
    page = page_asked(rows, request.GET, order=("-received_at", "-pk"), size=SHOWN)
    host = hosts_of_mail()[0]
    queues = queues_visible_to(request.member).active().in_order()
    addresses = [(queue, address_of_queue(queue, host=host)) for queue in queues]
    return render(request, "mail/index.html", {"page": page, "addresses": addresses})


@require_POST
def try_again(request: TenantRequest, pk: UUID) -> HttpResponse:
    arrival = access.arrival_to_change(request.member, pk)
    try:
        arrival = actions.try_again(arrival=arrival, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
        return redirect("mail:index")
    toasts.show(request, _("It is in %(case)s now.") % {"case": arrival.case})
    return redirect("mail:index")


@require_GET
def download(request: TenantRequest, pk: UUID) -> FileResponse:
    """The mail as it came, for a mail program to open; the browser only keeps it."""
    arrival = access.arrival_to_change(request.member, pk)
    return sent(arrival.storage_key, name="mail.eml", content_type="application/octet-stream")
