"""The jobs of privacy, and what is done each night."""

from typing import Any

from triptych.core_crm.privacy import actions, retention
from triptych.core_crm.privacy.erasing import DOSSIERS
from triptych.core_crm.privacy.models import RetentionRule
from triptych.platform import clock
from triptych.platform.events import schedules
from triptych.platform.events.jobs import RunningJob, runs
from triptych.platform.events.registry import Event


@runs(DOSSIERS)
def write_dossier(job: RunningJob) -> dict[str, Any] | None:
    """Write what is known of one person."""
    return actions.write_dossier(job, now=clock.now())


@runs(actions.ERASURES)
def erase_person(job: RunningJob) -> dict[str, Any] | None:
    """Erase one person."""
    return actions.carry_out(job, now=clock.now())


@schedules.daily("03:40", queue="bulk")
def remove_old_dossiers(event: Event) -> None:
    """Delete dossiers that were written a week ago, and close erasures whose job ended without them."""
    actions.remove_old_dossiers(now=event.at)
    actions.close_dead_orders()


@schedules.daily("04:10", queue="bulk")
def begin_retention(event: Event) -> None:
    """Let a job carry out each rule that is on."""
    retention.begin(now=event.at)


@runs(retention.KIND)
def keep_no_longer(job: RunningJob) -> dict[str, Any] | None:
    """Carry out one rule, unless it was switched off or deleted since."""
    rule = RetentionRule.objects.filter(pk=job.args["rule"], is_active=True).first()
    if rule is None:
        return None
    return {"records": retention.carry_out(rule, now=clock.now(), watcher=job)}
