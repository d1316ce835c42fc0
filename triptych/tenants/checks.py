"""What `triptych check --deploy` finds unsafe in public, beyond Django's own checks."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def check_environment(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Name each setting that suits one machine and not the public."""
    given = settings.ENVIRONMENT
    unsafe = [
        (
            given.triptych_mode != "production",
            "TRIPTYCH_MODE is development: errors show their insides. Set production.",
        ),
        (
            given.triptych_scheme != "https",
            "TRIPTYCH_SCHEME is http: cookies travel readable. Serve HTTPS and set https.",
        ),
        (
            given.triptych_base_domain == "localhost",
            "TRIPTYCH_BASE_DOMAIN is localhost. Set the domain of your tenants.",
        ),
        (
            not given.database_owner_url,
            "DATABASE_OWNER_URL is not set: web holds the owner's rights. Give both a login.",
        ),
        (not given.broker_url, "BROKER_URL is not set: tasks run in one process. Set a Redis or RabbitMQ address."),
        (not given.email_url, "EMAIL_URL is not set: mails are written to a folder. Set an SMTP address."),
        (given.cache_url.startswith("locmem"), "CACHE_URL is not set: each process counts quotas alone. Set Redis."),
    ]
    return [
        Warning(sentence, id=f"triptych.W{number:03}")
        for number, (is_unsafe, sentence) in enumerate(unsafe, 1)
        if is_unsafe
    ]
