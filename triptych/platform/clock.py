"""The one clock. Actions take the time as an argument; only the doors (views, schema, tasks, commands) ask for it."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return timezone.now()


MARGIN = timedelta(days=2)


def is_shown_everywhere(moment: datetime) -> bool:
    """Whether an instant has a date in every time zone. PostgreSQL keeps others, which cannot be read again."""
    at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.min.replace(tzinfo=UTC) + MARGIN < at < datetime.max.replace(tzinfo=UTC) - MARGIN
