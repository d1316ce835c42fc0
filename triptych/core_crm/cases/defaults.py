"""What a new tenant begins with."""

from datetime import datetime

from django.utils.translation import pgettext_lazy

from triptych.core_crm.cases.actions import create_queue
from triptych.core_crm.cases.models import Queue
from triptych.platform.languages.naming import say_names

SUPPORT = pgettext_lazy("queue", "Support")


def make_defaults(now: datetime) -> None:
    """Make the queue “Support”, unless there is a queue already."""
    if not Queue.objects.exists():
        create_queue(name=str(SUPPORT), by=None, now=now)


def name_defaults() -> None:
    """Call it as the language that is spoken does."""
    say_names(Queue.objects.all(), [SUPPORT])
