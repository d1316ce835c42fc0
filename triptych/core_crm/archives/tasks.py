"""The job that writes an archive, and what takes old ones away."""

from typing import Any

from triptych.core_crm.archives import actions, bringing
from triptych.core_crm.archives.access import BRINGING, KIND
from triptych.platform import clock
from triptych.platform.events import schedules
from triptych.platform.events.jobs import RunningJob, runs
from triptych.platform.events.registry import Event


@runs(KIND)
def write_archive(job: RunningJob) -> dict[str, Any] | None:
    """Write everything that the tenant keeps."""
    return actions.write_export(job, now=clock.now())


@runs(BRINGING)
def read_archive(job: RunningJob) -> dict[str, Any] | None:
    """Read an archive into the tenant."""
    return bringing.bring_in(job, now=clock.now())


@schedules.daily("03:20", queue="bulk")
def remove_old_archives(event: Event) -> None:
    """Delete the archives of exports that ended a week ago."""
    actions.remove_old_exports(now=event.at)
