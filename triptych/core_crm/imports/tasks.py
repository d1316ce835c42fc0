"""Jobs: writing an import, undoing one. Whom an import has given records hears of it when it is through."""

from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.registry import all_importers
from triptych.core_crm.imports.running import run_import
from triptych.core_crm.imports.undoing import undo_import
from triptych.core_crm.notifications.assigned import tell_new_owners
from triptych.platform import clock
from triptych.platform.events import Event, handles
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


@handles("import.finished")
def tell_owners(event: Event) -> None:
    """Tell each member to whom the import has given records that were somebody else's, once for all of them."""
    record = Import.objects.filter(pk=event.object_id).first() if event.object_id else None
    importer = all_importers().get(record.object_name) if record else None
    if record is None or importer is None:
        return
    changed = record.changes.filter(kind=importer.model._meta.label_lower, before__has_key="owner_id")
    before = dict(changed.values_list("object_id", "before__owner_id"))
    tell_new_owners(str(importer.model._meta.model_name), before, event, whole=str(record.pk))


def _asked(job: RunningJob) -> tuple[Import, Member]:
    return Import.objects.get(pk=job.args["import"]), still_here(job.by)
