"""Long work that a person started and watches: an import, an export, a mass change.

A job's function runs outside of a transaction, in its tenant's scope, and commits chunk by chunk. With each chunk it
writes a checkpoint in the same transaction, so a job that lost its worker goes on where the last chunk ended:

    @jobs.runs("import")
    def import_rows(job: RunningJob) -> None:
        for start in range(job.last_checkpoint.get("row", 0), len(rows), 500):
            with transaction.atomic():
                write(rows[start : start + 500])
                job.checkpoint({"row": start + 500})
            job.progress(start + 500, len(rows))
            if job.cancel_requested:
                return

`Job.starts` fences: each start counts it up, and a worker writes only while the number is still its own. One that
was given up for dead and comes back finds its checkpoint refused and its chunk rolled back.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from triptych.platform import clock
from triptych.platform.events import HasId, tenancy
from triptych.platform.events.models import Job, JobQuerySet
from triptych.platform.events.registry import discover
from triptych.platform.events.tenancy import TenantScope
from triptych.platform.refusals import Refused
from triptych.platform.scope import CELL, entered
from triptych.platform.web import logs

logger = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
MAX_STARTS = 20
stopping = threading.Event()
"""Set when this process is to end: running jobs give themselves back at their next progress."""

Run = Callable[["RunningJob"], dict[str, Any] | None]


class UnknownKind(LookupError):
    """No installed app runs jobs of that kind."""


class TakenOver(Exception):
    """Another worker has started the job since, because this one seemed dead. Nothing more may be written."""


class GivenBack(Exception):
    """The process is ending; another one goes on from the last checkpoint."""


@dataclass(frozen=True)
class Runner:
    """The function that does jobs of one kind, and where it may run."""

    kind: str
    function: Run
    plugin: str
    queue: str


_runners: dict[str, Runner] = {}


def runs(kind: str, *, plugin: str = "", queue: str = "bulk") -> Callable[[Run], Run]:
    """Let the decorated function do the jobs of that kind. What it returns is kept as the job's `result`."""

    def register(function: Run) -> Run:
        _runners[kind] = Runner(kind, function, plugin, queue)
        return function

    return register


def runner_of(kind: str) -> Runner:
    """Who does jobs of that kind.

    Raises:
        UnknownKind: nobody.
    """
    discover()
    try:
        return _runners[kind]
    except KeyError:
        raise UnknownKind(f"No installed app runs jobs of the kind {kind!r}. Declare it with @jobs.runs.") from None


def start(kind: str, *, by: HasId | None, args: dict[str, Any], at: datetime) -> Job:
    """Start a job of the current tenant once the transaction is committed. `args` is JSON.

    Raises:
        UnknownKind: no installed app runs such jobs.
        OutsideTenant: the connection stands in no tenant.
    """
    return Job.objects.create(
        tenant_id=tenancy.current().id,
        kind=kind,
        queue=runner_of(kind).queue,
        args=args,
        started_by=by.pk if by else None,
        request_id=logs.request_id(),
        created_at=at,
    )


def cancel(job: Job) -> None:
    """Ask a job to stop. It does so at its next look at `cancel_requested`; what it has committed stays."""
    Job.objects.filter(pk=job.pk).unfinished().update(cancel_requested=True)


def resume(job: Job) -> None:
    """Let a failed or cancelled job go on from its last checkpoint."""
    Job.objects.filter(pk=job.pk, state__in=[Job.State.FAILED, Job.State.CANCELLED]).update(
        state=Job.State.QUEUED, error="", cancel_requested=False, heartbeat_at=None, finished_at=None
    )


class RunningJob:
    """A job in the hands of the worker that runs it.

    `args` is what it was started with, `last_checkpoint` what an earlier worker reached ({} at first), `by` the id
    of the member who started it.
    """

    def __init__(self, job: Job, tenant: TenantScope, *, beats_itself: bool) -> None:
        self.id = job.pk
        self.kind = job.kind
        self.args: dict[str, Any] = job.args
        self.by: UUID | None = job.started_by
        self.tenant = tenant
        self.last_checkpoint: dict[str, Any] = job.checkpoint
        self.cancel_noticed = False
        self._starts = job.starts
        self._beats_itself = beats_itself
        self._cancel_requested = job.cancel_requested
        self._taken_over = False
        self._shown = {"done_count": job.done_count, "total_count": job.total_count, "note": job.note}

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        """Show how far the job is. Costs nothing: the heartbeat carries it, once a second, in its own transaction.

        Raises:
            GivenBack: this process is to end. Let it pass.
            TakenOver: another worker runs the job by now. Let it pass.
        """
        self._shown = {"done_count": done, "total_count": total, "note": note[:300]}
        if not self._beats_itself:
            self.beat()
        if self._taken_over:
            raise TakenOver
        if stopping.is_set():
            raise GivenBack

    @property
    def cancel_requested(self) -> bool:
        """Whether somebody has asked the job to stop. A job that saw this and returns counts as cancelled."""
        self.cancel_noticed = self._cancel_requested
        return self._cancel_requested

    def checkpoint(self, reached: dict[str, Any]) -> None:
        """Keep where the job stands, in the transaction of the chunk that got it there; call it last in there.

        Raises:
            TakenOver: another worker runs the job by now; the chunk must be rolled back. Let it pass.
        """
        if not self.mine().update(checkpoint=reached):
            raise TakenOver
        self.last_checkpoint = reached

    def mine(self) -> JobQuerySet:
        """The job's row as long as no other worker has started it."""
        return Job.objects.filter(pk=self.id, starts=self._starts)

    def beat(self) -> None:
        """Write progress and a sign of life, and look whether somebody wants the job to stop.

        Names go on being sorted as the workspace's language has it, if that has changed meanwhile.
        """
        with entered(CELL):
            running = self.mine().filter(state=Job.State.RUNNING)  # a last beat may come after the job was given back
            running.update(heartbeat_at=clock.now(), **self._shown)
            seen = self.mine().values_list("cancel_requested", flat=True).first()
        self._taken_over = seen is None
        self._cancel_requested = bool(seen)
        with suppress(tenancy.UnknownTenant):
            self.tenant.language = tenancy.scope_of(self.tenant.id).language

    def finish(self, state: Job.State, *, result: dict[str, Any] | None = None, error: str = "") -> None:
        """Write how it ended, unless another worker runs it by now."""
        with entered(CELL):
            self.mine().update(
                **self._shown, state=state, result=result, error=error, finished_at=clock.now(), heartbeat_at=None
            )

    def give_back(self) -> None:
        """Let another worker go on at once."""
        with entered(CELL):
            self.mine().update(**self._shown, state=Job.State.QUEUED, heartbeat_at=None)


def run(job_id: UUID, tenant_id: UUID, starts: int, *, heart: bool = True) -> None:
    """Run a job of that tenant, unless somebody has started it since it had been started `starts` times.

    Without `heart` everything happens in the current thread and connection: progress is written when it is made.

    Raises:
        TenantMismatch: the job belongs to another tenant.
    """
    job = _claimed(job_id, tenant_id, starts)
    if job is None:
        return
    try:
        running = RunningJob(job, tenancy.scope_of(tenant_id), beats_itself=heart)
    except tenancy.UnknownTenant as unknown:
        with entered(CELL):
            Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, error=str(unknown), finished_at=clock.now())
        return
    bound = logs.bound(
        tenant=running.tenant.schema_name,
        job=str(job.pk),
        door="job",
        **{"member": str(job.started_by)} if job.started_by else {},
    )
    spoken = translation.override(running.tenant.language)
    with entered(running.tenant), spoken, bound, _heart(running) if heart else nullcontext():
        _do(running)


def _claimed(job_id: UUID, tenant_id: UUID, starts: int) -> Job | None:
    with entered(CELL):
        job = Job.objects.filter(pk=job_id).first()
        if job is None:
            return None
        tenancy.expect(job.tenant_id, tenant_id)
        changed = (
            Job.objects.filter(pk=job_id, starts=starts)
            .unfinished()
            .update(starts=F("starts") + 1, state=Job.State.RUNNING, heartbeat_at=clock.now())
        )
        return Job.objects.get(pk=job_id) if changed else None


def _do(running: RunningJob) -> None:
    """Call the job's function and write how it ended. A lost database is no end: the sweeper resumes the job."""
    try:
        runner = runner_of(running.kind)
        _check(running, runner)
        with logs.bound(plugin=runner.plugin) if runner.plugin else nullcontext():
            result = None if running.cancel_requested else runner.function(running)
    except TakenOver:
        logger.warning("another worker took the job over")
    except GivenBack:
        running.give_back()
    except Refused as refused:
        running.finish(Job.State.FAILED, error=refused.message)
    except (OperationalError, InterfaceError):
        logger.exception("the database was lost in a job")
    except Exception:
        logger.exception("a job failed", extra={"kind": running.kind})
        running.finish(Job.State.FAILED, error=_("Something went wrong on our side. What was done so far is kept."))
    else:
        running.finish(Job.State.CANCELLED if running.cancel_noticed else Job.State.DONE, result=result)


def _check(running: RunningJob, runner: Runner) -> None:
    if running.mine().filter(starts__gt=MAX_STARTS).exists():
        raise Refused(_("This was started too often without coming to its end. Ask us to have a look."))
    if runner.plugin and runner.plugin not in running.tenant.enabled_plugins:
        raise Refused(_("The plugin that does this is not enabled."))


@contextmanager
def _heart(running: RunningJob) -> Iterator[None]:
    """Beat in a thread and on a connection of its own, so that long transactions of the job do not hide its life."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            try:
                running.beat()
            except Exception:  # the row is locked by a chunk, or the database is away: the next beat tells
                logger.warning("a heartbeat was missed", extra={"job": str(running.id)}, exc_info=True)
            finally:
                connection.close()  # back to the pool, which has few

    thread = threading.Thread(target=beat, name=f"heart-{running.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
