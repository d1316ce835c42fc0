"""An import whose process is killed goes on where it was, and writes no row twice."""

import os
import signal
import subprocess
import sys
import time
from urllib.parse import quote

import pytest
from django.db import connection

from triptych.core_crm.deals.models import Deal, StageChange
from triptych.core_crm.imports.models import Import
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant

ROWS = 3_000
PATIENCE_SECONDS = 120


@pytest.fixture
def place(fresh_tenant, now):
    """A tenant with a name to call it by and somebody who owns it."""
    with entered(CONTROL):
        Tenant.objects.filter(pk=fresh_tenant.pk).update(subdomain="killed")
    with entered(fresh_tenant):
        Member.objects.create(name="Olga", role="owner", email="olga@killed.example", created_at=now)
    return fresh_tenant


@pytest.fixture
def start(place, tmp_path):
    """Starts `triptych import` on a file of three thousand deals."""
    file = tmp_path / "deals.csv"
    rows = "".join(f"R{number},Deal {number},Won,{number}\n" for number in range(ROWS))
    file.write_text(f"opportunity_id,deal,stage,value\n{rows}")
    where = connection.settings_dict
    host, user = where["OPTIONS"].get("host") or where["HOST"], where["USER"]
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{user}@/{where['NAME']}?host={quote(host)}",
        "TRIPTYCH_DATA": str(tmp_path / "data"),
    }
    command = [sys.executable, "-m", "triptych.cli", "import", "--tenant", "killed", "--object", "deals", str(file)]
    (tmp_path / "data").mkdir()
    return lambda: subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def position(place):
    with entered(place):
        record = Import.objects.filter(state="running").first()
        return record.position if record else 0


def test_killed_half_way_it_resumes_without_doubles(place, start):
    process = start()
    until = time.monotonic() + PATIENCE_SECONDS
    while position(place) < ROWS // 4 and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    reached = position(place)
    assert 0 < reached < ROWS, "It was killed before it began or after it had ended."

    again = start()
    told, complained = again.communicate(timeout=PATIENCE_SECONDS)

    assert again.returncode == 0, complained
    assert f"Going on after row {reached:,}" in complained
    with entered(place):
        record = Import.objects.get()
        assert (record.state, record.created_count, record.rejected_count) == ("done", ROWS, 0)
        names = list(Deal.objects.values_list("name", flat=True))
        assert (len(names), len(set(names))) == (ROWS, ROWS)
        assert (StageChange.objects.count(), record.references.count()) == (ROWS, ROWS)
    assert f"Created: {ROWS:,}" in told
