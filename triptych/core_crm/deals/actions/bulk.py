"""Many deals at once, for imports: the same rules, a handful of statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.actions.deals import check_deal
from triptych.core_crm.deals.actions.rates import fix_closed_deals
from triptych.core_crm.deals.findable import search_entry
from triptych.core_crm.deals.models import Deal, Stage, StageChange
from triptych.core_crm.money import clean_currency, own_currency
from triptych.platform import events, search
from triptych.tenants.members.models import Member

CHUNK = 1_000


@dataclass(frozen=True)
class NewDeal:
    """A deal to be, as an import knows it. `opened_at` and `closed_at` may lie in the past.

    A deal in a closed stage without `closed_at` counts as closed when it is made.
    """

    name: str
    stage: Stage
    amount: Decimal | None = None
    currency: str = ""
    amount_is_total: bool = False
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    close_date: date | None = None
    company: Company | None = None
    primary_contact: Contact | None = None
    owner: Member | None = None
    type: str = ""
    lead_source: str = ""
    campaign: str = ""
    next_step: str = ""
    next_step_date: date | None = None
    lost_reason: str = ""
    lost_details: str = ""
    description: str = ""


@transaction.atomic
def create_deals_in_bulk(rows: Sequence[NewDeal], *, by: Member | None, now: datetime) -> list[Deal]:
    """Keep all these deals, with the first line of their history, in the order given; all or none.

    Announces `deal.created_in_bulk` once for each thousand, with their ids as the fact `ids`. A lost deal needs no
    reason here: old systems often have none.

    Raises:
        Refused: a value breaks a rule; check single rows with `checked_deal` beforehand to know which.
    """
    deals = [checked_deal(row, now=now) for row in rows]
    for start in range(0, len(deals), CHUNK):
        chunk = deals[start : start + CHUNK]
        Deal.objects.bulk_create(chunk)
        StageChange.objects.bulk_create(
            StageChange(deal=deal, to_stage=deal.stage, at=deal.entered_stage_at, by=by) for deal in chunk
        )
        search.index_many(search_entry(deal) for deal in chunk)
        events.announce("deal.created_in_bulk", None, by=by, at=now, ids=[str(deal.pk) for deal in chunk])
    if foreign := {deal.currency for deal in deals if deal.closed_at} - {own_currency()}:
        fix_closed_deals(foreign)
    return deals


@transaction.atomic
def set_amounts_from_lines_in_bulk(totals: Mapping[UUID, Decimal], *, by: Member | None, now: datetime) -> None:
    """As `set_amount_from_lines`, for many deals that have lines: their amounts are these totals from now on.

    Announces `deal.updated_in_bulk` once for each thousand, with their ids as the fact `ids`.
    """
    wanted = sorted(totals)
    for start in range(0, len(wanted), CHUNK):
        deals = Deal.objects.only("amount").select_for_update().order_by("pk")
        chunk = deals.in_bulk(wanted[start : start + CHUNK])
        differing = [deal for deal in chunk.values() if deal.amount != totals[deal.pk]]
        for deal in differing:
            deal.amount = totals[deal.pk]
        Deal.objects.bulk_update(differing, ["amount"])
        Deal.objects.filter(pk__in=chunk).update(amount_is_total=True, updated_at=now, version=F("version") + 1)
        events.announce("deal.updated_in_bulk", None, by=by, at=now, ids=[str(pk) for pk in chunk])


@transaction.atomic
def delete_deals_in_bulk(ids: Iterable[UUID], *, by: Member | None, now: datetime) -> int:
    """Put those of the deals that are not there yet into the bin; how many. Announces `deal.deleted_in_bulk`."""
    wanted = list(ids)
    count = 0
    for start in range(0, len(wanted), CHUNK):
        alive = Deal.objects.alive().select_for_update().order_by("pk").filter(pk__in=wanted[start : start + CHUNK])
        chunk: list[UUID] = list(alive.values_list("pk", flat=True))
        if not chunk:
            continue
        Deal.objects.filter(pk__in=chunk).update(deleted_at=now, updated_at=now, version=F("version") + 1)
        search.remove_many(kind="deal", ids=chunk)
        events.announce("deal.deleted_in_bulk", None, by=by, at=now, ids=[str(pk) for pk in chunk])
        count += len(chunk)
    return count


def checked_deal(row: NewDeal, *, now: datetime) -> Deal:
    """The deal that a row makes, checked and not kept.

    Raises:
        Refused: a value breaks a rule; it names the field.
    """
    fields: dict[str, Any] = {name: getattr(row, name) for name in row.__dataclass_fields__}
    stage, opened_at, closed_at = fields.pop("stage"), fields.pop("opened_at"), fields.pop("closed_at")
    texts = {name: value.strip() for name, value in fields.items() if isinstance(value, str)}
    deal = Deal(created_at=now, updated_at=now, opened_at=opened_at or closed_at or now, **{**fields, **texts})
    deal.currency = clean_currency(deal.currency)
    deal.enter(stage, at=(closed_at if stage.is_closed else opened_at) or now)
    check_deal(deal, reason_needed=False)
    return deal
