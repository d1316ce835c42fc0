"""The pytest plugin for Triptych and for whoever writes plugins for it.

In the `conftest.py` of a test folder:

    pytest_plugins = ["triptych.testing"]

and in the settings of pytest `DJANGO_SETTINGS_MODULE = "triptych.settings"`. Tests that touch records carry
`pytestmark = pytest.mark.django_db`. docs/plugins.md lists the fixtures.
"""

import pytest

pytest.register_assert_rewrite("triptych.testing.contract")

from triptych.testing.database import (  # noqa: E402
    _files_of_this_run,
    committed,
    django_db_setup,
    fresh_tenant,
    now,
)
from triptych.testing.people import api, cast, in_tenant, members, other_tenant, tenant  # noqa: E402
from triptych.testing.plugins import _no_troubles_left, disable, drain, enable, pretend  # noqa: E402

__all__ = [
    "_files_of_this_run",
    "_no_troubles_left",
    "api",
    "cast",
    "committed",
    "disable",
    "django_db_setup",
    "drain",
    "enable",
    "fresh_tenant",
    "in_tenant",
    "members",
    "now",
    "other_tenant",
    "pretend",
    "tenant",
]
