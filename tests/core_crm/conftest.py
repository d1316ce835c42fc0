"""What the tests of these rooms share."""

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

COUNTS = Path(__file__).parent / "query_counts.json"


@pytest.fixture
def agreed_costs(cast):
    """The statements that pages cost (`{name: url}`), compared with `query_counts.json`.

    Set `WRITE_QUERY_COUNTS=1` to agree on those of today.
    """

    def statements(url: str) -> int:
        cast["owner"].get(url)
        with CaptureQueriesContext(connection) as queries:
            assert cast["owner"].get(url).status_code == 200
        return len(queries)

    def compared(urls: dict[str, str]) -> dict[str, int]:
        counted = {name: statements(url) for name, url in urls.items()}
        agreed = json.loads(COUNTS.read_text())
        if os.environ.get("WRITE_QUERY_COUNTS"):
            COUNTS.write_text(json.dumps({**agreed, **counted}, indent=2, sort_keys=True) + "\n")
        assert counted == {name: agreed.get(name) for name in counted}
        return counted

    return compared
