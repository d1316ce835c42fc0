"""What operators can ask. Nothing of a tenant's own schema is read: no customer stands here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import graphene
from django.db.models import QuerySet
from graphene_django import DjangoConnectionField, DjangoObjectType

from triptych.graphql.operator import reading
from triptych.platform.events.models import Delivery, Job
from triptych.platform.plugins.discovery import installed_plugins, quarantined_plugins
from triptych.tenants.models import Tenant as TenantModel

MAX_LINES = 1_000


class Tenant(DjangoObjectType):
    """A customer of ours."""

    class Meta:
        model = TenantModel
        name = "Tenant"
        interfaces = (graphene.relay.Node,)
        fields = (
            "name", "subdomain", "state", "stamp", "migration_error", "cell", "timezone", "currency", "language",
            "created_at", "trial_ends_at",
        )  # fmt: skip

    key = graphene.UUID(required=True, description="Its id, as usage and jobs name it.")
    domains = graphene.List(graphene.NonNull(graphene.String), required=True)
    enabled_plugins = graphene.List(graphene.NonNull(graphene.String), required=True)
    people_count = graphene.Int(required=True, description="How many people are members.")

    @staticmethod
    def resolve_key(tenant: TenantModel, info: Any) -> Any:
        return tenant.pk

    @staticmethod
    def resolve_domains(tenant: TenantModel, info: Any) -> list[str]:
        return sorted(domain.domain for domain in tenant.domains.all())


class OperatorJob(DjangoObjectType):
    """Long work that somebody started."""

    class Meta:
        model = Job
        name = "Job"
        interfaces = (graphene.relay.Node,)
        fields = (
            "tenant_id", "kind", "queue", "state", "starts", "done_count", "total_count", "note", "error",
            "cancel_requested", "heartbeat_at", "created_at", "finished_at",
        )  # fmt: skip


class DeadDelivery(DjangoObjectType):
    """An event that a handler gave up on. `manage dead_letters --replay` starts it again."""

    class Meta:
        model = Delivery
        name = "DeadDelivery"
        interfaces = (graphene.relay.Node,)
        fields = ("handler", "queue", "attempts")

    tenant_id = graphene.UUID(required=True)
    event = graphene.String(required=True, description="Its name, such as deal.moved.")
    at = graphene.DateTime(required=True, description="When it happened.")
    error = graphene.String(required=True, description="The first line of the last one.")

    @staticmethod
    def resolve_tenant_id(delivery: Delivery, info: Any) -> Any:
        return delivery.event.tenant_id

    @staticmethod
    def resolve_event(delivery: Delivery, info: Any) -> str:
        return delivery.event.name

    @staticmethod
    def resolve_at(delivery: Delivery, info: Any) -> datetime:
        return delivery.event.at

    @staticmethod
    def resolve_error(delivery: Delivery, info: Any) -> str:
        return delivery.last_error.strip().partition("\n")[0]


class UsageLine(graphene.ObjectType):
    """What one tenant used of one meter."""

    tenant = graphene.UUID(required=True)
    meter = graphene.String(required=True)
    quantity = graphene.Int(required=True)
    last_at = graphene.DateTime(required=True)


class Failure(graphene.ObjectType):
    """Where a plugin failed, and how often."""

    tenant = graphene.UUID()
    hook = graphene.String(required=True)
    error = graphene.String(required=True)
    count = graphene.Int(required=True)
    last_at = graphene.DateTime(required=True)


class PluginHealth(graphene.ObjectType):
    """How a plugin is doing in all tenants."""

    id = graphene.ID(required=True)
    label = graphene.String(required=True)
    version = graphene.String(required=True)
    quarantined_because = graphene.String(description="Why it was set aside when the server started.")
    tenant_count = graphene.Int(required=True, description="In how many tenants it is enabled.")
    failure_count = graphene.Int(required=True, description="How often it failed, all told.")
    failures = graphene.List(
        graphene.NonNull(Failure), required=True, first=graphene.Int(default_value=20), description="The latest first."
    )

    @staticmethod
    def resolve_tenant_count(plugin: PluginHealth, info: Any) -> int:
        return reading.tenants_with(str(plugin.id))

    @staticmethod
    def resolve_failure_count(plugin: PluginHealth, info: Any) -> int:
        return reading.failure_count(str(plugin.id))

    @staticmethod
    def resolve_failures(plugin: PluginHealth, info: Any, first: int) -> list[Failure]:
        latest = reading.failures_of(str(plugin.id))[: min(max(first, 0), 200)]
        return [
            Failure(tenant=row.tenant_id, hook=row.hook, error=row.error, count=row.count, last_at=row.last_at)
            for row in latest
        ]


class Query(graphene.ObjectType):
    tenants = DjangoConnectionField(
        Tenant, state=graphene.String(), search=graphene.String(), description="Tenants, the newest first."
    )
    tenant = graphene.Field(Tenant, subdomain=graphene.String(required=True), description="One tenant.")
    usage = graphene.List(
        graphene.NonNull(UsageLine),
        required=True,
        tenant=graphene.UUID(),
        meter=graphene.String(),
        since=graphene.DateTime(),
        until=graphene.DateTime(),
        first=graphene.Int(default_value=100),
        description="Sums per tenant and meter, the largest first.",
    )
    jobs = DjangoConnectionField(
        OperatorJob, state=graphene.String(), tenant=graphene.UUID(), description="Long work, the newest first."
    )
    dead_delivery_count = graphene.Int(required=True, description="Events that a handler gave up on.")
    dead_deliveries = DjangoConnectionField(DeadDelivery, tenant=graphene.UUID(), description="The latest first.")
    plugins = graphene.List(graphene.NonNull(PluginHealth), required=True, description="All installed plugins, by id.")

    @staticmethod
    def resolve_tenants(root: None, info: Any, state: str = "", search: str = "", **page: Any) -> QuerySet[Any]:
        return reading.tenants(state=state, search=search)

    @staticmethod
    def resolve_tenant(root: None, info: Any, subdomain: str) -> Any:
        return reading.tenants().filter(subdomain=subdomain).first()

    @staticmethod
    def resolve_usage(
        root: None,
        info: Any,
        first: int,
        tenant: Any = None,
        meter: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[UsageLine]:
        sums = reading.usage_sums(tenant=tenant, meter=meter, since=since, until=until)
        return [
            UsageLine(tenant=row["tenant_id"], meter=row["meter"], quantity=row["total"], last_at=row["last_at"])
            for row in sums[: min(max(first, 0), MAX_LINES)]
        ]

    @staticmethod
    def resolve_jobs(root: None, info: Any, state: str = "", tenant: Any = None, **page: Any) -> QuerySet[Any]:
        return reading.jobs(state=state, tenant=tenant)

    @staticmethod
    def resolve_dead_delivery_count(root: None, info: Any) -> int:
        return reading.dead_deliveries().count()

    @staticmethod
    def resolve_dead_deliveries(root: None, info: Any, tenant: Any = None, **page: Any) -> QuerySet[Any]:
        return reading.dead_deliveries(tenant=tenant)

    @staticmethod
    def resolve_plugins(root: None, info: Any) -> list[PluginHealth]:
        sound = [PluginHealth(id=one.id, label=str(one.label), version=one.version) for one in installed_plugins()]
        broken = [
            PluginHealth(id=one.id, label=one.id, version=one.version, quarantined_because=one.reason)
            for one in quarantined_plugins()
        ]
        return sorted([*sound, *broken], key=lambda plugin: str(plugin.id))


schema = graphene.Schema(query=Query)
