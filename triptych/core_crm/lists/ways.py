"""The ways to see a list: table, board, calendar, and the field by which a board or a calendar shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from triptych.core_crm.lists.fields import Field, Type
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.where import Condition, Group
from triptych.platform.web.tables import Tab

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TABLE, BOARD, CALENDAR = "table", "board", "calendar"
LOOKS: dict[str, tuple[StrOrPromise, str]] = {
    TABLE: (_("Table"), "table"),
    BOARD: (_("Board"), "layout-kanban"),
    CALENDAR: (_("Calendar"), "calendar"),
}


def way_of(listing: Listing) -> str:
    """The way to see it that the address asks for, the usual one if it asks for none that the list has."""
    offered = _offered(listing)
    asked = listing.spec.way_of(listing.params)
    return asked if asked in offered else offered[0]


def url_of(listing: Listing, way: str) -> str:
    """The address of the list, seen that way."""
    spec = listing.spec
    if way == CALENDAR and spec.calendar_home:
        return f"{spec.calendar_home}{listing.state(view=None, by=None, shape=CALENDAR)}"
    return listing.url(**_named(listing, way), by=None, month=None)


def ways_of(listing: Listing, *, url: Callable[[Listing, str], str] = url_of) -> list[Tab]:
    """The tabs that lead from one way to another, with the same records; none where there is only one way."""
    current, offered = way_of(listing), _offered(listing)
    tabs = [Tab(LOOKS[way][0], url(listing, way), way == current, icon=LOOKS[way][1]) for way in offered]
    return tabs if len(tabs) > 1 else []


def view_url(listing: Listing, view: str) -> str:
    """The address of a view that the noun itself offers, seen in the same way."""
    kept = {name: listing.params[name] for name in (listing.spec.way_param, "by") if name in listing.params}
    return f"{listing.home}?{urlencode({**kept, 'view': view})}"


def table_of(listing: Listing, *conditions: Condition) -> str:
    """The table of those of its records for which these conditions hold besides."""
    where = listing.where
    parts = where.parts if where.match == "all" else (where,)
    narrowed = Group("all", (*parts, *conditions)).as_text
    return listing.url(**_named(listing, TABLE), where=narrowed, by=None, month=None, saved="none")


def board_fields(listing: Listing) -> list[Field]:
    """The fields whose values can be the columns of its board: choices, short lists of records, and whose they are."""
    return [field for field in listing.spec.fields if field.can_filter and not field.many and _has_columns(field)]


def day_fields(listing: Listing) -> list[Field]:
    """The days and times by which its records can stand in a month."""
    times = (Type.DAY, Type.MOMENT)
    return [field for field in listing.spec.fields if field.can_filter and not field.many and field.type in times]


def board_field(listing: Listing) -> Field | None:
    """The field of the board that the address asks for, else the usual one of the list."""
    fields = board_fields(listing)
    own = [field for field in fields if field.type is not Type.MEMBER]
    return _asked(listing, fields) or _first(listing.spec.board, fields, own)


def day_field(listing: Listing) -> Field | None:
    """The day of the month that the address asks for, else the usual one of the list."""
    fields = day_fields(listing)
    return _asked(listing, fields) or _first(listing.spec.day, fields, fields)


def fields_to_choose(listing: Listing, fields: list[Field], current: Field) -> list[Tab]:
    """The links of the menu that chooses another field; none where there is only one."""
    usual = listing.spec.board if way_of(listing) == BOARD else listing.spec.day
    tabs = [
        Tab(field.label, listing.url(by=None if field.name == usual else field.name), field.name == current.name)
        for field in fields
    ]
    return tabs if len(tabs) > 1 else []


def _has_columns(field: Field) -> bool:
    return field.type is Type.MEMBER or (field.type in (Type.CHOICE, Type.RECORD) and field.choices is not None)


def _asked(listing: Listing, fields: list[Field]) -> Field | None:
    return next((field for field in fields if field.name == listing.params.get("by")), None)


def _first(usual: str, fields: list[Field], otherwise: list[Field]) -> Field | None:
    return next((field for field in fields if field.name == usual), next(iter([*otherwise, *fields]), None))


def _offered(listing: Listing) -> list[str]:
    has: dict[str, Callable[[Listing], object]] = {BOARD: board_fields, CALENDAR: day_fields}
    return [way for way in listing.spec.ways if way not in has or has[way](listing)] or [TABLE]


def _named(listing: Listing, way: str) -> dict[str, str | None]:
    """How the address names a way; the usual one need not be named."""
    spec = listing.spec
    other = {"view": None} if spec.way_param != "view" and listing.params.get("view") in spec.ways else {}
    return {**other, spec.way_param: None if way == spec.ways[0] else way}
