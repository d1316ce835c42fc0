"""What went wrong in plugins, kept in the cell schema. A tenant's role may read its own rows; `failures` writes."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from triptych.platform.ids import new_id


class PluginFailureQuerySet(models.QuerySet["PluginFailure"]):
    def of_tenant(self, tenant_id: UUID) -> PluginFailureQuerySet:
        """One tenant's failures, the latest first."""
        return self.filter(tenant_id=tenant_id).order_by("-last_at", "pk")


class PluginFailure(models.Model):
    """That a plugin's hook failed in a tenant: the latest error and how often, from when to when.

    `tenant_id` is empty when it failed outside any tenant.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField(null=True)
    plugin = models.CharField(max_length=40)
    hook = models.CharField(max_length=100)
    error = models.CharField(max_length=500)
    count = models.PositiveBigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)

    objects = PluginFailureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "plugin", "hook"], name="plugin_failure_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.plugin}.{self.hook}: {self.error}"
