"""Writes to the lines of deals. The deal's amount follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from triptych.core_crm.deals import actions as deal_actions
from triptych.core_crm.deals.models import Deal
from triptych.platform import events
from triptych.platform.changes import apply_changes, check_fields
from triptych.platform.refusals import Refused
from triptych.plugins.operational.sales.models import DealLine, Product
from triptych.plugins.operational.sales.prices import price_of
from triptych.tenants.members.models import Member

MOST_LINES = 200


class LineFields(TypedDict, total=False):
    """What can be set on a line. Without a `unit_price` a line takes the one that applies to its product."""

    product: Product | None
    description: str
    quantity: Decimal
    unit_price: Decimal | None
    discount: Decimal


@transaction.atomic
def add_line(*, deal: Deal, by: Member | None, now: datetime, **fields: Unpack[LineFields]) -> DealLine:
    """Add a line to a deal, whose amount becomes the total of its lines. Announces `deal.line_added`.

    Raises:
        Refused: there is neither a product nor a description, the deal has two hundred lines, or a value breaks a rule.
    """
    deal = _locked_deal(deal)
    if DealLine.objects.filter(deal=deal).count() >= MOST_LINES:
        raise Refused(_("A deal has at most {n} lines. Split it.").format(n=MOST_LINES))
    last = DealLine.objects.filter(deal=deal).aggregate(last=Max("position"))["last"]
    line = DealLine(created_at=now, updated_at=now, deal=deal, position=0 if last is None else last + 1)
    _set_line(line, fields, deal, now)
    line.save(force_insert=True)
    events.announce("deal.line_added", deal, by=by, at=now, line=str(line.pk))
    settle_amount(deal, by=by, now=now)
    return line


@transaction.atomic
def update_line(
    *, line: DealLine, by: Member | None, now: datetime, version: int | None = None, **fields: Unpack[LineFields]
) -> DealLine:
    """Change a line, and with it the deal's amount. Announces `deal.line_updated`.

    Raises:
        Conflict: somebody changed it since `version`.
        Refused: as `add_line`.
    """
    deal = _locked_deal(line.deal)
    line = DealLine.objects.select_for_update(of=("self",)).select_related("product").get(pk=line.pk)
    line.expect_version(version)
    changed = _set_line(line, fields, deal, now)
    if changed:
        line.save_fields(*changed, "total", at=now)
        events.announce("deal.line_updated", deal, by=by, at=now, line=str(line.pk))
        settle_amount(deal, by=by, now=now)
    return line


@transaction.atomic
def remove_line(*, line: DealLine, by: Member | None, now: datetime) -> Deal:
    """Take a line off a deal. After the last one the amount can be typed again. Announces `deal.line_removed`."""
    deal = _locked_deal(line.deal)
    deleted, _models = DealLine.objects.filter(pk=line.pk).delete()
    if not deleted:
        return deal
    events.announce("deal.line_removed", deal, by=by, at=now, line=str(line.pk))
    return settle_amount(deal, by=by, now=now)


def settle_amount(deal: Deal, *, by: Member | None, now: datetime) -> Deal:
    """Make the deal's amount the total of its lines, or give it back to be typed when there are none."""
    total = DealLine.objects.filter(deal=deal).aggregate(total=Sum("total"))["total"]
    return deal_actions.set_amount_from_lines(deal=deal, amount=total, by=by, now=now)


def checked_line(line: DealLine) -> DealLine:
    """A line with its total, checked and not kept.

    Raises:
        Refused: a value breaks a rule; it names the field.
    """
    if not line.product_id and not line.description.strip():
        raise Refused(_("Choose a product or describe what is sold."), field="product")
    check_fields(line, only=("description", "quantity", "unit_price", "discount"))
    line.add_up()
    check_fields(line, only=("total",))
    return line


def _set_line(line: DealLine, fields: LineFields, deal: Deal, now: datetime) -> Sequence[str]:
    wanted: dict[str, Any] = dict(fields)
    product = wanted.get("product", line.product if line.product_id else None)
    is_other = "product" in wanted and (product.pk if product else None) != line.product_id
    if wanted.get("unit_price") is None:
        wanted.pop("unit_price", None)
        quantity = wanted.get("quantity", line.quantity)
        if product and (is_other or line.unit_price is None):
            wanted["unit_price"] = price_of(product, quantity=quantity, currency=deal.currency, on=now.date())
        elif line.unit_price is None:
            raise Refused(_("Say what one of it costs."), field="unit_price")
    changes = apply_changes(line, wanted)
    checked_line(line)
    return list(changes)


def _locked_deal(deal: Deal) -> Deal:
    locked: Deal = Deal.objects.select_for_update().get(pk=deal.pk)
    return locked
