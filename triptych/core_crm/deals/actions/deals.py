"""Writes to a deal's own fields: check (rights too), write, record, announce."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.actions.gates import check_gate
from triptych.core_crm.deals.actions.rates import closing_rate_of
from triptych.core_crm.deals.findable import search_entry
from triptych.core_crm.deals.models import Deal, DealContact, Pipeline, Stage, StageChange
from triptych.core_crm.money import clean_currency
from triptych.core_crm.rights.access import CHANGE, CREATE, DELETE, must, must_set
from triptych.platform import events, search
from triptych.platform.changes import Changes, apply_changes, check_fields
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


@dataclass(frozen=True)
class BuyingRole:
    """That a contact takes part in a deal; `role` is one of `DealContact.Role`."""

    contact: Contact
    role: str = DealContact.Role.OTHER


class DealFields(TypedDict, total=False):
    """What can be set on a deal. What its stage sets is changed by moving it; probability may be set in between."""

    name: str
    amount: Decimal | None
    currency: str
    close_date: date | None
    opened_at: datetime
    probability: int
    forecast_category: str
    company: Company | None
    primary_contact: Contact | None
    contacts: Sequence[BuyingRole]
    owner: Member | None
    type: str
    lead_source: str
    campaign: str
    next_step: str
    next_step_date: date | None
    lost_reason: str
    lost_details: str
    description: str
    custom: Mapping[str, Any]


@transaction.atomic
def create_deal(*, by: Member | None, now: datetime, stage: Stage | None = None, **fields: Unpack[DealFields]) -> Deal:
    """Keep a new deal in `stage`, or in the first stage of the default pipeline.

    Without an `owner` among the fields it belongs to whoever makes it, without a `currency` the amount is in the
    tenant's own. Announces `deal.created`, and `deal.won` or `deal.lost` if it is closed from the start.

    Raises:
        FieldsNeeded: it lacks what the stage asks for.
        Refused: a value breaks a rule; it names the field.
    """
    stage = stage or first_stage()
    if not stage.is_active:
        raise Refused(_("This stage is retired. Choose another one."), field="stage")
    deal = Deal(created_at=now, updated_at=now, opened_at=now, owner=by)
    deal.enter(stage, at=now)
    roles = _checked_roles(fields.pop("contacts", ()))
    apply_changes(deal, _cleaned({"currency": "", **fields}))
    check_deal(deal)
    must(by, CREATE, deal)
    deal.closing_rate = closing_rate_of(deal)
    deal.save(force_insert=True)
    _write_roles(deal, roles)
    check_gate(deal, stage, by=by)
    StageChange.objects.create(deal=deal, to_stage=stage, at=now, by=by)
    search.index(search_entry(deal))
    events.announce("deal.created", deal, by=by, at=now, stage=str(stage.pk))
    if stage.is_closed:
        events.announce("deal.won" if stage.is_won else "deal.lost", deal, by=by, at=now)
    return deal


@transaction.atomic
def update_deal(
    *, deal: Deal, by: Member | None, now: datetime, version: int | None = None, **fields: Unpack[DealFields]
) -> Deal:
    """Change the given fields of a deal; `contacts` replaces everybody who takes part.

    `version` is the one that the editor saw. Announces `deal.updated` with the names of what changed, and nothing
    when nothing did.

    Raises:
        Conflict: somebody changed the deal since `version`.
        Refused: a value breaks a rule, or is not to be typed (an amount that is the total of lines, the probability
            of a closed deal); it names the field.
    """
    deal = locked(deal)
    must(by, CHANGE, deal)
    deal.expect_version(version)
    roles = fields.pop("contacts", None)
    changes = apply_changes(deal, _cleaned(dict(fields)))
    must_set(by, deal, changes)
    _refuse_what_is_set_elsewhere(deal, changes)
    if roles is not None:
        changes |= _replace_roles(deal, _checked_roles(roles))
    if not changes:
        return deal
    check_deal(deal, only=changes)
    if "currency" in changes:
        deal.closing_rate = closing_rate_of(deal)
    deal.save_fields(*(changes.keys() - {"contacts"}), "closing_rate", "sort_key", at=now)
    search.index(search_entry(deal))
    events.announce("deal.updated", deal, by=by, at=now, changed=sorted(changes))
    return deal


@transaction.atomic
def set_amount_from_lines(*, deal: Deal, amount: Decimal | None, by: Member | None, now: datetime) -> Deal:
    """Make the amount the total of the deal's lines, which nobody types; None, when the last line has gone, gives
    the amount back to be typed and leaves it as it is. Announces `deal.updated` when something changed.
    """
    deal = locked(deal)
    fields: dict[str, Any] = {"amount_is_total": amount is not None}
    changes = apply_changes(deal, fields if amount is None else {**fields, "amount": amount})
    if not changes:
        return deal
    deal.save_fields(*changes, at=now)
    events.announce("deal.updated", deal, by=by, at=now, changed=sorted(changes))
    return deal


@transaction.atomic
def delete_deal(*, deal: Deal, by: Member | None, now: datetime) -> Deal:
    """Put a deal into the bin, from which `restore_deal` takes it. Announces `deal.deleted`."""
    deal = locked(deal)
    must(by, DELETE, deal)
    if deal.deleted_at:
        return deal
    deal.deleted_at = now
    deal.save_fields("deleted_at", at=now)
    search.remove(kind="deal", id=deal.pk)
    events.announce("deal.deleted", deal, by=by, at=now)
    return deal


@transaction.atomic
def restore_deal(*, deal: Deal, by: Member | None, now: datetime) -> Deal:
    """Take a deal out of the bin, as it was. Announces `deal.restored`."""
    deal = locked(deal)
    must(by, DELETE, deal)
    if not deal.deleted_at:
        return deal
    deal.deleted_at = None
    deal.save_fields("deleted_at", at=now)
    search.index(search_entry(deal))
    events.announce("deal.restored", deal, by=by, at=now)
    return deal


def roles_of(deal: Deal, *, without: UUID) -> list[BuyingRole]:
    """Who takes part in a deal, in the order they were named, without that contact."""
    others = deal.deal_contacts.exclude(contact_id=without).select_related("contact").order_by("pk")
    return [BuyingRole(other.contact, other.role) for other in others]


def locked(deal: Deal) -> Deal:
    """The deal as it stands now, locked until the transaction ends, with what its card shows."""
    rows = Deal.objects.for_cards().select_related("pipeline").select_for_update(of=("self",))
    fresh: Deal = rows.get(pk=deal.pk)
    return fresh


def first_stage(pipeline: Pipeline | None = None) -> Stage:
    """The first open stage of a pipeline, of the default one when none is given.

    Raises:
        Refused: there is no such stage.
    """
    stages = Stage.objects.active().open().in_order().select_related("pipeline")
    stage: Stage | None = (
        stages.filter(pipeline=pipeline) if pipeline else stages.filter(pipeline__is_default=True)
    ).first()
    if stage is None:
        raise Refused(_("There is no open stage to put a deal in. Add one under Settings, Pipelines."), field="stage")
    return stage


def check_deal(deal: Deal, *, only: Changes | None = None, reason_needed: bool = True) -> None:
    """Check a deal, or only the fields named, against every rule that needs no query.

    Raises:
        Refused: one is broken; it names the field.
    """
    check_fields(deal, only=only)
    if reason_needed and deal.is_lost and not deal.lost_reason:
        raise Refused(_("Say in a few words why the deal was lost, e.g. Price."), field="lost_reason")


def _cleaned(fields: dict[str, Any]) -> dict[str, Any]:
    cleaned = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    if "currency" in cleaned:
        cleaned["currency"] = clean_currency(cleaned["currency"])
    return cleaned


def _refuse_what_is_set_elsewhere(deal: Deal, changes: Changes) -> None:
    if deal.amount_is_total and changes.keys() & {"amount", "currency"}:
        raise Refused(_("The amount is the total of the lines. Change the lines instead."), field="amount")
    if deal.closed_at and (set_by_stage := changes.keys() & {"probability", "forecast_category"}):
        message = _("This deal is closed, and its stage sets this. Reopen it, then change it.")
        raise Refused(message, field=min(set_by_stage))


def _checked_roles(roles: Sequence[BuyingRole]) -> Sequence[BuyingRole]:
    if len({role.contact.pk for role in roles}) < len(roles):
        raise Refused(_("A contact can be named once for each deal."), field="contacts")
    if unknown := next((role.role for role in roles if role.role not in DealContact.Role.values), None):
        raise Refused(_("“%(role)s” is no buying role.") % {"role": unknown}, field="contacts")
    return roles


def _write_roles(deal: Deal, roles: Sequence[BuyingRole]) -> None:
    DealContact.objects.bulk_create(DealContact(deal=deal, contact=role.contact, role=role.role) for role in roles)


def _replace_roles(deal: Deal, roles: Sequence[BuyingRole]) -> Changes:
    """Write other roles than the deal has; the change, or nothing when they are the same."""
    before = sorted([str(contact), role] for contact, role in deal.deal_contacts.values_list("contact_id", "role"))
    after = sorted([str(role.contact.pk), str(role.role)] for role in roles)
    if before == after:
        return {}
    deal.deal_contacts.all().delete()
    _write_roles(deal, roles)
    return {"contacts": (before, after)}
