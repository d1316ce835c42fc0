"""Showing forms, facts edited in place, and conflicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from triptych.core_crm.editing.fields import New
from triptych.core_crm.editing.forms import RecordForm
from triptych.core_crm.rights.levels import FieldRight
from triptych.platform.records import Record
from triptych.platform.web.htmx import in_dialog
from triptych.tenants.routing import TenantRequest

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Fact:
    """A field of a record as its page shows it: `show` gives what stands there, `plain` what is read out and compared.

    A fact with `heading` begins a group and is no field.
    """

    name: str
    label: StrOrPromise
    show: Callable[[Any], Any]
    plain: Callable[[Any], str] | None = None
    heading: StrOrPromise = ""

    def of(self, record: Any, *, edit_url: str = "") -> dict[str, Any]:
        """What the component `inline_field.html` shows."""
        shown = self.show(record)
        value = self.plain(record) if self.plain else str(shown or "")
        return {"name": self.name, "label": self.label, "show": shown, "value": value, "edit_url": edit_url}


def facts_of(facts: Sequence[Fact], record: Any, *, may_write: bool) -> list[dict[str, Any]]:
    """All facts of a record, for the component `record_facts.html`."""
    shown: list[dict[str, Any]] = []
    withheld = getattr(record, "withheld", {})
    for fact in facts:
        if fact.heading:
            shown.append({"heading": fact.heading})
        if withheld.get(fact.name) != FieldRight.HIDDEN:
            may_edit = may_write and fact.name not in withheld
            shown.append(fact.of(record, edit_url=fact_url(record, fact.name) if may_edit else ""))
    return shown


def fact_url(record: Any, name: str) -> str:
    """Where a fact of a record is edited."""
    return f"{record.get_absolute_url()}facts/{name}/"


def form_page(
    request: TenantRequest, form: RecordForm, template: str, *, record: Record | None = None, **context: Any
) -> HttpResponse:
    """The form with its errors (422), or after a conflict both versions side by side (409)."""
    if form.is_in_conflict and record is not None:
        return render(request, "editing/conflict_page.html", _conflict(form, record, request.path), status=409)
    status = 422 if form.is_bound else 200
    return render(request, template, {"form": form, "record": record, **context}, status=status)


def fact_page(request: TenantRequest, form: RecordForm, fact: Fact, *, record: Record) -> HttpResponse:
    """The editor of one fact with its error, or after a conflict both versions in a dialog."""
    url = fact_url(record, fact.name)
    if form.is_in_conflict:
        return in_dialog(render(request, "editing/conflict_dialog.html", _conflict(form, record, url), status=409))
    template = "editing/fact_edit.html"
    return render(
        request, template, {"form": form, "name": fact.name, "url": url}, status=422 if form.is_bound else 200
    )


def fact_saved(request: TenantRequest, fact: Fact, record: Any, head: dict[str, Any]) -> HttpResponse:
    """The fact as it is now, and the head of the page with it, since the fact may stand there, too; the whole page for
    a browser without scripts."""
    if not request.htmx:
        return redirect(record)
    field = fact.of(record, edit_url=fact_url(record, fact.name))
    return render(request, "editing/fact_saved.html", {"field": field, "head": head, "record": record})


def _conflict(form: RecordForm, record: Any, url: str) -> dict[str, Any]:
    """What the component `conflict.html` shows: for each field of the form, what the person wants and what is there."""
    current = form.initial_of(record)
    rows = []
    for name, field in form.fields.items():
        if name == "version":
            continue
        mine, theirs = _said(field, form.cleaned_data.get(name)), _said(field, current.get(name))
        rows.append({"name": name, "label": field.label, "mine": mine, "theirs": theirs, "differs": mine != theirs})
    left_out = ("csrfmiddlewaretoken", "version")
    data: Any = form.data
    carried = [name for name in data if name not in left_out and not name.startswith("take-")]
    hidden = [(name, value) for name in carried for value in data.getlist(name)]
    return {
        "url": url,
        "rows": rows,
        "version": record.version,
        "at": record.updated_at,
        "hidden": hidden,
        "cancel_url": record.get_absolute_url(),
        "record": record,
    }


def _said(field: Any, value: Any) -> str:
    """A value of a field as a person compares it."""
    if not isinstance(value, QuerySet) and value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, New):
        return value.name
    if isinstance(value, dict):
        return ", ".join(str(part) for part in value.values() if part)
    if isinstance(value, list | tuple | QuerySet):
        return "; ".join(_said(field, one) for one in value)
    return str(dict(getattr(field, "choices", None) or ()).get(value, value)) if isinstance(value, str) else str(value)
