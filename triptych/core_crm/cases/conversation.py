"""The conversation of a case as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.cases.access import knows_addresses, messages_visible_to
from triptych.core_crm.cases.forms import CustomerForm, InternalNoteForm, ReplyForm
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.platform import clock
from triptych.platform.keyset import page_of
from triptych.platform.web.composer import ComposerTab
from triptych.tenants.members.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHOWN = 50
"""How many messages a page shows: the newest, and as many more each time somebody asks for earlier ones."""


@dataclass(frozen=True)
class Way:
    """A way to say something: public, internal, or in the customer's stead."""

    what: str
    label: StrOrPromise
    icon: str
    form: type[Form]
    button: StrOrPromise
    hint: StrOrPromise


WAYS = (
    Way("reply", _("Reply"), "message", ReplyForm, _("Reply"), _("Public: part of what the customer may read.")),
    Way("note", _("Internal note"), "lock", InternalNoteForm, _("Add note"), _("Internal: colleagues only.")),
    Way("customer", _("Customer said"), "user", CustomerForm, _("Write down"), _("Public: in the customer's name.")),
)


def composer_of(case: Case, *, wrong: Form | None = None) -> list[ComposerTab]:
    """The ways to go on with a conversation; `wrong` is a form that came back with errors. One that goes on elsewhere
    takes notes alone.
    """
    to = case.mailed_to
    mailed = {"reply": _("Public: goes to %(address)s by mail.") % {"address": to}} if to else {}
    return [
        ComposerTab(
            way.what,
            way.label,
            way.icon,
            reverse("cases:say", args=[case.pk, way.what]),
            wrong if isinstance(wrong, way.form) else way.form(prefix=way.what),
            way.button,
            mailed.get(way.what, way.hint),
        )
        for way in WAYS
        if way.what == "note" or not case.merged_into_id or isinstance(wrong, way.form)
    ]


@dataclass(frozen=True)
class Said:
    """A part of a conversation, oldest first. `earlier` is the place before which there is more, empty at its start."""

    messages: list[CaseMessage]
    earlier: str


def messages_of(case: Case, member: Member, *, before: str = "") -> Said:
    """The newest messages of a case, or those before a place; of cases merged into it for whoever may see these, too.

    Raises:
        BadCursor: the place is none.
    """
    rows = messages_visible_to(member).of_conversation(case).select_related("author", "contact", "case")
    page = page_of(rows, order=("at", "pk"), size=SHOWN, before=before)
    now = clock.now()
    tells = knows_addresses(member)
    for message in page.rows:
        if not tells:
            message.sender_email = message.sent_to = message.delivery_note = ""
        message.fares_badly = message.may_be_sent_again(at=now)  # type: ignore[attr-defined]
    return Said(page.rows, page.start_cursor if page.has_previous else "")


def about_conversation(case: Case, member: Member, *, may_write: bool, before: str = "") -> dict[str, Any]:
    """What the conversation's template wants to know."""
    said = messages_of(case, member, before=before)
    adopts = may_write and bool(case.requester_email) and not case.contact_id
    return {"case": case, "said": said, "adopts": adopts, "may_write": may_write}
