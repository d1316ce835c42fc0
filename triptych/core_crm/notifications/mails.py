"""Mails that tell members of what happened: one for all that waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import cast

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import ngettext

from triptych.core_crm.notifications.access import still_seen
from triptych.core_crm.notifications.models import Notification
from triptych.platform.events.tenancy import current as current_tenant
from triptych.tenants.members.language import in_words_for
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant

MOST = 50


def send_waiting(member: Member, *, now: datetime) -> int:
    """Mail the member what is due, in one mail; what they have read meanwhile, or see no more, is left out.

    Runs in a transaction with the note that it was mailed, and sends as its last act, so that it goes out once. Its
    Message-ID is the same however often it is tried.
    """
    waiting = Notification.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        member=member, mail_at__lte=now, mailed_at=None
    )
    due = list(waiting.select_related("by").order_by("created_at", "pk"))
    Notification.objects.filter(pk__in=[one.pk for one in due]).update(mailed_at=now)
    told = still_seen(member, [one for one in due if one.read_at is None])
    if not told or not member.email or not member.is_active:
        return 0
    tenant = current_tenant()
    with in_words_for(member, cast(Tenant, tenant)):
        _message(member, told, tenant).send()
    return len(told)


def base_url(tenant: object) -> str:
    """Where the workspace's pages are."""
    scheme = "https" if settings.HTTPS else "http"
    port = "" if settings.HTTPS else f":{settings.ENVIRONMENT.triptych_port}"
    return f"{scheme}://{getattr(tenant, 'subdomain', '')}.{settings.BASE_DOMAIN}{port}"


@contextmanager
def in_words_of_the_workspace() -> Iterator[None]:
    """Speak its language and count in its time zone: outside of a request nobody has chosen any."""
    with in_words_for(None, cast(Tenant, current_tenant())):
        yield


def _message(member: Member, told: list[Notification], tenant: object) -> EmailMessage:
    count = len(told)
    many = ngettext("%(count)s thing for you in %(where)s", "%(count)s things for you in %(where)s", count)
    subject = told[0].title if count == 1 else many % {"count": count, "where": tenant}
    words = {"told": told[:MOST], "more": max(count - MOST, 0), "base": base_url(tenant), "member": member}
    body = render_to_string("notifications/mail.txt", words)
    headers = {"Message-ID": f"<{told[-1].pk}.{count}@{settings.BASE_DOMAIN}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(" ".join(subject.split()), body, None, [member.email], headers=headers)
