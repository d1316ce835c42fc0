"""Updating deals that are here already, with what undoing needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals import actions
from triptych.core_crm.deals.models import Deal, Stage, StageChange
from triptych.core_crm.imports.images import image_of
from triptych.core_crm.imports.importer import Change, Row, Writing
from triptych.core_crm.imports.importers.companies import owners_of
from triptych.core_crm.imports.values import folded

KIND, HISTORY_KIND = "deals.deal", "deals.stagechange"
PLAIN = (
    "name", "currency", "opened_at", "close_date", "type", "lead_source", "campaign", "next_step", "next_step_date",
    "lost_reason", "description",
)  # fmt: skip


def update_deals(rows: Sequence[Row], writing: Writing) -> list[Change]:
    """Update these deals one by one and move those whose stage differs. Amounts that are totals of lines stay."""
    if not rows:
        return []
    deals = Deal.objects.select_related("stage").in_bulk([row.existing for row in rows])
    owners = owners_of(rows)
    companies = Company.objects.in_bulk({row.values["company"] for row in rows if "company" in row.values})
    contacts = Contact.objects.in_bulk({pk for row in rows if (pk := row.values.get("primary_contact"))})
    stages = Stage.objects.select_related("pipeline").in_bulk({pk for row in rows if (pk := row.values.get("stage"))})
    changes: list[Change] = []
    for row in rows:
        deal = deals[row.existing]
        fields: dict[str, Any] = {name: row.values[name] for name in PLAIN if name in row.values}
        related: tuple[tuple[str, dict[UUID, Any]], ...] = (
            ("company", companies), ("owner", owners), ("primary_contact", contacts),
        )  # fmt: skip
        fields |= {name: known[row.values[name]] for name, known in related if row.values.get(name) in known}
        if "amount" in row.values and not deal.amount_is_total:
            fields["amount"] = row.values["amount"]
        changes += _update(row, deal, fields, stages.get(row.values.get("stage"), deal.stage), writing)
    return changes


def _in_own_pipeline(deal: Deal, stage: Stage) -> Stage:
    """The stage of the deal's own pipeline that means what `stage` does. A file moves no deal to another pipeline: what
    its stages are called is too little to go by, and a slip of the pen would be a pipeline of its own.

    Raises:
        MoveRefused: none of its stages means that.
    """
    if stage.pipeline_id == deal.pipeline_id:
        return stage
    own: list[Stage] = list(Stage.objects.active().filter(pipeline=deal.pipeline_id).in_order())
    named = [one for one in own if folded(one.name) == folded(stage.name)]
    closed = [one for one in own if stage.is_closed and (one.is_closed, one.is_won) == (True, stage.is_won)]
    if not named + closed:
        raise actions.MoveRefused(_("“%(stage)s” is a stage of another pipeline.") % {"stage": stage}, field="stage")
    return (named + closed)[0]


def _update(row: Row, deal: Deal, fields: dict[str, Any], stage: Stage, writing: Writing) -> list[Change]:
    before, history = image_of(deal), set(deal.stage_changes.values_list("pk", flat=True))
    stage = _in_own_pipeline(deal, stage)
    after = actions.update_deal(deal=deal, by=writing.by, now=writing.at, **fields)
    if stage.pk != after.stage_id:
        reason = row.values.get("lost_reason") or (_("Not stated") if stage.is_lost else "")
        actions.move_deal(deal=after, to=stage, by=writing.by, now=writing.at, lost_reason=reason)
    made = StageChange.objects.filter(deal=deal).exclude(pk__in=history).values_list("pk", flat=True)
    return [Change(row.number, KIND, deal.pk, before), *(Change(row.number, HISTORY_KIND, pk) for pk in made)]
