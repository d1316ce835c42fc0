"""Jobs: doing an act to many records, undoing one."""

from triptych.core_crm.lists.doing import Doer
from triptych.core_crm.lists.many import run
from triptych.core_crm.lists.models import PastAct
from triptych.core_crm.lists.nouns import list_of
from triptych.core_crm.lists.undoing import undo
from triptych.platform import clock
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


def _asked(job: RunningJob) -> tuple[PastAct, Doer]:
    act = PastAct.objects.get(pk=job.args["act"])
    return act, Doer(list_of(act.kind), act.name, act.changes, by=still_here(job.by), now=clock.now())
