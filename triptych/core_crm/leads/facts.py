"""What the page of a lead shows of it, and how."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.contacts.channels import spoken_phone
from triptych.core_crm.contacts.facts import owner_fact, plain
from triptych.core_crm.editing.pages import Fact
from triptych.core_crm.leads.listing import status_tag
from triptych.core_crm.leads.models import Lead

LEAD_FACTS = (
    plain("first_name", _("First name")),
    plain("last_name", _("Last name")),
    plain("company_name", _("Company")),
    plain("job_title", _("Job title")),
    Fact("status", _("Status"), status_tag, plain=Lead.get_status_display),
    owner_fact(),
    plain("email", _("Email"), heading=_("How to reach them")),
    Fact("phone", _("Phone"), lambda lead: spoken_phone(lead.phone)),
    plain("website", _("Website")),
    plain("source", _("Source"), heading=_("Where it came from")),
    plain("campaign", _("Campaign")),
    plain("industry", _("Industry")),
    plain("description", _("Description"), heading=_("More")),
)


def lead_head(lead: Lead, *, may_write: bool) -> dict[str, Any]:
    """What the head of a lead's page says."""
    facts: list[Any] = [status_tag(lead)]
    if lead.email:
        facts.append(format_html('<a href="mailto:{}">{}</a>', lead.email, lead.email))
    if lead.phone:
        facts.append(format_html('<a href="tel:{}">{}</a>', lead.phone.replace(" ", ""), spoken_phone(lead.phone)))
    where = (lead.job_title, lead.company_name if lead.full_name else "")
    return {
        "title": str(lead),
        "subtitle": " · ".join(filter(None, where)),
        "avatar_name": str(lead),
        "facts": facts,
        "acts_template": "leads/acts.html" if may_write else "",
    }
