"""What recurs in each tenant. Declared in code, kept per tenant in a table, fired by the relay as an event.

    @schedules.daily("06:30")
    def remind_of_overdue_tasks(event: Event) -> None: ...

A firing is announced like anything else that happens, so it is handled, retried and given up in the same way.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from triptych.platform.events import tenancy
from triptych.platform.events.models import Outbox, Schedule
from triptych.platform.events.registry import Handle, Handler, discover, handler_named, handles
from triptych.platform.events.tenancy import TenantScope
from triptych.platform.ids import new_id
from triptych.platform.scope import CELL, entered

BATCH = 500
EVENT = "schedule:"
"""The events of a firing are named this and the name of the function."""

Rule = Callable[[datetime, TenantScope], datetime]
"""When a schedule falls due next after an instant, in a tenant."""


@dataclass(frozen=True)
class Declared:
    """A schedule as the code declares it."""

    rule: Rule
    handler: str

    def belongs_to(self, tenant: TenantScope) -> bool:
        handler: Handler | None = handler_named(self.handler)
        return handler is not None and handler.runs_in(tenant)


_declared: dict[str, Declared] = {}


def every(period: timedelta, *, plugin: str = "", queue: str = "interactive") -> Callable[[Handle], Handle]:
    """Run the decorated function in each tenant again and again, a period apart. Missed firings are not made up."""
    return _declare(lambda after, tenant: after + period, plugin, queue)


def daily(at: str, *, plugin: str = "", queue: str = "interactive") -> Callable[[Handle], Handle]:
    """Run the decorated function in each tenant once a day, at that time of its time zone (`"06:30"`)."""
    wall = time.fromisoformat(at)

    def rule(after: datetime, tenant: TenantScope) -> datetime:
        zone = ZoneInfo(tenant.timezone)
        today = datetime.combine(after.astimezone(zone), wall, tzinfo=zone)
        return today if today > after else datetime.combine(today + timedelta(days=1), wall, tzinfo=zone)

    return _declare(rule, plugin, queue)


def _declare(rule: Rule, plugin: str, queue: str) -> Callable[[Handle], Handle]:
    def register(function: Handle) -> Handle:
        name = f"{function.__module__}.{function.__qualname__}"
        _declared[name] = Declared(rule, name)
        return handles(EVENT + name, plugin=plugin, queue=queue)(function)

    return register


def forget(function: Handle) -> None:
    """Undo a declaration, for tests."""
    _declared.pop(f"{function.__module__}.{function.__qualname__}", None)


def plant(*, at: datetime) -> int:
    """Note when each schedule next falls due, for tenants in which it stands nowhere yet. Returns how many it noted."""
    discover()
    tenants = list(tenancy.directory().working())
    with entered(CELL):
        known = set(Schedule.objects.values_list("tenant_id", "name"))
        return len(Schedule.objects.bulk_create(_missing(tenants, known, at), ignore_conflicts=True))


def _missing(tenants: list[TenantScope], known: set[tuple[UUID, str]], at: datetime) -> Iterator[Schedule]:
    for tenant in tenants:
        for name, declared in _declared.items():
            if (tenant.id, name) not in known and declared.belongs_to(tenant):
                yield Schedule(tenant_id=tenant.id, name=name, next_at=declared.rule(at, tenant))


def fire_due(*, at: datetime) -> int:
    """Announce what has fallen due and note when it does so again. Returns how many events it wrote.

    Rows of schedules that the code lost, of erased tenants and of plugins that are off go away; `plant` brings
    them back.
    """
    discover()
    with entered(CELL), transaction.atomic():
        due = list(
            Schedule.objects.select_for_update(skip_locked=True)
            .filter(next_at__lte=at)
            .order_by("next_at", "pk")[:BATCH]
        )
        tenants = {tenant_id: tenancy.directory().find(tenant_id) for tenant_id in {row.tenant_id for row in due}}
        fired: list[Schedule] = []
        for row in due:
            declared, tenant = _declared.get(row.name), tenants[row.tenant_id]
            if declared and tenant and declared.belongs_to(tenant):
                row.next_at = declared.rule(at, tenant)
                fired.append(row)
        Schedule.objects.bulk_update(fired, ["next_at"])
        Schedule.objects.filter(pk__in={row.pk for row in due} - {row.pk for row in fired}).delete()
        Outbox.objects.bulk_create(
            Outbox(id=new_id(), tenant_id=row.tenant_id, name=EVENT + row.name, at=at) for row in fired
        )
    return len(fired)
