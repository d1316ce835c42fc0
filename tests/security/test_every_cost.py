"""What every page of a tenant's host costs in statements, so that a change of it is seen in the diff.

The numbers stand in `page_costs.json`, by route. Set `WRITE_QUERY_COUNTS=1` to agree on those of today.
"""

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db

FILE = Path(__file__).parent / "page_costs.json"
SKIPPED = ("design/", "arrive/", "login/", "logout/", "graphql/")
"""Shown in development only, or over once they are opened."""


def cost_of(browser, address):
    """The statements of the second call: the first one fills caches. None where nothing is shown."""
    response = browser.get(address)
    if response.status_code != 200 or response.streaming:
        return None
    with CaptureQueriesContext(connection) as statements:
        browser.get(address)
    return len(statements)


def test_every_page_costs_what_was_agreed(cast, addresses):
    costs = {route: cost_of(cast["owner"], at) for route, at in addresses.items() if not route.startswith(SKIPPED)}
    costs = {route or "/": cost for route, cost in costs.items() if cost is not None}
    if os.environ.get("WRITE_QUERY_COUNTS"):
        FILE.write_text(json.dumps(costs, indent=2, sort_keys=True) + "\n")

    assert costs == json.loads(FILE.read_text())
