"""One list as somebody asked for it: the state of the address turned into rows, chips, links and words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_filters import FilterSet

from triptych.core_crm.custom_fields.gone import as_people_say
from triptych.core_crm.lists.conditions import Asker, BadCondition
from triptych.core_crm.lists.spec import Column, ListSpec, Records, prepare
from triptych.core_crm.lists.where import Group, Reading, fields_missing, parsed
from triptych.core_crm.rights.access import EXPORT, hidden_fields, may_at_all
from triptych.core_crm.rights.sight import sight_of
from triptych.platform import clock, search
from triptych.platform.keyset import Page, page_asked
from triptych.platform.web import tables
from triptych.tenants.members.models import Member

COUNTED_UP_TO = 1_000
"""So many are counted unasked: more would cost more than the page itself. `?count=exact` counts them all."""

SORTED_UP_TO = 10_000
"""So many records are sorted by what stands in no index of theirs: another record's name, or what is worked out."""


class Asks(Protocol):
    """Who asks for a list, and with which parameters: a request, or a saved view."""

    @property
    def member(self) -> Member: ...
    @property
    def GET(self) -> QueryDict: ...


@dataclass(frozen=True)
class AskedAs:
    """A list as a saved view or a program asks for it."""

    member: Member
    GET: QueryDict


class Listing:
    """The records of a list that fit the address of a request, page by page.

    `records` are those the member may see, with everything the cells need loaded along. `home` is the list's own
    address, whichever page of it is asked for.
    """

    def __init__(self, spec: ListSpec, records: Records, request: Asks, *, home: str) -> None:
        self.spec = spec.for_member(request.member)
        self.records = records
        self.request = request
        self.home = home
        self.params: QueryDict = request.GET

    @cached_property
    def filterset(self) -> FilterSet:
        asking: Any = self.request
        made = self.spec.filters(self.params, queryset=self.records, request=asking)
        hidden = hidden_fields(self.request.member, self.spec.kind)
        for name, one in list(made.filters.items()) if hidden else ():
            if one.field_name in hidden:
                del made.filters[name]
        return made

    @cached_property
    def query(self) -> str:
        """What is looked for in the list."""
        return self.params.get("q", "").replace("\0", "").strip()[:200]

    @cached_property
    def matching(self) -> Records:
        """All records that fit, on every page. A filter that makes no sense fits none."""
        if self._few is not None:
            return self._fitting(search.among(self._few))
        found = search.matching(self.spec.kind, self.query, member=self.request.member)
        return self._fitting(Q(pk__in=found.values("pk")) if self.query else Q())

    @property
    def _walked(self) -> Records:
        """The same, to be read in the order of the list until a page is full."""
        if not self.query or self._few is not None:
            return self.matching
        return self._fitting(Q(search.one_by_one(self.spec.kind, self.query, member=self.request.member)))

    @cached_property
    def _few(self) -> list[UUID] | None:
        """The records that the search finds, if they are few."""
        return search.few_matching(self.spec.kind, self.query, member=self.request.member) if self.query else None

    def _fitting(self, found: Q) -> Records:
        if not self.filterset.form.is_valid() or self.where_problem:
            return self.records.none()
        return Reading(self.spec, self.asker).applied(self.where, self.filterset.qs.filter(found))

    @cached_property
    def asker(self) -> Asker:
        """Who reads the list, and when."""
        return Asker(self.request.member, clock.now(), colleagues_of)

    @cached_property
    def where(self) -> Group:
        """The nested conditions of the address; none if they cannot be read."""
        try:
            return parsed(self.params.get("where", ""))
        except BadCondition:
            return Group()

    @cached_property
    def where_problem(self) -> str:
        """What is wrong with the conditions of the address, for people."""
        try:
            Reading(self.spec, self.asker).condition(parsed(self.params.get("where", "")))
        except BadCondition as bad:
            return bad.message
        return ""

    @property
    def missing(self) -> list[str]:
        """Fields that conditions, columns, order or groups name and that are no longer there."""
        columns = [name for text in self.params.getlist("columns") for name in text.split(",")]
        asked = [*columns, self.params.get("sort", "").removeprefix("-")]
        gone = [name for name in asked if name and not self.spec.column(name)]
        group = self.params.get("group", "")
        gone += [name for name in (group, self.params.get("by", "")) if name and not self.spec.field(name)]
        return list(dict.fromkeys([*fields_missing(self.where, self.spec), *gone]))

    @property
    def missing_named(self) -> list[str]:
        """The same as people know them: a deleted own field by its label."""
        return as_people_say(self.missing, self.request.member)

    @cached_property
    def sort(self) -> str:
        """The order in force, as `?sort=` names it."""
        asked = self.params.get("sort", "")
        column = self.spec.column(asked.removeprefix("-"))
        return asked if column and column.order and not self.sort_problem else self.spec.sort

    @cached_property
    def sort_problem(self) -> str:
        """Why the list is not in the order that the address asks for, for people."""
        column = self.spec.column(self.params.get("sort", "").removeprefix("-"))
        if column is None or not column.sorts_few or not self.matching.order_by()[SORTED_UP_TO:].exists():
            return ""
        most = number_format(SORTED_UP_TO, force_grouping=True)
        words = _("“%(column)s” sorts lists of up to %(count)s records. Filter this one first.")
        return words % {"column": column.label, "count": most}

    @cached_property
    def columns(self) -> list[Column]:
        """The columns to show, in order."""
        return self.spec.chosen_columns(self.params.getlist("columns"))

    @property
    def column_choices(self) -> list[tuple[Column, bool]]:
        """All columns, and whether each is shown."""
        return [(column, column in self.columns) for column in self.spec.columns]

    @cached_property
    def page(self) -> Page[Any]:
        """The page that `?after=` or `?before=` asks for; the first one when that place is gone."""
        order, size = self.spec.order_of(self.sort), self.spec.page_size
        records = self.spec.annotated(self._walked, *order, *(column.name for column in self.columns))
        page = page_asked(records, self.params, order=order, size=size)
        prepare(self.columns, page.rows)
        return page

    @cached_property
    def count(self) -> int:
        """How many records fit, exact when somebody asks, else up to `COUNTED_UP_TO` and one more beyond it."""
        page = self.page
        if not page.has_next and not page.has_previous:
            return len(page.rows)
        if self.counts_all:
            return self.matching.order_by().count()
        return self.matching.order_by()[: COUNTED_UP_TO + 1].count()

    @property
    def counts_all(self) -> bool:
        """Whether the address asks for the exact number."""
        return self.params.get("count") == "exact"

    @property
    def count_url(self) -> str:
        """Where the exact number is to be had; empty where it stands already."""
        return self.url(count="exact") if self.count > COUNTED_UP_TO and not self.counts_all else ""

    @property
    def count_text(self) -> str:
        """How many records fit, in words."""
        if self.count_url:
            return _("more than %(count)s") % {"count": number_format(COUNTED_UP_TO, force_grouping=True)}
        words = ngettext("%(count)s record", "%(count)s records", self.count)
        return words % {"count": number_format(self.count, force_grouping=True)}

    @property
    def short_count(self) -> str:
        """How many records fit, as a figure."""
        limited = bool(self.count_url)
        shown = number_format(COUNTED_UP_TO if limited else self.count, force_grouping=True)
        return f"{shown}+" if limited else shown

    @property
    def narrowed_by(self) -> list[tuple[str, str]]:
        """What a change of columns carries along: search, filters and order."""
        left_out = ("after", "before", "columns", "group", "more")
        return [(name, value) for name, values in self.params.lists() if name not in left_out for value in values]

    @property
    def new_url(self) -> str:
        """Where a new record is made."""
        return f"{self.home}new/"

    def url(self, **changes: str | None) -> str:
        """The address of this list with other parameters; None takes one off. It begins on the first page."""
        return self.home + self.state(**changes)

    def state(self, **changes: str | None) -> str:
        """The parameters behind that address, with their question mark if there are any."""
        params = self.params.copy()
        for name in ("after", "before", "more", *changes):
            params.pop(name, None)
        for name, value in changes.items():
            if value:
                params[name] = value
        return f"?{params.urlencode(safe=',')}" if params else ""

    def table(self, *, may_write: bool) -> tables.Table:
        """What the component `data_table.html` shows."""
        page = self.page
        return tables.Table(
            label=self.spec.label,
            columns=[
                tables.Column(column.label, column.name if column.order else "", css=column.css)
                for column in self.columns
            ],
            rows=page.rows,
            row_template="lists/row.html",
            sort=self.sort,
            previous_url=self.url(before=page.start_cursor) if page.has_previous else "",
            next_url=self.url(after=page.end_cursor) if page.has_next else "",
            count_text=self.count_text,
            bulk_acts=self.buttons if may_write else (),
            all_text=self.count_text,
            id=f"{self.spec.kind}-table",
            extra={"columns": self.columns},
        )

    @property
    def buttons(self) -> list[tables.BulkAct]:
        """What can be done to chosen records: to change and delete them, and the verbs of the noun."""
        found: list[tuple[Any, str, str]] = [(verb.label, verb.name, verb.icon) for verb in self.spec.verbs]
        editing = self.spec.editing
        if editing:
            found.append((_("Change…"), "change", "edit"))
            found += [(_("Change owner"), "owner", "user-share")] if "owner" in editing.fields else []
            found.append((_("Delete"), "delete", "trash"))
        return [
            tables.BulkAct(label, self.act_url(name), icon=icon, danger=name == "delete", dialog=True)
            for label, name, icon in found
        ]

    def act_url(self, name: str) -> str:
        """Where an act on chosen records is posted to."""
        return f"{self.home}bulk/{name}/{self.state()}"

    @property
    def may_export(self) -> bool:
        """Whether the member's role has the right to take such records away."""
        return may_at_all(self.request.member, EXPORT, self.spec.model)

    @property
    def export_url(self) -> str:
        """Where the list is to be had as a file."""
        return f"{self.home}export/{self.state()}"

    @property
    def xlsx_url(self) -> str:
        """The same as a workbook."""
        return f"{self.home}export/{self.state(format='xlsx')}"


def colleagues_of(member: Member) -> list[UUID]:
    """Whose records “my team” means: the member's own and those of everybody in their teams."""
    return sorted({member.pk, *sight_of(member).reach.colleagues})
