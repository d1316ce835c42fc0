"""Asking for dossiers and erasures, and doing them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from triptych.core_crm import kept_files
from triptych.core_crm.imports.running import Watcher
from triptych.core_crm.privacy import dossier, erasing
from triptych.core_crm.privacy.access import RECORDS, answering
from triptych.core_crm.privacy.access import erasing as may_erase
from triptych.core_crm.privacy.erasing import DOSSIERS, IsMember, NothingKnown, check_erasable, remove_files
from triptych.core_crm.privacy.mentions import python_expression_of
from triptych.core_crm.privacy.models import Erasure
from triptych.core_crm.privacy.people import Person, person_at, person_of
from triptych.core_crm.privacy.rows import Found, Incomplete, everything_about
from triptych.core_crm.privacy.stored import InUse, remove_outgoing_copies
from triptych.platform import clock, events
from triptych.platform.events import jobs
from triptych.platform.events.jobs import RunningJob
from triptych.platform.events.models import Job
from triptych.platform.refusals import Forbidden, Refused
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.members.access import Gone, still_here
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ERASURES = "privacy.erase"
"""The kind of jobs that erase."""


NAMELESS: Mapping[type[Refused], StrOrPromise] = {
    IsMember: gettext_lazy("Whoever was meant works here, or did. Nothing was erased."),
    NothingKnown: gettext_lazy("Nothing is known of whoever was meant. Nothing was erased."),
}
REFUSED = gettext_lazy("It was refused. Nothing was erased.")
SAYS_NOTHING_OF_WHOM = (InUse, Incomplete, Forbidden, Gone)
"""Refusals whose own sentence names no person."""


class NotConfirmed(Refused):
    """What was typed is not what tells the person."""

    code = "NOT_CONFIRMED"


def known_of(person: Person, *, now: datetime) -> Found:
    """What is known of a person.

    Raises:
        NothingKnown: there are no rows of theirs.
    """
    found = everything_about(person, now=now)
    if found.is_empty:
        raise NothingKnown(_("Nothing is known of “%(who)s”.") % {"who": person.confirmation}, field="email")
    return found


@transaction.atomic
def begin_dossier(*, person: Person, by: Member, now: datetime) -> Job:
    """Let a worker write what is known of a person into a file. Announces `person.exported`, which names nobody.

    Raises:
        Forbidden: `by` may not know everything.
        NothingKnown: there is nothing.
    """
    answering(by)
    known_of(person, now=now)
    job = jobs.start(DOSSIERS, by=by, args=_order_of(person), at=now)
    events.announce("person.exported", None, by=by, at=now, job=str(job.pk))
    return job


def write_dossier(job: RunningJob, *, now: datetime) -> dict[str, Any] | None:
    """Write the dossier of a job into the tenant's storage; None when it was stopped."""
    answering(still_here(job.by))
    with entered(CONTROL):
        tenant = Tenant.objects.get(pk=job.tenant.id)
    found = known_of(_person_meant(job.args), now=now)
    name = f"dossiers/{job.id.hex}.zip"
    with tempfile.TemporaryFile() as file:
        try:
            rows = dossier.write_dossier(file, found, tenant=tenant, now=now, watcher=job)
        except dossier.Stopped:
            return None
        size = file.tell()
        file.seek(0)
        default_storage.delete(name)
        default_storage.save(name, File(file))
    return {"file": name, "bytes": size, "rows": rows}


def dossier_to_file(person: Person, path: Path, *, tenant: Tenant, now: datetime, watcher: Watcher) -> int:
    """Write the dossier to a file, which appears when it is whole; returns how many rows.

    Raises:
        NothingKnown: there is nothing.
        OSError: the file cannot be written.
    """
    found = known_of(person, now=now)
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            part.chmod(0o600)
            rows = dossier.write_dossier(file, found, tenant=tenant, now=now, watcher=watcher)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return rows


def remove_old_dossiers(*, now: datetime) -> int:
    """Delete the dossiers that can no longer be downloaded. Returns how many."""
    old = Job.objects.filter(kind=DOSSIERS, finished_at__lte=now - kept_files.KEPT, result__file__gt="")
    for job in old:
        result = job.result or {}
        default_storage.delete(result["file"])
        Job.objects.filter(pk=job.pk).update(result={**result, "file": ""})
    return len(old)


@transaction.atomic
def begin_erasure(*, person: Person, confirmation: str, by: Member, now: datetime) -> Erasure:
    """Let a worker erase a person, which cannot be undone. What comes back is the receipt to be.

    Raises:
        Forbidden: `by` may not erase.
        NotConfirmed: `confirmation` is not the person's address (or name, without one).
        IsMember: they work here.
        NothingKnown: there is nothing to erase.
    """
    may_erase(by)
    check_erasable(person)
    if confirmation.strip().lower() != person.confirmation.lower():
        message = _("Type “%(who)s” to confirm that this person is to be erased.")
        raise NotConfirmed(message % {"who": person.confirmation}, field="confirmation")
    known_of(person, now=now)
    erasure = Erasure.objects.create(order=_order_of(person), by=by, asked_at=now)
    job = jobs.start(ERASURES, by=by, args={"erasure": str(erasure.pk)}, at=now)
    Erasure.objects.filter(pk=erasure.pk).update(job_id=job.pk)
    erasure.job_id = job.pk
    return erasure


def carry_out(job: RunningJob, *, now: datetime) -> dict[str, Any] | None:
    """Do the erasure that a job was started for, or what is left of it; None when it was stopped before it began.

    Raises:
        Refused: it cannot be done; the order is closed with the reason.
    """
    erasure = Erasure.objects.get(pk=job.args["erasure"])
    if erasure.state == Erasure.State.WAITING:
        try:
            by = still_here(job.by)
            may_erase(by)
            erase_now(_person_meant(erasure.order), erasure=erasure, by=by, now=now, watcher=job)
        except erasing.Stopped:
            close(erasure, why=_("Somebody stopped it. Nothing was erased."))
            return None
        except Refused as refused:
            raise Refused(refuse(erasure, refused)) from refused  # the job tells it, too
    remove_files(erasure)
    return {"receipt": str(erasure.pk), "rows": erasure.total_count}


def erase_now(person: Person, *, erasure: Erasure, by: Member | None, now: datetime, watcher: Watcher) -> Erasure:
    """Erase a person and delete the bytes; the receipt. See `erasing.erase` for what it raises."""
    in_python = python_expression_of(person)
    erasing.erase(person, erasure=erasure, by=by, now=now, watcher=watcher)
    remove_files(erasure)
    remove_outgoing_copies(in_python)
    return erasure


def ordered(person: Person, *, by: Member | None, now: datetime, why: str = "") -> Erasure:
    """An order that is carried out at once, by a command or a rule."""
    return Erasure.objects.create(order=_order_of(person), by=by, asked_at=now, why=why)


def close(erasure: Erasure, *, why: str) -> None:
    """Note that an erasure was not done, and forget who was meant."""
    erasure.why = why[:300]
    Erasure.objects.filter(pk=erasure.pk).update(
        state=Erasure.State.FAILED, order={}, why=erasure.why, done_at=clock.now()
    )


def refuse(erasure: Erasure, refused: Refused) -> str:
    """Note that an erasure was refused, in a sentence that names nobody, since receipts stay; returns it."""
    why = str(NAMELESS.get(type(refused), REFUSED))
    close(erasure, why=refused.message if isinstance(refused, SAYS_NOTHING_OF_WHOM) else why)
    return erasure.why


def close_dead_orders() -> int:
    """Close orders whose job ended without them; returns how many."""
    count = 0
    for erasure in Erasure.objects.underway().exclude(job_id=None):
        job = Job.objects.filter(pk=str(erasure.job_id)).first()
        if job is None or job.is_finished:
            close(erasure, why=_("It was stopped before it began. Nothing was erased."))
            count += 1
    return count


def _order_of(person: Person) -> dict[str, str]:
    """Who is meant, so that the person can be found again: by the record if one was, else by the address."""
    return {"record": person.of_record} if person.of_record else {"email": person.asked}


def _person_meant(order: dict[str, str]) -> Person:
    if order.get("email"):
        return person_at(order["email"])
    kind, _colon, pk = order.get("record", "").partition(":")
    record = RECORDS[kind].objects.filter(pk=UUID(pk)).first() if kind in RECORDS else None
    if record is None:
        raise NothingKnown(_("Whoever was meant is not known any more."))
    return person_of(record)
