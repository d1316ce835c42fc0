from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "triptych.tenants"
    label = "tenants"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from triptych.platform.events import tenancy
        from triptych.tenants import (
            checks,  # noqa: F401 - registers itself
            directory,
            health,  # noqa: F401 - registers itself
        )

        tenancy.register(tenancy.Directory(find=directory.find, working=directory.working))
