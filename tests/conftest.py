"""The fixtures of all tests are those that authors of plugins use, too: `triptych.testing`."""

import os

import pytest

pytest_plugins = ["triptych.testing"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where a part is absent a test skips, with one clear line. In CI every part is there, and none may skip."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {report.longrepr[-1]}"
    return report


@pytest.fixture(scope="session", autouse=True)
def _browser_assets():
    """The files of the npm packages that pages are made with, as `triptych up` fetches them. Once per lock file."""
    from triptych.platform.web import assets

    assets.fetch()
