"""Bringing back what a record held before a change, through the action by which its page changes it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.audit import access, telling
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

OWN = f"{telling.OWN_VALUES}."
"""What stands before the id of a custom field."""


@transaction.atomic
def restore(*, entry_id: UUID, fields: Collection[str] = (), by: Member, now: datetime) -> Any:
    """Give a record back what it held before the change that entry `entry_id` tells of; `fields` leaves only those.

    It is a change like any other: the same rights, rules and events, and an entry of its own. Returns the record.

    Raises:
        Http404: the member sees no such record.
        Forbidden: they may not change it.
        Refused: nothing of it can be brought back, or a value fits no more; nothing is changed then.
    """
    spec, record, entry = access.entry_to_restore(by, entry_id)
    (told,) = telling.told([entry], by)
    names = [line.name for line in told.lines if line.is_restorable and (not fields or line.name in fields)]
    unknown = [name for name in fields if name not in names]
    if unknown or not names or spec.editing is None:
        message = _("“%(name)s” cannot be brought back from this entry.")
        raise Refused(message % {"name": unknown[0] if unknown else told.what}, field="fields")
    own = [name.removeprefix(OWN) for name in names if name.startswith(OWN)]
    standard = [name for name in names if not name.startswith(OWN)]
    columns = {spec.model._meta.get_field(name).attname: name for name in standard}  # type: ignore[union-attr]
    before = {name: entry.before.get(column) for column, name in columns.items()}
    if own:
        held = entry.before.get(telling.OWN_VALUES) or {}
        before[telling.OWN_VALUES] = {key: held.get(key) for key in own}
    spec.editing.put_back(record, before, {}, by=by, now=now)
    return record
