"""The control schema: tenants and their domains, people and their memberships, sessions, entitlements and usage.

A tenant's role reads only its own rows here; `isolation.py` has the policies.
"""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower
from django_tenants.models import DomainMixin, TenantMixin

from triptych.platform.ids import new_id
from triptych.tenants.personal import written_in_control


def schema_of(tenant_id: UUID) -> str:
    """The name of a tenant's schema and role: its id, never its subdomain, so that renaming moves nothing."""
    return f"t_{tenant_id.hex}"


class TenantQuerySet(models.QuerySet["Tenant"]):
    def named(self) -> TenantQuerySet:
        """Tenants that somebody has signed up for; spares have no name yet."""
        return self.exclude(state__in=[Tenant.State.SPARE, Tenant.State.ERASED])

    def spare(self, *, stamp: str) -> TenantQuerySet:
        """Whole tenants without a name, made with the tables of that stamp."""
        return self.filter(state=Tenant.State.SPARE, stamp=stamp)

    def stale(self, *, stamp: str) -> TenantQuerySet:
        """Tenants whose tables are not those of that stamp."""
        return self.exclude(stamp=stamp).exclude(state=Tenant.State.ERASED)


class Tenant(TenantMixin):
    """One customer of ours. It is a scope: a connection can enter it (`platform.scope.entered`)."""

    class State(models.TextChoices):
        SPARE = "spare"
        TRIAL = "trial"
        ACTIVE = "active"
        PAST_DUE = "past_due"
        SUSPENDED = "suspended"
        CLOSED = "closed"
        ERASED = "erased"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200, blank=True)
    subdomain = models.CharField(max_length=63, unique=True, null=True)  # noqa: DJ001 - many spares have none
    state = models.CharField(max_length=10, choices=State.choices, default=State.SPARE, db_index=True)
    stamp = models.CharField(max_length=64, blank=True, help_text="Fingerprint of the migrations its tables stand at.")
    migration_error = models.TextField(blank=True)
    cell = models.CharField(max_length=40, default="main")
    enabled_plugins = models.JSONField(default=list)
    fields_stamp = models.CharField(
        max_length=64, blank=True, default="", help_text="Fingerprint of the fields it has added to its records."
    )
    timezone = models.CharField(max_length=60, default="UTC")
    currency = models.CharField(max_length=3, default="EUR")
    language = models.CharField(max_length=10, default="en")
    accent = models.CharField(
        max_length=7, blank=True, default="", help_text="Its colour as #rrggbb; empty for Triptych's own."
    )
    created_at = models.DateTimeField()
    trial_ends_at = models.DateTimeField(null=True, blank=True)

    objects = TenantQuerySet.as_manager()

    auto_create_schema = False

    def __str__(self) -> str:
        return self.name or self.schema_name

    def __enter__(self) -> Any:
        raise TypeError("`with tenant:` shares its stack between threads. Use `with entered(tenant):`.")

    @property
    def role(self) -> str:
        return self.schema_name

    @property
    def search_path(self) -> tuple[str, ...]:
        return (self.schema_name, "public", "cell")

    @property
    def is_open(self) -> bool:
        """Whether people may work in it."""
        return self.state in (self.State.TRIAL, self.State.ACTIVE, self.State.PAST_DUE)


class Domain(DomainMixin):
    """A host name that leads to a tenant."""


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email__iexact=username)


@written_in_control
class Person(AbstractBaseUser):
    """Somebody who signs in: one identity and one password, a member of any number of tenants."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="person_email_once")]

    def __str__(self) -> str:
        return self.email


class Membership(models.Model):
    """That a person belongs to a tenant. Role and rights stand on the tenant's own `Member`, of the same id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="memberships")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "tenant"], name="membership_once")]


class Session(AbstractBaseSession):
    """A signed-in browser. It belongs to one tenant, or to the public host when `tenant` is empty."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, null=True)
    person = models.ForeignKey(Person, models.CASCADE, null=True)
    created_at = models.DateTimeField(help_text="When somebody signed in with it.")
    last_used_at = models.DateTimeField(help_text="To within some minutes.")
    user_agent = models.CharField(max_length=300, blank=True)

    @classmethod
    def get_session_store_class(cls) -> type[Any]:
        from triptych.tenants.sessions import SessionStore

        return SessionStore


class Handover(models.Model):
    """A one-time pass by which a person goes from one of their tenants to another without signing in again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, models.CASCADE)
    tenant = models.ForeignKey(Tenant, models.CASCADE)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Entitlement(models.Model):
    """What a tenant may use and how much of it: seats, plugins, meters. Empty `quantity` means without limit."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="entitlements")
    key = models.CharField(max_length=80)
    quantity = models.PositiveBigIntegerField(null=True)
    source = models.CharField(max_length=40, help_text="Who granted it: trial, plan, operator.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)


class Usage(models.Model):
    """One metered happening. `identifier` makes counting it twice impossible."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE)
    meter = models.CharField(max_length=80)
    quantity = models.BigIntegerField(default=1)
    identifier = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "meter", "identifier"], name="usage_once")]


class Blueprint(models.Model):
    """The tables of an empty tenant as DDL text, dumped once per set of migrations and replayed for each new one."""

    stamp = models.CharField(primary_key=True, max_length=64)
    ddl = models.TextField()
    created_at = models.DateTimeField()
