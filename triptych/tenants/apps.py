from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "triptych.tenants"
    label = "tenants"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from triptych.tenants import checks  # noqa: F401 - registers itself
