"""Values of conditions and groups as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from triptych.core_crm.lists.conditions import ME, MY_TEAM, NOBODY, Asker
from triptych.core_crm.lists.fields import Field, Type
from triptych.tenants.members.models import Member


def words_of(field: Field, values: Sequence[str], asker: Asker) -> str:
    """The values of a condition, with the names of records instead of their keys."""
    names = named(field, values, asker)
    joint = _(" and ") if field.type in (Type.NUMBER, Type.MONEY, Type.DAY, Type.MOMENT) else ", "
    return joint.join(names.get(value, value) for value in values)


def named(field: Field, values: Sequence[str], asker: Asker) -> dict[str, str]:
    """What each value is called."""
    special = {ME: _("me"), MY_TEAM: _("my team"), NOBODY: _("nobody")} if field.type is Type.MEMBER else {}
    if field.type is Type.DAY or field.type is Type.MOMENT:
        special = {"today": _("today"), "yesterday": _("yesterday"), "tomorrow": _("tomorrow")}
    if field.choices:
        return {**special, **{str(key): str(label) for key, label in field.choices(asker.member)}}
    keys = [key for value in values if (key := _key(value))]
    if not keys or field.type not in (Type.MEMBER, Type.RECORD):
        return special
    records: Any = Member.objects.all() if field.type is Type.MEMBER else field.records and field.records(asker.member)
    found = records.filter(pk__in=keys) if records is not None else ()
    return {**special, **{str(one.pk): str(one) for one in found}}


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
