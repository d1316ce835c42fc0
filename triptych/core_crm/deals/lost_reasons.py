"""Why deals are lost: what a person chooses from, and how that is changed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.deals.models import LostReason
from triptych.platform import events
from triptych.platform.changes import check_fields
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

MOST = 50


def lost_reasons() -> list[str]:
    """The reasons to choose from, in order: the tenant's own, or the usual ones while it has none."""
    own = list(LostReason.objects.order_by("position", "pk").values_list("name", flat=True))
    return own or [
        _("Price"), _("Chose a competitor"), _("No budget"), _("No decision"), _("Bad timing"), _("Does not fit"),
    ]  # fmt: skip


@transaction.atomic
def set_lost_reasons(*, reasons: Sequence[str], by: Member | None, now: datetime) -> list[str]:
    """Offer these reasons from now on, in this order; none stands for the usual ones. Deals keep what was said of them.

    Announces `lost_reasons.set`.

    Raises:
        Refused: there are too many, one is named twice, or one cannot be kept.
    """
    names = [name for reason in reasons if (name := reason.strip())]
    if len(names) > MOST:
        raise Refused(_("Keep at most %d reasons: a long list is not read.") % MOST, field="reasons")
    if len({name.casefold() for name in names}) < len(names):
        raise Refused(_("Name each reason once."), field="reasons")
    rows = [LostReason(name=name, position=position) for position, name in enumerate(names)]
    for row in rows:
        try:
            check_fields(row, only=("name",))
        except Refused as refused:
            raise Refused(refused.message, field="reasons") from refused
    LostReason.objects.all().delete()
    LostReason.objects.bulk_create(rows)
    events.announce("lost_reasons.set", None, by=by, at=now, reasons=names)
    return lost_reasons()
