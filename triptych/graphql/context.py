"""Who asks, and what one request remembers. Resolvers find it at `info.context`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, reduce
from typing import Any

from django.db.models import Model, QuerySet
from strawberry import Info

from triptych.graphql.hookspecs import Withheld
from triptych.platform.events import Event
from triptych.platform.plugins import hooks
from triptych.tenants.members.models import ApiToken, Member
from triptych.tenants.models import Tenant
from triptych.tenants.routing import TenantRequest

READ, WRITE = "read", "write"


@dataclass(frozen=True)
class Caller:
    """A member, acting in a browser's session (`token` is None, everything allowed) or through a token's scopes."""

    member: Member
    token: ApiToken | None = None

    @property
    def key(self) -> str:
        """Whose quota a request is charged to."""
        return f"token-{self.token.pk}" if self.token else f"member-{self.member.pk}"

    @property
    def may_read(self) -> bool:
        return self.token is None or READ in self.token.scopes

    @property
    def may_write(self) -> bool:
        """Whether both the role and the token allow changes."""
        return self.member.may_write and self.may_write_own

    @property
    def may_write_own(self) -> bool:
        """Whether the token allows changes; the rest of the answer is the role's."""
        return self.token is None or WRITE in self.token.scopes


class Heard:
    """In a subscription: which of the events it is after. Its root field says so when it first runs."""

    choose: Callable[[Member, Sequence[Event]], Sequence[Any]] | None = None


@dataclass
class Context:
    """One request to the API. `now` is the time of all its writes."""

    request: TenantRequest
    tenant: Tenant
    caller: Caller
    now: datetime
    heard: Heard | None = None
    _batches: dict[Any, tuple[Any, Mapping[Any, Any]]] = field(default_factory=dict)

    @property
    def member(self) -> Member:
        return self.caller.member

    def hidden_of(self, model: type[Model]) -> frozenset[str]:
        """The columns of a model that the caller may not know."""
        return frozenset(name for one in self._withheld[model] for name in one.hidden)

    def fixed_of(self, model: type[Model]) -> frozenset[str]:
        """The columns of a model that the caller may not change."""
        return frozenset(name for one in self._withheld[model] for name in one.fixed)

    def seen_of(self, model: type[Model]) -> QuerySet[Any, Any] | None:
        """The keys of the records of a model that the caller sees, None if that is all of them."""
        found = [keys for one in self._withheld[model] if (keys := one.seen()) is not None]
        return reduce(lambda keys, more: keys.filter(pk__in=more), found) if found else None

    @property
    def hidden_fields(self) -> list[str]:
        """All that is hidden from the caller, as `deal.amount`."""
        names = ((model._meta.model_name, name) for model in list(self._withheld) for name in self.hidden_of(model))
        return sorted(f"{kind}.{name}" for kind, name in names)

    @cached_property
    def _withheld(self) -> Mapping[type[Model], list[Withheld]]:
        found: defaultdict[type[Model], list[Withheld]] = defaultdict(list)
        for one in hooks.gather("withheld_fields", member=self.member):
            found[one.model].append(one)
        return found

    def batch(self, key: Any, source: Any, load: Callable[[list[Any]], Mapping[Any, Any]]) -> Any:
        """The value of `source` out of what `load` computes at once for it and all its peers (see `peers`).

        `load` gets the records and answers with a mapping by primary key. It runs once per `key` and group of peers.
        """
        group = peers(source)
        known = self._batches.get((key, id(group)))
        if known is None:
            known = self._batches[key, id(group)] = (group, load(group))
        return known[1].get(source.pk)


ApiInfo = Info[Context, None]


def peers(record: Any) -> list[Any]:
    """The records that were fetched together with this one, itself among them."""
    group: list[Any] | None = record.__dict__.get("_peers")
    return [record] if group is None else group


def group_as_peers(records: Iterable[Any]) -> None:
    """Remember that these records belong to one list, so that fields can be computed for all of them at once."""
    group: list[Any] = []
    seen: set[Any] = set()
    for record in records:
        record.__dict__["_peers"] = group
        if record.pk not in seen:
            seen.add(record.pk)
            group.append(record)
