"""Writes to queues."""

from datetime import datetime
from typing import TypedDict, Unpack

from django.db import models, transaction
from django.utils.translation import gettext as _

from triptych.core_crm.cases.models import Queue
from triptych.platform import events
from triptych.platform.changes import apply_changes, check_fields
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


class QueueFields(TypedDict, total=False):
    """What can be set on a queue."""

    name: str
    is_active: bool
    is_default: bool


@transaction.atomic
def create_queue(*, name: str, by: Member | None, now: datetime) -> Queue:
    """Keep a new queue, after the others; the first one ever is the default. Announces `queue.created`.

    Raises:
        Refused: the name is taken or empty.
    """
    last = Queue.objects.aggregate(last=models.Max("position"))["last"]
    queue = Queue(created_at=now, updated_at=now, name=name.strip(), position=0 if last is None else last + 1)
    queue.is_default = not Queue.objects.filter(is_default=True).exists()
    check_fields(queue)
    _refuse_taken_name(queue)
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
        Refused: the name is taken or empty, or the default queue would be retired or unmade; it names the field.
    """
    queue = Queue.objects.select_for_update().get(pk=queue.pk)
    queue.expect_version(version)
    was_default = queue.is_default
    changes = apply_changes(queue, fields)
    if not changes:
        return queue
    if (was_default or queue.is_default) and not (queue.is_default and queue.is_active):
        raise Refused(_("The default queue must be in use. Make another one the default first."), field=min(changes))
    _refuse_taken_name(queue)
    if "is_default" in changes:
        Queue.objects.filter(is_default=True).update(is_default=False)
    queue.save_fields(*changes, at=now)
    events.announce("queue.updated", queue, by=by, at=now, changed=sorted(changes))
    return queue


def _refuse_taken_name(queue: Queue) -> None:
    if Queue.objects.active().filter(name__iexact=queue.name).exclude(pk=queue.pk).exists():
        raise Refused(_("“%(name)s” is there already. Choose another name.") % {"name": queue.name}, field="name")
