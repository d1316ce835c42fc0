"""The job that looks for duplicates over all records of a kind."""

from __future__ import annotations

from typing import Any

from triptych.core_crm.duplicates.searching import JOB, search_all
from triptych.platform import clock
from triptych.platform.events.jobs import RunningJob, runs


@runs(JOB)
def search_for_duplicates(job: RunningJob) -> dict[str, Any]:
    """Compare all records of the kind that the job names. Begun anew, it does the same once more."""
    return {"found": search_all(job.args["kind"], watcher=job, now=clock.now())}
