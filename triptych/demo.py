"""The demo tenant: a small business to look around in, with every plugin and the removable sample pack."""

import contextlib
from pathlib import Path

from triptych.core_crm.samples import actions as samples
from triptych.platform import clock
from triptych.platform.languages import SOURCE
from triptych.platform.plugins.discovery import installed_plugins
from triptych.platform.refusals import Refused
from triptych.platform.scope import CONTROL, entered
from triptych.tenants import actions
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant
from triptych.tenants.plugins import enable_plugin

SUBDOMAIN = "demo"


def ensure(*, email: str, kept: Path, language: str = SOURCE) -> None:
    """Make the tenant `demo` in that language if it is missing. The file `kept` keeps its owner's password."""
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(actions.random_password())
    password = kept.read_text()
    with entered(CONTROL):
        exists = Tenant.objects.filter(subdomain=SUBDOMAIN).exists()
    if not exists:
        _make(email=email, password=password, language=language)


def _make(*, email: str, password: str, language: str) -> None:
    now = clock.now()
    tenant = actions.sign_up(
        name="Demo Tools",
        subdomain=SUBDOMAIN,
        email=email,
        person_name="Dana Demo",
        password=password,
        language=language,
        now=now,
    )
    for plugin in installed_plugins():
        with contextlib.suppress(Refused):  # what needs a plan stays off
            enable_plugin(tenant=tenant, plugin_id=plugin.id, by=None, now=now)
    with entered(tenant):
        samples.add_samples(by=Member.objects.get(email=email), now=now)
