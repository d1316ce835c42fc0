"""Own fields that were deleted, by the names that people knew them by."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields.models import CustomField, Who
from triptych.tenants.members.models import Member

LIST_PREFIX = "custom_"


def as_people_say(names: Iterable[str], member: Member) -> list[str]:
    """The names of a list's fields, those of own fields as their label while they are in the bin.

    One that was forgotten since, or is not for the member to know, is “an own field”. One statement if there is any.
    """
    wanted = list(names)
    keys = {name: key for name in wanted if (key := _key(name)) is not None}
    if not keys:
        return wanted
    found = CustomField.objects.deleted().filter(pk__in=keys.values())
    if not member.may_administer:
        found = found.filter(seen_by=Who.EVERYBODY)
    labels = dict(found.values_list("pk", "label"))
    return list(dict.fromkeys(labels.get(keys[name], _("an own field")) if name in keys else name for name in wanted))


def _key(name: str) -> UUID | None:
    try:
        return UUID(name.removeprefix(LIST_PREFIX)[:32]) if name.startswith(LIST_PREFIX) else None
    except ValueError:
        return None
