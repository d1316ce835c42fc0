"""Writes to queues."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from triptych.core_crm.cases.models import Case, Queue
from triptych.platform import events
from triptych.platform.changes import apply_changes, check_fields
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

MAILBOX = re.compile(r"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$")


class QueueFields(TypedDict, total=False):
    """What can be set on a queue."""

    name: str
    mailbox: str
    reopen_days: int
    is_active: bool
    is_default: bool


@transaction.atomic
def create_queue(*, name: str, by: Member | None, now: datetime, mailbox: str = "") -> Queue:
    """Keep a new queue, after the others; the first one ever is the default. Announces `queue.created`.

    Raises:
        Refused: the name or the mail name is taken or wrong.
    """
    last = Queue.objects.aggregate(last=models.Max("position"))["last"]
    queue = Queue(
        created_at=now,
        updated_at=now,
        name=name.strip(),
        mailbox=mailbox.strip().lower(),
        position=0 if last is None else last + 1,
    )
    queue.is_default = not Queue.objects.filter(is_default=True).exists()
    check_fields(queue)
    _refuse_taken_name(queue)
    _refuse_wrong_mailbox(queue)
    queue.save(force_insert=True)
    events.announce("queue.created", queue, by=by, at=now)
    return queue


@transaction.atomic
def update_queue(
    *, queue: Queue, by: Member | None, now: datetime, version: int | None = None, **fields: Unpack[QueueFields]
) -> Queue:
    """Rename a queue, retire it or take it back, or make it the default one. Announces `queue.updated`.

    Raises:
        Conflict: somebody changed it since `version`.
        Refused: the name or the mail name is taken or wrong, or the default queue would be retired or unmade; it
            names the field.
    """
    queue = Queue.objects.select_for_update().get(pk=queue.pk)
    queue.expect_version(version)
    was_default = queue.is_default
    changes = apply_changes(queue, _trimmed(fields))
    if not changes:
        return queue
    if (was_default or queue.is_default) and not (queue.is_default and queue.is_active):
        raise Refused(_("The default queue must be in use. Make another one the default first."), field=min(changes))
    _refuse_taken_name(queue)
    if {"name", "mailbox"} & changes.keys():
        _refuse_wrong_mailbox(queue)
    if "is_default" in changes:
        Queue.objects.filter(is_default=True).update(is_default=False)
    queue.save_fields(*changes, at=now)
    events.announce("queue.updated", queue, by=by, at=now, changed=sorted(changes))
    return queue


@transaction.atomic
def set_queue_members(*, queue: Queue, members: Collection[Member], by: Member | None, now: datetime) -> Queue:
    """Say who looks after a queue: these and nobody else. Announces `queue.staffed` if that changes anything.

    Raises:
        Refused: one of them no longer works here.
    """
    queue = _locked(queue)
    gone = next((member for member in members if not member.is_active), None)
    if gone is not None:
        raise Refused(_("%(member)s no longer works here. Choose somebody else.") % {"member": gone}, field="members")
    if set(queue.members.values_list("pk", flat=True)) != {member.pk for member in members}:
        queue.members.set(members)
        queue.save_fields(at=now)
        events.announce("queue.staffed", queue, by=by, at=now, members=[str(member.pk) for member in members])
    return queue


@transaction.atomic
def reorder_queues(*, order: Sequence[UUID], by: Member | None, now: datetime) -> None:
    """Put the queues into this order; those not named come after them. Announces `queues.reordered`."""
    place = {pk: number for number, pk in enumerate(order)}
    queues = sorted(Queue.objects.select_for_update().in_order(), key=lambda queue: place.get(queue.pk, len(place)))
    for position, queue in enumerate(queues):
        queue.position = position
    Queue.objects.bulk_update(queues, ["position"])
    events.announce("queues.reordered", None, by=by, at=now)


@transaction.atomic
def delete_queue(*, queue: Queue, into: Queue, by: Member | None, now: datetime) -> int:
    """Put a queue into the bin and its cases into another queue. Returns how many cases moved.

    `restore_queue` brings it back with those cases that are still where they were put. Announces `queue.deleted`.

    Raises:
        Refused: it is the default one, or `into` is itself, retired or in the bin.
    """
    queue = _locked(queue)
    if queue.is_default:
        raise Refused(_("The default queue must be in use. Make another one the default first."))
    if into.pk == queue.pk or not into.is_active or into.deleted_at:
        raise Refused(_("Choose another queue that is in use."), field="into")
    if queue.deleted_at:
        return 0
    moved = _move_cases(Case.objects.filter(queue=queue), now=now, queue=into, former_queue=queue)
    queue.deleted_at, queue.emptied_into = now, into
    queue.save_fields("deleted_at", "emptied_into", at=now)
    events.announce("queue.deleted", queue, by=by, at=now, into=str(into.pk), count=moved)
    return moved


@transaction.atomic
def restore_queue(*, queue: Queue, by: Member | None, now: datetime) -> Queue:
    """Take a queue out of the bin, with its cases that nobody has put elsewhere since. Announces `queue.restored`.

    Raises:
        Refused: another queue has its name by now.
    """
    queue = _locked(queue)
    if not queue.deleted_at:
        return queue
    if queue.is_active:
        _refuse_taken_name(queue)
        _refuse_wrong_mailbox(queue)
    queue.deleted_at = None
    queue.save_fields("deleted_at", at=now)
    left = Case.objects.filter(former_queue=queue, queue=queue.emptied_into_id)
    moved = _move_cases(left, now=now, queue=queue, former_queue=None)
    events.announce("queue.restored", queue, by=by, at=now, count=moved)
    return queue


def _locked(queue: Queue) -> Queue:
    fresh: Queue = Queue.objects.select_for_update().get(pk=queue.pk)
    return fresh


def _move_cases(cases: models.QuerySet[Any], *, now: datetime, **to: Queue | None) -> int:
    return cases.update(**to, version=F("version") + 1, updated_at=now)


def _trimmed(fields: QueueFields) -> dict[str, Any]:
    texts = {name: value.strip() for name, value in fields.items() if isinstance(value, str)}
    if "mailbox" in texts:
        texts["mailbox"] = texts["mailbox"].lower()
    return {**fields, **texts}


def _refuse_wrong_mailbox(queue: Queue) -> None:
    if queue.mailbox and not MAILBOX.match(queue.mailbox):
        message = _("Write what stands before the @: letters, digits, dots and hyphens, for example “support”.")
        raise Refused(message, field="mailbox")
    others = Queue.objects.active().exclude(pk=queue.pk)
    if any(other.mail_name == queue.mail_name for other in others):
        message = _("Mail to “%(name)s” goes to another queue already. Choose another mail name.")
        raise Refused(message % {"name": queue.mail_name}, field="mailbox")


def _refuse_taken_name(queue: Queue) -> None:
    if Queue.objects.active().filter(name__iexact=queue.name).exclude(pk=queue.pk).exists():
        raise Refused(_("“%(name)s” is there already. Choose another name.") % {"name": queue.name}, field="name")
