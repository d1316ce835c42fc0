"""Jobs: writing an import, undoing one."""

from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.running import run_import
from triptych.core_crm.imports.undoing import undo_import
from triptych.platform import clock
from triptych.platform.events.jobs import RunningJob, runs
from triptych.tenants.members.access import still_here
from triptych.tenants.members.models import Member


@runs("import")
def import_rows(job: RunningJob) -> None:
    """Write the import named in the job's arguments and what came with it, from where it stands."""
    record, member = _asked(job)
    if any(one.state == Import.State.RUNNING for one in record.together()):
        run_import(record, by=member, at=clock.now(), watcher=job)


@runs("import.undo")
def undo_rows(job: RunningJob) -> None:
    """Undo the import named in the job's arguments, as far as it is not undone yet."""
    record, member = _asked(job)
    if record.state == Import.State.UNDOING:
        undo_import(record, by=member, at=clock.now(), watcher=job)


def _asked(job: RunningJob) -> tuple[Import, Member]:
    return Import.objects.get(pk=job.args["import"]), still_here(job.by)
