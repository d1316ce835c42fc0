"""What must hold of a whole row, and of rows together, so that every page can show them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import models
from django.db.models import F
from django.utils.translation import gettext as _

from triptych.core_crm.activities.models import Activity
from triptych.core_crm.activities.planning.recurrence import checked_rule
from triptych.core_crm.activities.records import models_by_kind
from triptych.core_crm.archives.own_values import check_field
from triptych.core_crm.archives.values import Unfit
from triptych.core_crm.calendar.holidays import regions, regions_by_name
from triptych.core_crm.calendar.models import BusinessCalendar, spans_in
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.duplicates.kinds import KINDS
from triptych.core_crm.duplicates.matching import BEFOREHAND
from triptych.core_crm.duplicates.models import Merge, Pair
from triptych.core_crm.duplicates.searching import FIELDS, LEVELS
from triptych.core_crm.privacy.models import RetentionRule
from triptych.platform.plugins import hooks
from triptych.platform.plugins.discovery import installed_plugins
from triptych.platform.refusals import Refused

FULL_DAY = 24 * 60


def _activity(row: Activity) -> None:
    if not row.rule:
        return
    if not row.zone or row.anchor_at is None:
        raise Unfit(column="zone")
    try:
        checked_rule(row.rule, zone=ZoneInfo(row.zone), start=row.anchor_at)
    except Refused as refused:
        raise Unfit(refused.message, column="rule") from refused


def _calendar(row: BusinessCalendar) -> None:
    if row.country and row.country not in regions():
        raise Unfit(column="country")
    if row.region and row.region not in dict(regions_by_name(row.country)):
        raise Unfit(column="region")
    for column, days in (("weekly", row.weekly), ("own_days", [day["spans"] for day in row.own_days])):
        try:
            spans = [span for day in days for span in spans_in(day)]
        except ValueError as error:
            raise Unfit(column=column) from error
        if any(not 0 <= start < end <= FULL_DAY for start, end in spans):
            raise Unfit(column=column)
    try:
        for day in row.own_days:
            date.fromisoformat(day["date"])
    except ValueError as error:
        raise Unfit(column="own_days") from error


def _retention(row: RetentionRule) -> None:
    if (row.kind, row.condition) not in row.ABOUT:
        raise Unfit(column="condition")


def _merge(row: Merge) -> None:
    _kind_among(KINDS)(row)
    for change in row.changes:
        model = _model(change["model"], column="changes")
        columns = {one.attname for one in model._meta.concrete_fields}
        named = {*change["before"], *change["after"]}
        if any(not name.startswith("custom/") and name not in columns for name in named):
            raise Unfit(column="changes")


def _pair(row: Pair) -> None:
    _kind_among(KINDS)(row)
    known = {*FIELDS, BEFOREHAND}
    if any(reason["field"] not in known or reason["level"] not in LEVELS for reason in row.reasons):
        raise Unfit(column="reasons")


def _imported(row: Any) -> None:
    _model(row.kind, column="kind")


def _model(label: str, *, column: str) -> type[models.Model]:
    """A model of a tenant's, by its label."""
    from triptych.core_crm.archives.tables import all_tables

    if label not in all_tables():
        raise Unfit(column=column)
    return apps.get_model(label)


def _lists() -> Collection[str]:
    """Every list, also those of plugins that are not enabled yet."""
    found = hooks.gather_for("record_lists", [plugin.id for plugin in installed_plugins()])
    return {spec.kind for spec in found}


def _kind_among(known: Collection[str] | Callable[[], Collection[str]]) -> Callable[[Any], None]:
    def rule(row: Any) -> None:
        if row.kind not in (known() if callable(known) else known):
            raise Unfit(column="kind")

    return rule


RULES: Mapping[str, Callable[[Any], None]] = {
    "activities.activity": _activity,
    "activities.activitylink": _kind_among(models_by_kind),
    "calendar.businesscalendar": _calendar,
    "custom_fields.customfield": check_field,
    "duplicates.merge": _merge,
    "duplicates.pair": _pair,
    "files.file": _kind_among(models_by_kind),
    "imports.importchange": _imported,
    "lists.pastact": _kind_among(_lists),
    "lists.savedview": _kind_among(_lists),
    "privacy.consent": _kind_among({"contact", "lead"}),
    "privacy.retentionrule": _retention,
    "rights.share": _kind_among(models_by_kind),
}
"""By table."""


def check_together(tables: Collection[type[models.Model]]) -> None:
    """What no single row shows, once all are there.

    Raises:
        Unfit: records lead round in a circle, or a deal stands in a stage of another pipeline; the sentence says which.
    """
    for model in tables:
        for column in model._meta.concrete_fields:
            if column.is_relation and column.related_model is model:
                rows = model._base_manager.exclude(**{column.attname: None}).values_list("pk", column.attname)
                _no_circle(dict(rows.iterator()), f"{model._meta.label_lower}: {column.name}")
    _no_circle(dict(Merge.objects.standing().values_list("loser_id", "winner_id")), Merge._meta.label_lower)
    if Deal.objects.exclude(stage__pipeline=F("pipeline")).exists():
        raise Unfit(_("A deal stands in a stage of another pipeline."))


def _no_circle(leads_to: Mapping[Any, Any], where: str) -> None:
    sound: set[Any] = set()
    for start in leads_to:
        path: set[Any] = set()
        here = start
        while here in leads_to and here not in sound:
            if here in path:
                raise Unfit(_("Records lead round in a circle (%(where)s).") % {"where": where})
            path.add(here)
            here = leads_to[here]
        sound |= path
