"""What cases contribute to the generic hooks."""

from datetime import datetime

from triptych.core_crm.cases.defaults import make_defaults
from triptych.platform.plugins import hookimpl


@hookimpl
def tenant_defaults(now: datetime) -> None:
    make_defaults(now)
