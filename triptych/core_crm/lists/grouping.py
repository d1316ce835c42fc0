"""A list in groups: how many records each has, and what they are worth together, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Sum, When
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from triptych.core_crm.lists.fields import Field, Type
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.where import Condition, Group
from triptych.core_crm.lists.words import named

MOST = 200
"""So many groups are shown, the largest first."""
TIMES = (Type.DAY, Type.MOMENT)


@dataclass(frozen=True)
class Line:
    """One group: its words, its records, what its amounts come to, and the list of only its records."""

    label: str
    count: int
    totals: Sequence[Decimal | None]
    url: str


@dataclass(frozen=True)
class Groups:
    """The groups of a list. `sums` names the amounts that are added up, in the workspace's own currency."""

    field: Field
    sums: Sequence[Field]
    lines: Sequence[Line]
    is_cut: bool

    @property
    def totals(self) -> Line:
        """All groups together."""
        sums = [sum((line.totals[at] or Decimal(0) for line in self.lines), Decimal(0)) for at in range(len(self.sums))]
        return Line(_("All"), sum(line.count for line in self.lines), sums, "")


def group_fields(listing: Listing) -> list[Field]:
    """The fields by which the list can be grouped; times by their month."""
    return [field for field in listing.spec.fields if (field.can_group or field.type in TIMES) and not field.many]


def groups_of(listing: Listing) -> Groups | None:
    """The groups that the address asks for (`?group=`); None without any."""
    field = next((one for one in group_fields(listing) if one.name == listing.params.get("group")), None)
    if field is None:
        return None
    sums = [one for one in listing.spec.fields if one.in_base is not None]
    worths = {f"worth_of_{one.name}": one.in_base() for one in sums if one.in_base}
    records = listing.matching.order_by().select_related(None)
    if records.query.distinct:  # to count each once without sorting them all
        records = listing.spec.model._base_manager.filter(pk__in=records.values("pk"))
    records = listing.spec.annotated(records, field.name)
    key = _key_of(field)
    records = records.annotate(**worths, **({"group_key": key} if key is not None else {}))
    path = "group_key" if key is not None else field.path
    totals = {f"total_of_{one.name}": Sum(f"worth_of_{one.name}") for one in sums}
    found = list(records.values(path).annotate(records=Count("pk"), **totals).order_by("-records", path)[: MOST + 1])
    values = [row[path] for row in found[:MOST]]
    names = named(field, [str(value) for value in values if value not in (None, "")], listing.asker)
    lines = [
        Line(
            _label(field, row[path], names),
            row["records"],
            [row[f"total_of_{one.name}"] for one in sums],
            _url(listing, field, row[path]),
        )
        for row in found[:MOST]
    ]
    return Groups(field, sums, lines, is_cut=len(found) > MOST)


def _key_of(field: Field) -> Any:
    """What a field is grouped by if not its value: the month of a time; of another record nothing if it is unseen."""
    if field.type in TIMES:
        return TruncMonth(field.path)
    return None if field.seen is None else Case(When(**{f"{field.path}__in": field.seen}, then=F(field.path)))


def _label(field: Field, value: Any, names: dict[str, str]) -> str:
    if value in (None, ""):
        return _("None")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.type in TIMES:
        return date_format(value, "YEAR_MONTH_FORMAT")
    return names.get(str(value), str(value))


def _url(listing: Listing, field: Field, value: Any) -> str:
    """The list of only this group's records."""
    if value in (None, ""):
        one = Condition(field.name, "empty")
    elif isinstance(value, bool):
        one = Condition(field.name, "yes" if value else "no")
    elif field.type in TIMES:
        one = Condition(field.name, "between", _month(value))
    else:
        one = Condition(field.name, "is", (str(value),))
    where = listing.where
    parts = where.parts if where.match == "all" else (where,)
    return listing.url(where=Group("all", (*parts, one)).as_text, group=None)


def _month(first: date | datetime) -> tuple[str, str]:
    """The first and the last day of the month."""
    day = timezone.localtime(first).date() if isinstance(first, datetime) else first
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day.replace(day=1).isoformat(), (following - timedelta(days=1)).isoformat()
