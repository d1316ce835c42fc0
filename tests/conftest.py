"""The fixtures of all tests are those that authors of plugins use, too: `triptych.testing`."""

import gc
import os
import sys

import pytest
from hypothesis import settings

# Where the environment forbids keeping compiled code, each of the many processes of a run would compile all of it anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

pytest_plugins = ["triptych.testing"]

SLOW = (
    "tests/core_crm/duplicates/test_merging.py", "tests/core_crm/test_imports_", "tests/e2e/", "tests/fault/",
    "tests/platform/test_plugins_", "tests/plugins/test_example.py", "tests/tenants/test_fleet.py",
    "tests/tenants/test_provisioning.py", "tests/test_up.py",
)  # fmt: skip
"""Files that take long: they begin first, or one process would still be at such a file when the others have ended."""

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where a part is absent a test skips, with one clear line. In CI every part is there, and none may skip."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {report.longrepr[-1]}"
    return report


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW))


def pytest_collection_finish():
    """Thousands of tests and modules stay until the end: whoever collects garbage need not look at them each time."""
    gc.collect()
    gc.freeze()


def pytest_xdist_auto_num_workers(config):
    """The whole suite runs on every core and one more, since tests wait for databases, browsers and processes of their
    own; what somebody names runs at once, in this process."""
    return (os.cpu_count() or 1) + 1 if config.args_source is config.ArgsSource.TESTPATHS else 0


@pytest.fixture(autouse=True)
def _english_again():
    """A request leaves the language of its page behind in the thread."""
    from django.utils.translation import override

    with override("en"):
        yield


def pytest_sessionstart(session):
    """Fetch the browser's assets as `triptych up` does: once per lock file, before the processes that share them."""
    from triptych.platform.web import assets

    if not hasattr(session.config, "workerinput"):
        assets.fetch()
