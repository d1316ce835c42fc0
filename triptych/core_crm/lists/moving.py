"""A card of a board is moved: the record gets the value of another column, by the change that the field has in bulk.

What the change still needs is asked in a dialog; what a rule or a right is against is said, and the card stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from triptych.core_crm.lists.doing import MOVE, Doer, editors_of
from triptych.core_crm.lists.fields import Editor, Field, Type
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.models import PastAct, PastChange
from triptych.core_crm.lists.spec import ListSpec
from triptych.core_crm.lists.ways import board_field
from triptych.core_crm.rights.access import field_rights
from triptych.platform import clock
from triptych.platform.refusals import Refused
from triptych.platform.web.htmx import in_dialog
from triptych.tenants.members.models import Member
from triptych.tenants.routing import TenantRequest

ALSO = "also-"
"""Inputs of what is said along with a move begin so."""


@dataclass(frozen=True)
class Moving:
    """How the records of a board get another value: the editor of its field, and the input that checks the value."""

    field: Field
    editor: Editor | None
    form_field: Any

    def takes(self, value: str) -> bool:
        """Whether cards can be moved to the column of that value."""
        if not value:
            return not self.form_field.required
        if self.field.type is not Type.CHOICE:
            return True
        return value in {str(key) for key, _label in self.form_field.choices}

    def asks(self, value: str) -> bool:
        """Whether something has to be asked of a card that is moved there."""
        return self.editor is not None and value in self.editor.asks


def moving_of(listing: Listing, field: Field) -> Moving | None:
    """How the member moves cards of a board by that field; None if it is not theirs to change, or nobody's."""
    spec, member = listing.spec, listing.request.member
    editors = editors_of(spec)
    if not member.may_write or spec.editing is None or field.name not in editors:
        return None
    if field.name in field_rights(member, spec.model):
        return None
    editor = editors[field.name]
    return Moving(field, editor, spec.editing.form_field(field.name, editor, member))


@transaction.atomic
def move_record(
    spec: ListSpec, pk: UUID, given: dict[str, Any], *, by: Member, now: datetime, version: int | None = None
) -> PastAct:
    """Give one record of a list another value, as the act on many records does it. Returns what undoes it.

    Raises:
        Http404: it is not there for this member.
        Conflict: somebody changed it since `version`.
        Refused, Forbidden: a rule or a right is against it.
    """
    doer = Doer(spec, MOVE, given, by=by, now=now)
    doer.check()
    records = spec.model._base_manager.filter(pk=pk)
    current: Any = records.select_for_update().first()
    doer.editing.to_change(by, pk)
    if current is None:
        raise Http404
    current.expect_version(version)
    before = doer.do(pk)
    act = PastAct(kind=spec.kind, name=MOVE, changes=given, record_ids=[pk], by=by, created_at=now, finished_at=now)
    act.state, act.position, act.done_count = PastAct.State.DONE, 1, 1
    act.save(force_insert=True)
    change = PastChange(act=act, object_id=pk, before=before)
    change.version = records.values_list("version", flat=True).get()
    change.save(force_insert=True)
    return act


class Move:
    """One card that was dropped, or moved by its menu: `row`, `version` and `value` of the request."""

    def __init__(self, request: TenantRequest, listing: Listing) -> None:
        self.request = request
        self.listing = listing
        self.posted = request.POST
        self.pk = _id(self.posted.get("row", ""))
        field = board_field(listing)
        if field is None or field.name != (listing.params.get("by") or field.name):
            raise Refused(_("The columns of this board are gone. Choose others."))
        moving = moving_of(listing, field)
        if moving is None:
            raise Refused(_("This field is not yours to change."))
        self.moving = moving
        record = listing.spec.records(request.member).filter(pk=self.pk).first()
        if record is None:
            raise Http404
        self.record = record

    @property
    def value(self) -> str:
        return self.posted.get("value", "")

    @property
    def also(self) -> dict[str, str]:
        """What was said along with it, such as why a lead is given up."""
        texts = {name.removeprefix(ALSO): text for name, text in self.posted.items() if name.startswith(ALSO)}
        return {name: str(text) for name, text in texts.items() if text}

    @property
    def wants(self) -> dict[str, Any]:
        """The inputs of what may be asked, by their names."""
        return dict(self.moving.editor.also) if self.moving.editor else {}

    def done(self) -> PastAct:
        """The record in the column of the value.

        Raises:
            Refused: the column takes no cards, or the change is refused.
        """
        if not self.moving.takes(self.value):
            raise Refused(_("No card can be moved there. Choose another column."))
        version = self.posted.get("version", "")
        return move_record(
            self.listing.spec,
            self.pk,
            {self.moving.field.name: self.value, **self.also},
            version=int(version) if version.isdecimal() and len(version) < 10 else None,
            by=self.request.member,
            now=clock.now(),
        )

    def question(self, refused: Refused) -> HttpResponse:
        """What the change still needs, as a dialog, or as a page without scripts."""
        form = forms.Form(self.posted if self.also or "asked" in self.posted else None, label_suffix="")
        for name, also in self.wants.items():
            asked = form.fields[f"{ALSO}{name}"] = also(self.request.member)
            asked.help_text = ""  # it says when it is needed, and now it is
        if form.is_bound:
            form.add_error(f"{ALSO}{refused.field}", refused.message)
        context = {"form": form, "move": self, "listing": self.listing, "dialog": "lists/move_dialog.html"}
        status = 422 if form.is_bound else 200
        if self.request.htmx:
            return in_dialog(render(self.request, "lists/move_dialog.html", context, status=status))
        return render(self.request, "lists/bulk_whole.html", context, status=status)

    @property
    def label(self) -> str:
        """What the column is called."""
        if not self.value:
            return nothing(self.moving.field)
        choices = self.moving.field.choices(self.request.member) if self.moving.field.choices else ()
        label = next((word for key, word in choices if str(key) == self.value), None)
        return str(label or Member.objects.filter(pk=self.value).first() or self.value)


def nothing(field: Field) -> str:
    """What the column of records without a value is called."""
    return capfirst(_("nobody")) if field.type is Type.MEMBER else _("None")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
