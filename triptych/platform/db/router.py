"""Which app's tables stand in which kind of schema. An app is in exactly one of the three lists of the settings."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections


def apps_of(schema_name: str) -> list[str]:
    """The app names whose tables belong in the schema of that name; none for *nowhere*."""
    by_schema: dict[str, list[str]] = {"public": settings.SHARED_APPS, "cell": settings.CELL_APPS}
    return by_schema.get(schema_name, settings.TENANT_APPS if schema_name.startswith("t_") else [])


class SchemaRouter:
    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        config = apps.get_app_config(app_label)
        full_name = f"{type(config).__module__}.{type(config).__name__}"
        here = apps_of(connections[db].schema_name)  # type: ignore[attr-defined]
        return config.name in here or full_name in here
