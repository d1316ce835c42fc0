"""What a new tenant begins with."""

from datetime import datetime

from triptych.core_crm.cases.actions import create_queue
from triptych.core_crm.cases.models import Queue


def make_defaults(now: datetime) -> None:
    """Make the queue “Support”, unless there is a queue already."""
    if not Queue.objects.exists():
        create_queue(name="Support", by=None, now=now)
