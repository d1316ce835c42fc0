"""Own fields of deals as what a stage may ask for before it lets a deal in."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.custom_fields.computed.resolving import values_of
from triptych.core_crm.custom_fields.kinds import kind_of
from triptych.core_crm.custom_fields.models import CustomField, FieldKind
from triptych.core_crm.deals.hookspecs import DealRequirement
from triptych.core_crm.deals.models import Deal
from triptych.tenants.members.models import Member

PREFIX = "own."


def requirements(names: Collection[str]) -> list[DealRequirement]:
    """A requirement for each own field of deals, and for those among `names` that are in the bin."""
    fields = definitions.of("deal")
    found = [_requirement(field) for field in fields]
    gone = [name for name in names if name.startswith(PREFIX) and fields.find(name.removeprefix(PREFIX)) is None]
    return [*found, *(_deleted(field) for field in _in_bin(gone))]


def _requirement(field: CustomField) -> DealRequirement:
    return DealRequirement(
        f"{PREFIX}{field.key}",
        _("%(field)s: yes") % {"field": field.label} if _is_yes_or_no(field) else field.label,
        partial(_is_met, field),
        how=_("It is worked out from other fields.") if field.is_computed else "",
        field=field.form_name,
        is_seen=partial(_is_seen, field),
    )


def _deleted(field: CustomField) -> DealRequirement:
    return DealRequirement(f"{PREFIX}{field.key}", field.label, lambda _deal: True, is_offered=False)


def _in_bin(names: Collection[str]) -> list[CustomField]:
    keys = [name.removeprefix(PREFIX) for name in names]
    wanted = [UUID(key) for key in keys if _is_key(key)]
    return list(CustomField.objects.deleted().filter(pk__in=wanted).in_order()) if wanted else []


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _is_met(field: CustomField, deal: Deal) -> bool:
    """Whether the deal has a value there; of a field of yes or no, whether it says yes."""
    stored = deal.custom.get(field.key)
    if field.is_computed:
        stored = values_of([field], [deal.pk]).get(deal.pk, {}).get(field.key)
    value = kind_of(field).value(field, stored)
    return value is True if _is_yes_or_no(field) else value not in (None, "", [])


def _is_yes_or_no(field: CustomField) -> bool:
    return FieldKind.BOOLEAN in (field.kind, field.result)


def _is_seen(field: CustomField, member: Member | None) -> bool:
    return member is None or field in definitions.of("deal").seen_by(member).fields
