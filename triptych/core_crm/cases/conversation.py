"""The conversation of a case as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.cases.forms import CustomerForm, InternalNoteForm, ReplyForm
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.platform.web.composer import ComposerTab

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHOWN = 200
"""How many of the newest messages a page shows."""


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
    """The ways to go on with a conversation; `wrong` is a form that came back with errors."""
    return [
        ComposerTab(
            way.what,
            way.label,
            way.icon,
            reverse("cases:say", args=[case.pk, way.what]),
            wrong if isinstance(wrong, way.form) else way.form(prefix=way.what),
            way.button,
            way.hint,
        )
        for way in WAYS
    ]


def messages_of(case: Case) -> list[CaseMessage]:
    """The newest messages of a case and of those merged into it, oldest first."""
    rows = CaseMessage.objects.of_conversation(case).select_related("author", "contact", "case")
    return list(reversed(rows.order_by("-at", "-pk")[:SHOWN]))
