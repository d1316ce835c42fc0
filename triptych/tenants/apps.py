from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "triptych.tenants"
    label = "tenants"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.account.models import EmailAddress
        from allauth.mfa.models import Authenticator

        from triptych.platform.events import tenancy
        from triptych.platform.live import passes
        from triptych.tenants import (
            checks,  # noqa: F401 - registers itself
            directory,
            health,  # noqa: F401 - registers itself
            live_passes,
        )
        from triptych.tenants.personal import written_in_control

        tenancy.register(tenancy.Directory(find=directory.find, working=directory.working))
        passes.register(live_passes.still_good)
        for model in (EmailAddress, Authenticator):
            written_in_control(model)
