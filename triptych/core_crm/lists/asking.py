"""An act on many records, step by step: which records, which field, what would happen, and then it is done."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from triptych.core_crm.lists.changing import cleaned
from triptych.core_crm.lists.doing import CHANGE, DELETE, Doer
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.many import Preview, begin, preview
from triptych.core_crm.lists.models import PastAct
from triptych.core_crm.lists.where import fields_missing
from triptych.core_crm.rights import must_be_writer
from triptych.platform import clock
from triptych.platform.collation import in_order
from triptych.platform.refusals import Refused
from triptych.platform.web import toasts
from triptych.platform.web.htmx import lead_to
from triptych.tenants.routing import TenantRequest

MOST = 100_000
"""So many records one act takes."""
OWNER = "owner"
ALSO = "also-"
"""Inputs of what is said along with a value begin so."""


def bulk_page(request: TenantRequest, listing: Listing, name: str) -> HttpResponse:
    """Ask, step by step, about an act on the chosen records (`row`) or, with `all`, on every record of the list: the
    field and its value, a preview, and with `sure` it is done."""
    must_be_writer(request.member)
    asking = Asking(request, listing, name)
    try:
        return asking.answer()
    except Refused as refused:
        toasts.warn(request, refused.message)
        return lead_to(request, listing.url())


@dataclass
class Asking:
    """One request of the dialog."""

    request: TenantRequest
    listing: Listing
    name: str

    def __post_init__(self) -> None:
        self.spec = self.listing.spec
        verbs = [verb.name for verb in self.spec.verbs]
        if self.spec.editing is None or self.name not in (CHANGE, OWNER, DELETE, *verbs):
            raise Http404
        self.post = self.request.POST
        self.takes_all = "all" in self.post
        self.rows = [] if self.takes_all else _ids(self.post.getlist("row"))
        self.field = OWNER if self.name == OWNER else self.post.get("field", "")
        self.act_name = CHANGE if self.name == OWNER else self.name

    def answer(self) -> HttpResponse:
        """The next step."""
        ids = self._record_ids()
        if not ids:
            raise Refused(_("Choose at least one record."))
        if self.act_name == CHANGE and "step" not in self.post:
            return self._ask_value(len(ids))
        given = {self.field: self._typed(), **self._said_along()} if self.act_name == CHANGE else {}
        doer = Doer(self.spec, self.act_name, given, by=self.request.member, now=clock.now())
        if "sure" in self.post:
            return self._done(begin(self.spec, self.act_name, ids, given, by=self.request.member, now=clock.now()))
        try:
            shown = preview(doer, ids)
        except Refused as refused:
            if self.act_name != CHANGE:
                raise
            return self._ask_value(len(ids), problem=refused.message)
        return self._show(shown, doer)

    def _record_ids(self) -> list[UUID]:
        """The ids of the records, as many of them as are there and seen."""
        if self.takes_all:
            if fields_missing(self.listing.where, self.spec):
                raise Refused(_("A condition here is about a field that is gone. Take it off, then choose all."))
            ids = list(self.listing.matching.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        else:
            ids = list(self.listing.records.filter(pk__in=self.rows).order_by("pk").values_list("pk", flat=True))
        if len(ids) > MOST:
            message = _("Choose at most %(most)s records at once, for example by filtering the list.")
            raise Refused(message % {"most": number_format(MOST, force_grouping=True)})
        return list(dict.fromkeys(ids))

    def _typed(self) -> Any:
        values = self.post.getlist("value")
        return values if len(values) > 1 else next(iter(values), "")

    def _said_along(self) -> dict[str, str]:
        """What was said along with the value, such as the reason when deals are lost."""
        texts = {name.removeprefix(ALSO): value for name, value in self.post.items() if name.startswith(ALSO)}
        return {name: str(value) for name, value in texts.items() if value}

    def _form_field(self) -> forms.Field | None:
        editors = Doer(self.spec, CHANGE, {}, by=self.request.member, now=clock.now()).editors
        if self.field not in editors or self.spec.editing is None:
            return None
        return self.spec.editing.form_field(self.field, editors[self.field], self.request.member)

    def _ask_value(self, count: int, problem: str = "") -> HttpResponse:
        """Which field, and what its value is to be."""
        found = self._form_field()
        form: forms.Form | None = None
        if found:
            form = forms.Form(initial={"value": found.initial}, label_suffix="")
            found.required = False
            form.fields["value"] = found
            editor = Doer(self.spec, CHANGE, {}, by=self.request.member, now=clock.now()).editors[self.field]
            for name, also in editor.also.items() if editor else ():
                form.fields[f"{ALSO}{name}"] = also(self.request.member)
        context = {"fields": self._fields(), "form": form, "problem": problem, "count_text": self._words(count)}
        return self._dialog("lists/bulk_value.html", context, status=422 if problem else 200)

    def _fields(self) -> list[tuple[str, str]]:
        """The fields to choose from, with their words."""
        doer = Doer(self.spec, CHANGE, {}, by=self.request.member, now=clock.now())
        named = []
        for name, editor in doer.editors.items():
            label = doer.editing.form_field(name, editor, self.request.member).label
            named.append((name, str(label or name)))
        return in_order(named, key=itemgetter(1))

    def _show(self, shown: Preview, doer: Doer) -> HttpResponse:
        """How many records it would be, and which are skipped and why."""
        value, label = "", ""
        if self.act_name == CHANGE:
            found = doer.editing.form_field(self.field, doer.editors[self.field], self.request.member)
            label = str(found.label or self.field)
            value = said(found, cleaned(found, self.field, self._typed()))
        context = {
            "shown": shown, "label": label, "value": value, "typed": self.post.getlist("value"),
            "also": [(f"{ALSO}{name}", said) for name, said in self._said_along().items()],
            "count_text": self._words(shown.total),
            "fitting_text": self._words(shown.fitting),
            "is_delete": self.act_name == DELETE,
            "verb": next((verb for verb in self.spec.verbs if verb.name == self.name), None),
        }  # fmt: skip
        return self._dialog("lists/bulk_preview.html", context)

    def _done(self, act: PastAct) -> HttpResponse:
        """The list again, with what was done and a way back; or the page of a job that has begun."""
        if act.is_underway:
            return lead_to(self.request, act.get_absolute_url())
        if act.done_count:
            undo = f"{act.get_absolute_url()}undo/"
            toasts.show(self.request, act_done(act), undo=undo)
        if act.skipped_count:
            return lead_to(self.request, act.get_absolute_url())
        return lead_to(self.request, self.listing.url())

    def _words(self, count: int) -> str:
        shown = number_format(count, force_grouping=True)
        return ngettext("%(count)s record", "%(count)s records", count) % {"count": shown}

    def _dialog(self, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        more = {
            "listing": self.listing, "act_url": self.listing.act_url(self.name), "rows": self.rows,
            "takes_all": self.takes_all, "field": self.field, "asks_field": self.name == CHANGE, "dialog": template,
        }  # fmt: skip
        whole = template if self.request.htmx else "lists/bulk_whole.html"
        return render(self.request, whole, {**more, **context}, status=200 if whole == template else status)


def act_done(act: PastAct) -> str:
    """What an act did, in words."""
    count = {"count": number_format(act.done_count, force_grouping=True)}
    if act.name == DELETE:
        return ngettext("%(count)s record deleted.", "%(count)s records deleted.", act.done_count) % count
    return ngettext("%(count)s record changed.", "%(count)s records changed.", act.done_count) % count


def said(field: Any, value: Any) -> str:
    """A value of an input as a person reads it."""
    if value in (None, "", []):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = {str(key): label for key, label in getattr(field, "choices", ()) or ()} if not _is_record(value) else {}
    if isinstance(value, list | tuple):
        return ", ".join(str(choices.get(str(one), one)) for one in value)
    return str(choices.get(str(value), value))


def _is_record(value: Any) -> bool:
    return hasattr(value, "_meta")


def _ids(texts: list[str]) -> list[UUID]:
    """The ids among the texts; what is none cannot have been chosen on our page."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
