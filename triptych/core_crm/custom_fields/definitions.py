"""The fields of the current tenant, from memory: the tenant's stamp says which ones they are.

Every page asks for them, so they may cost no statement. The stamp is a fingerprint of the fields and stands on the
tenant, which each request reads anyway; a process keeps the fields of the stamps that it saw last.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from django.forms.models import model_to_dict

from triptych.core_crm.custom_fields.models import CustomField, Who
from triptych.platform import scope
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant

KEPT = 200
"""Of how many tenants a process remembers the fields."""

_known: OrderedDict[str, tuple[CustomField, ...]] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Definitions:
    """The fields of one kind of record, in their order."""

    fields: tuple[CustomField, ...] = ()

    def __iter__(self) -> Iterator[CustomField]:
        return iter(self.fields)

    def __bool__(self) -> bool:
        return bool(self.fields)

    def find(self, name: str) -> CustomField | None:
        """The field of that id, API name or form name."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, CustomField]:
        named = [(name, field) for field in self.fields for name in (field.api_name, field.form_name, field.key)]
        return dict(named)

    def seen_by(self, member: Member) -> Definitions:
        """Those whose values the member may see; of those that are worked out, also all that they come from."""
        found = self if member.may_administer else _only(self, "seen_by")
        return found._readable_by(member, self) if self.has_computed else found

    def changed_by(self, member: Member) -> Definitions:
        """Those whose values the member may change, as far as they may change the record."""
        typed = self.typed
        return typed if member.may_administer else _only(_only(typed, "seen_by"), "changed_by")

    @cached_property
    def typed(self) -> Definitions:
        """Those whose values people type."""
        return Definitions(tuple(field for field in self if not field.is_computed)) if self.has_computed else self

    @cached_property
    def has_computed(self) -> bool:
        return any(field.is_computed for field in self)

    def _readable_by(self, member: Member, known: Definitions) -> Definitions:
        from triptych.core_crm.custom_fields.computed.rights import may_see  # which knows the nouns

        own = {field.api_name: field for field in known}
        return Definitions(tuple(one for one in self if not one.is_computed or may_see(member, one, own)))


def _only(found: Definitions, right: str) -> Definitions:
    return Definitions(tuple(field for field in found if getattr(field, right) == Who.EVERYBODY))


NONE = Definitions()


def of(kind: str) -> Definitions:
    """The fields of a kind of record in the current tenant; none outside of one."""
    stamp = stamp_here()
    return _by_kind(stamp).get(kind, NONE) if stamp else NONE


def everything() -> tuple[CustomField, ...]:
    """All fields of the current tenant, by kind of record and position."""
    stamp = stamp_here()
    return _loaded(stamp) if stamp else ()


def stamp_here() -> str:
    """The stamp of the current tenant; empty when it has added no field."""
    return getattr(scope.current(), "fields_stamp", "")


_kinds: OrderedDict[str, dict[str, Definitions]] = OrderedDict()


def _by_kind(stamp: str) -> dict[str, Definitions]:
    found = _kinds.get(stamp)
    if found is None:
        grouped: dict[str, list[CustomField]] = {}
        for field in _loaded(stamp):
            grouped.setdefault(field.object, []).append(field)
        found = {kind: Definitions(tuple(fields)) for kind, fields in grouped.items()}
        with _lock:
            _keep(_kinds, stamp, found)
    return found


def _loaded(stamp: str) -> tuple[CustomField, ...]:
    found = _known.get(stamp)
    if found is None:
        found = tuple(CustomField.objects.alive().in_order())
        with _lock:
            _keep(_known, stamp, found)
    return found


def _keep(memory: OrderedDict[str, Any], stamp: str, value: Any) -> None:
    memory[stamp] = value
    memory.move_to_end(stamp)
    while len(memory) > KEPT:
        memory.popitem(last=False)


def restamp() -> None:
    """Tell every process that the fields of the current tenant have changed. Part of the transaction that did it."""
    tenant: Any = scope.current()
    with entered(CONTROL):
        Tenant.objects.select_for_update().only("pk").get(pk=tenant.pk)  # two changes at once: one after the other
        with entered(tenant):
            stamp = _fingerprint(CustomField.objects.alive().in_order())
        Tenant.objects.filter(pk=tenant.pk).update(fields_stamp=stamp)
    tenant.fields_stamp = stamp  # this request goes on with what it has just changed


def _fingerprint(fields: Any) -> str:
    rows = [(field.key, model_to_dict(field), field.version) for field in fields]
    if not rows:
        return ""
    return hashlib.sha256(json.dumps(rows, default=str, sort_keys=True).encode()).hexdigest()
