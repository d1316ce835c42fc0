"""Mails about being a member."""

from __future__ import annotations

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from triptych.tenants.members.models import Invitation
from triptych.tenants.models import Tenant


def send_invitation(invitation: Invitation, *, link: str, tenant: Tenant) -> None:
    """Send the link by which somebody joins. It is the only place where the invitation's secret stands."""
    words = {"invitation": invitation, "link": link, "workspace": tenant.name}
    subject = _("%(who)s invites you to %(workspace)s") % {"who": invitation.invited_by, "workspace": tenant.name}
    subject = " ".join(subject.split())  # a header is one line, whatever people call themselves
    send_mail(subject, render_to_string("settings/mail/invitation.txt", words), None, [invitation.email])
