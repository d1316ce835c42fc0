"""How people type working hours: “9–12:30, 13:30–18”."""

import re

from django.utils.translation import gettext as _

from triptych.core_crm.calendar.hours import Span
from triptych.core_crm.calendar.models import clock_text
from triptych.platform.refusals import Refused

SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?")


def spans_typed(text: str) -> tuple[Span, ...]:
    """The spans that a text stands for; nothing for an empty one.

    Raises:
        Refused: it is something else.
    """
    found: list[Span] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = SPAN.fullmatch(part)
        start, end = (_minutes(match[1], match[2]), _minutes(match[3], match[4])) if match else (None, None)
        if start is None or end is None or start >= end:
            raise Refused(_("“%s” is no span of time. Write e.g. 09:00–12:30, 13:30–18:00.") % part)
        found.append((start, end))
    return tuple(found)


def spans_shown(spans: tuple[Span, ...]) -> str:
    """Spans as people write them."""
    return ", ".join(f"{clock_text(start)}–{clock_text(end)}" for start, end in spans)


def _minutes(hours: str, minutes: str | None) -> int | None:
    found = int(hours) * 60 + int(minutes or 0)
    return found if int(minutes or 0) < 60 and found <= 24 * 60 else None
