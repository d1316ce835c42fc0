"""Jobs: doing an act to many records, undoing one. Whom an act has given records hears of it when it is through."""

from triptych.core_crm.lists.doing import Doer
from triptych.core_crm.lists.many import run
from triptych.core_crm.lists.models import PastAct
from triptych.core_crm.lists.nouns import list_of
from triptych.core_crm.lists.undoing import undo
from triptych.core_crm.notifications.assigned import tell_new_owners
from triptych.platform import clock
from triptych.platform.events import Event, handles
from triptych.platform.events.jobs import RunningJob, runs
from triptych.tenants.members.access import still_here


@runs("lists.act")
def do_act(job: RunningJob) -> None:
    """Do the act named in the job's arguments, from where it stands."""
    act, doer = _asked(job)
    if act.state == PastAct.State.RUNNING:
        run(act, doer, job)


@runs("lists.undo")
def undo_act(job: RunningJob) -> None:
    """Undo the act named in the job's arguments, as far as it is not undone yet."""
    act, doer = _asked(job)
    if act.state == PastAct.State.UNDOING:
        undo(act, doer, job)


@handles("bulk_act.finished")
def tell_owners(event: Event) -> None:
    """Tell each member to whom the act has given records, once for all of them."""
    act = PastAct.objects.filter(pk=event.facts["act"]).first()
    if act is not None:
        before = dict(act.records.filter(before__has_key="owner").values_list("object_id", "before__owner"))
        tell_new_owners(act.kind, before, event, whole=str(act.pk))


def _asked(job: RunningJob) -> tuple[PastAct, Doer]:
    act = PastAct.objects.get(pk=job.args["act"])
    return act, Doer(list_of(act.kind), act.name, act.changes, by=still_here(job.by), now=clock.now())
