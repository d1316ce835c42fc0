"""The job that sorts a workspace's names anew when its language changes."""

from __future__ import annotations

from typing import Any

from triptych.platform.collation import renewing
from triptych.platform.events.jobs import RunningJob, runs


@runs(renewing.JOB)
def renew_sort_keys(job: RunningJob) -> dict[str, Any]:
    return renewing.run(job)
