"""Telling whoever was given many records at once, by an import or a change to a list: once, and how many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.lists.nouns import all_lists
from triptych.core_crm.lists.spec import ListSpec
from triptych.core_crm.notifications.access import visible_keys
from triptych.core_crm.notifications.actions import notify
from triptych.core_crm.notifications.hooks import ASSIGNED
from triptych.core_crm.rights.access import as_seen
from triptych.core_crm.words import words_of
from triptych.platform import clock
from triptych.platform.events import Event
from triptych.tenants.members.models import Member

CHUNK = 1_000


def tell_new_owners(kind: str, before: Mapping[UUID, str | None], event: Event, *, whole: str) -> None:
    """Tell members which records of a kind they have been given since, by the owners that these had `before`.

    One is told with its name, several as so many of their list. `whole` names what gave them, to be told of once.
    """
    spec = all_lists().get(kind)
    if spec is None or event.by is None or not before:
        return
    given: dict[UUID, list[UUID]] = defaultdict(list)
    for pk, owner in _owners(spec.model, list(before)):
        if owner != event.by and str(owner) != before[pk]:
            given[owner].append(pk)
    for member in Member.objects.active().filter(pk__in=list(given)).order_by("pk"):
        seen = sorted(visible_keys(member, kind, given[member.pk]))
        if seen:
            _tell(member, spec, seen, event, key=f"assigned:{whole}:{member.pk}")


def _owners(model: Any, keys: list[UUID]) -> list[tuple[UUID, UUID]]:
    rows = model.objects.alive().filter(owner__isnull=False)
    chunks = (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
    return [row for chunk in chunks for row in rows.filter(pk__in=chunk).values_list("pk", "owner_id")]


def _tell(member: Member, spec: ListSpec, keys: list[UUID], event: Event, *, key: str) -> None:
    record: Any = spec.model._default_manager.get(pk=keys[0]) if len(keys) == 1 else None
    notify(
        to=[member], kind=ASSIGNED, title=partial(_title, spec, record, len(keys)), by=event.by, now=clock.now(),
        about=RecordRef.of(record) if record else None, key=key,
        url=record.get_absolute_url() if record else f"{spec.home}?owner=me",
    )  # fmt: skip


def _title(spec: ListSpec, record: Any, count: int, reader: Member) -> str:
    what = as_seen(reader, record) if record else count
    kind = words_of(type(record)) if record else spec.label
    return _("%(kind)s for you: %(what)s") % {"kind": kind, "what": what}
