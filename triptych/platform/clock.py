"""The one clock. Actions take the time as an argument; only the doors (views, schema, tasks, commands) ask for it."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return timezone.now()
