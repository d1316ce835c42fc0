"""Dates and times of every object, own fields too: what no page could show is rejected with its reason."""

import io
import json
from datetime import UTC, datetime

import pytest

from triptych.core_crm.activities.models import Activity
from triptych.core_crm.cases.models import Case
from triptych.core_crm.contacts.models import Company
from triptych.core_crm.custom_fields.actions import create_field
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.imports import several_command
from triptych.core_crm.imports.several_command import Wishes
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

DATES = ("0001-01-01 00:30", "9999-12-31 23:30", "2023-02-29 10:00", "45000.5", "2024-02-29 10:00", "2026-03-29 02:30")
"""Two that no time zone shows whole, no day, one counted the way spreadsheets count, a leap day, an hour that was
skipped in Rome."""
COLUMNS = {
    "engage date": "opened_at", "created at": "opened_at", "call date": "start_at", "last audit": "custom_lastAudit",
    "call subject": "subject",
}  # fmt: skip
SHOWN = [datetime(2024, 2, 29, 9, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)]


def table(heading, before):
    return f"{heading}\n" + "".join(f"{before}{n},{text}\n" for n, text in enumerate(DATES))


def test_no_importer_reads_a_moment_that_pages_cannot_show(tenant, members, now, cast, tmp_path):
    with entered(tenant):
        create_field(object="company", kind="datetime", label="Last audit", by=members["owner"], now=now)
        tenant.timezone, zone = "Europe/Rome", tenant.timezone
    files = {
        "deals.csv": table("stage,opportunity,engage date", "Won,Deal "),
        "cases.csv": table("subject,created at", "Case "),
        "calls.csv": table("call subject,call date", "Call "),
        "companies.csv": table("account,last audit", "Company "),
    }
    paths = []
    for name, text in files.items():
        paths.append(tmp_path / name)
        paths[-1].write_text(text)
    out = io.StringIO()
    try:
        assert several_command.run(tenant, paths, Wishes(COLUMNS), as_json=True, out=out) == 0
    finally:
        tenant.timezone = zone

    told = json.loads(out.getvalue())["files"]
    assert {one["object"]: (one["created"], one["rejected"]) for one in told} == dict.fromkeys(
        ("companies", "cases", "deals", "activities"), (2, 4)
    )
    suggested = [finding["suggestion"] for finding in told[0]["findings"] if finding["value"] == "45000.5"]
    assert suggested == ["2023-03-15 12:00:00"]
    with entered(tenant):
        assert list(Deal.objects.order_by("name").values_list("opened_at", flat=True)) == SHOWN
        assert list(Case.objects.order_by("number").values_list("created_at", flat=True)) == SHOWN
        assert list(Activity.objects.order_by("pk").values_list("start_at", flat=True)) == SHOWN
        assert [len(company.custom) for company in Company.objects.all()] == [1, 1]
    for page in ("/deals/?view=table", "/cases/", "/activities/", "/companies/"):
        assert cast["reader"].get(page).status_code == 200
