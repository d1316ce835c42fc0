"""What stands above a list: its views, and one bar with search, filter, what is filtered, and the view's menu."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from triptych.core_crm.lists.access import views_of
from triptych.core_crm.lists.fields import Type
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.models import SavedView
from triptych.core_crm.lists.where import Condition, Group, sentences
from triptych.platform.web import tables

FOLDED = (Type.CHOICE, Type.MEMBER, Type.RECORD)
"""Filters of an address on fields of these types are conditions like others once the filter is opened."""


class Bar:
    """Everything above the records of a list; the list itself knows nothing of it.

    `own` are the tabs that the noun itself offers, `ways` the ways to see it (board, table, calendar).
    """

    def __init__(self, listing: Listing, *, own: Sequence[tables.Tab] = (), ways: Sequence[tables.Tab] = ()) -> None:
        self.listing = listing
        self.own = own
        self.ways = ways

    @property
    def is_narrowed(self) -> bool:
        """Whether something is looked for or filtered, so that an empty list does not mean an empty table."""
        listing = self.listing
        return bool(listing.query or self.chips or listing.where_problem or not listing.filterset.form.is_valid())

    @cached_property
    def chips(self) -> list[tables.Chip]:
        """The filters in force, as words with a way to take each off."""
        listing = self.listing
        chips = []
        for name, field, value in _filters_of(listing):
            parts = [key for key in listing.params if key == name or key.startswith((f"{name}_", f"{name}-"))]
            off = listing.url(**dict.fromkeys(parts or [name]))
            chips.append(tables.Chip(field.label or name, _said(field, value), off))
        for number, words in enumerate(sentences(listing.where, listing.spec, listing.asker)):
            off = listing.url(where=listing.where.without(number).as_text or None)
            chips.append(tables.Chip(self._joint(number), words, off))
        return chips

    def _joint(self, number: int) -> str:
        """The word between two conditions."""
        match = self.listing.where.match
        if match == "none":
            return _("not")
        return "" if not number or match == "all" else _("or")

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a search carries along: everything but the place in the list."""
        left_out = ("after", "before", "q", "more")
        return [(name, one) for name, values in self.listing.params.lists() if name not in left_out for one in values]

    @property
    def filter_url(self) -> str:
        """Where the filter is built."""
        return f"/views/{self.listing.spec.kind}/conditions/{self.listing.state()}"

    @property
    def clear_url(self) -> str:
        """The whole list, seen in the same way."""
        way = {name: self.listing.params[name] for name in ("view", "shape", "by") if name in self.listing.params}
        return self.listing.home + "?" + "&".join([f"{name}={value}" for name, value in way.items()] + ["saved=none"])

    @property
    def save_url(self) -> str:
        """Where this list is saved under a name."""
        return f"/views/{self.listing.spec.kind}/new/{self.listing.state()}"

    @cached_property
    def saved_views(self) -> list[SavedView]:
        """The saved views of this list that the member sees."""
        return [view for view in views_of(self.listing.request.member) if view.kind == self.listing.spec.kind]

    @cached_property
    def saved_view(self) -> SavedView | None:
        """The view that the address came from."""
        asked = self.listing.params.get("saved", "")
        return next((view for view in self.saved_views if str(view.pk) == asked), None)

    @property
    def greeting(self) -> SavedView | None:
        """The view with which the list greets the member, when the address asks for nothing."""
        member = self.listing.request.member.pk
        views = () if self.listing.params else self.saved_views
        return next((view for view in views if member in view.default_for), None)

    @property
    def tabs(self) -> list[tables.Tab]:
        """The views that the noun offers, or the list without any, and the saved ones."""
        if not self.own and not self.saved_views:
            return []
        current = self.saved_view
        whole = [tables.Tab(_("All"), f"{self.listing.home}?saved=none", current is None)]
        own = [replace(tab, is_current=False) for tab in self.own] if current else self.own
        saved = [tables.Tab(view.name, view.get_absolute_url(), view == current) for view in self.saved_views]
        return [*(own or whole), *saved]

    @property
    def view_items(self) -> list[dict[str, Any]]:
        """What can be done with the view at hand, for the component `menu.html`."""
        view = self.saved_view
        if view is None:
            return []
        member, url = self.listing.request.member, view.get_absolute_url()
        pinned, greets = member.pk in view.pinned_by, member.pk in view.default_for
        mine = view.owner_id == member.pk or member.may_administer
        pin = _("Take out of your menu") if pinned else _("Pin to your menu")
        begin = _("Do not begin with this view") if greets else _("Begin with this view")
        items: list[dict[str, Any]] = [
            {"label": pin, "url": f"{url}pin/{'' if pinned else '?on=1'}", "icon": "pin", "post": True},
            {"label": begin, "url": f"{url}default/{'' if greets else '?on=1'}", "icon": "home", "post": True},
            {"label": _("Make a copy"), "url": f"{url}duplicate/", "icon": "copy", "post": True},
            {"label": _("Save as another view…"), "url": self.save_url, "icon": "device-floppy", "dialog": True},
        ]
        if mine:
            state = self.listing.state()
            change = {"label": _("Change or save…"), "url": f"{url}edit/{state}", "icon": "edit", "dialog": True}
            items = [change, *items]
            items.append({"label": _("Delete"), "url": f"{url}delete/", "icon": "trash", "post": True, "danger": True})
        return items


def folded(listing: Listing) -> tuple[Group, list[str]]:
    """The whole filter of an address as conditions, with the parameters (`?owner=…`) that say the same more shortly."""
    found: list[Condition | Group] = []
    names = []
    for name, _field, _value in _filters_of(listing):
        field = listing.spec.field(name)
        if field is not None and field.can_filter and field.type in FOLDED:
            found.append(Condition(field.name, "is", tuple(listing.params.getlist(name))))
            names.append(name)
    where = listing.where
    if not found:
        return where, []
    return Group("all", (*found, *(where.parts if where.match == "all" else (where,)))), names


def _filters_of(listing: Listing) -> list[tuple[str, Any, Any]]:
    """The simple filters of an address: their names, inputs and values."""
    form = listing.filterset.form
    if not form.is_valid():
        return []
    found = ((name, field, form.cleaned_data.get(name)) for name, field in form.fields.items())
    return [one for one in found if one[2] not in (None, "", []) and not (hasattr(one[2], "exists") and not one[2])]


def _said(field: Any, value: Any) -> str:
    """A filter's value as a person reads it."""
    choices = dict(getattr(field, "choices", ()) or ()) if not hasattr(field, "queryset") else {}
    if isinstance(value, list | tuple | set) or hasattr(value, "model"):
        return ", ".join(str(choices.get(one, one)) for one in value)
    if isinstance(value, slice):
        return " – ".join(str(end) for end in (value.start, value.stop) if end is not None)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(choices.get(value, value))
