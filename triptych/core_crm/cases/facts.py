"""What the page of a case shows of it, and how."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.cases import clocks
from triptych.core_crm.cases.forms import STATUSES
from triptych.core_crm.cases.listing import priority_tag, status_tag
from triptych.core_crm.cases.models import Case
from triptych.core_crm.editing.pages import Fact
from triptych.core_crm.lists.cells import link_to
from triptych.platform.web.templatetags import parts


def _owner(case: Case) -> SafeString | str:
    return parts.person(case.owner.name) if case.owner else ""


def _moment(name: str, label: Any) -> Fact:
    return Fact(name, label, lambda case: parts.when(getattr(case, name)) if getattr(case, name) else "")


FACTS = (
    Fact("subject", _("Subject"), lambda case: case.subject),
    Fact("priority", _("Priority"), priority_tag, plain=Case.get_priority_display),
    Fact("owner", _("Owner"), _owner, plain=lambda case: case.owner.name if case.owner else ""),
    Fact("queue", _("Queue"), lambda case: case.queue),
    Fact("type", _("Type"), Case.get_type_display),
    Fact("origin", _("Origin"), Case.get_origin_display),
    Fact("contact", _("Contact"), lambda case: case.contact, heading=_("Who")),
    Fact("company", _("Company"), lambda case: case.company),
    Fact("deal", _("Deal"), lambda case: case.deal),
)
CLOCKS = (
    Fact("created_at", _("Opened"), lambda case: parts.when(case.created_at), heading=_("Times")),
    _moment("first_responded_at", _("First response")),
    _moment("last_message_at", _("Last message")),
    _moment("resolved_at", _("Resolved")),
    Fact("waiting", _("Waiting for an answer"), clocks.shown("waiting"), heading=_("In working hours")),
    Fact("first_response", _("Time to first response"), clocks.shown("first_response")),
    Fact("resolution", _("Time to resolution"), clocks.shown("resolution")),
)


def head_of(case: Case, *, may_write: bool, followers: Iterable[Case] = ()) -> dict[str, Any]:
    """What the head of a case's page says; `followers` are the cases that go on from it."""
    facts: list[Any] = [status_tag(case)]
    if case.priority in ("high", "urgent"):
        facts.append(priority_tag(case))
    if case.is_open and case.awaits_reply:
        facts.append(parts.tag(_t("Not yet answered"), "amber"))
    facts.extend(link_to(record) for record in (case.contact, case.company) if record)
    if case.merged_into:
        facts.append(format_html("{} {}", _t("Merged into"), link_to(case.merged_into)))
    if case.follows:
        facts.append(format_html("{} {}", case.get_following_display(), link_to(case.follows)))
    facts.extend(format_html("{} {}", _t("Goes on in"), link_to(one)) for one in followers)
    return {
        "title": case.subject,
        "subtitle": f"#{case.number}",
        "icon": "lifebuoy",
        "facts": facts,
        "acts_template": "cases/acts.html" if may_write else "",
        "case": case,
        "statuses": STATUSES,
    }
