"""`{% timeline record %}`: the composer and the history of a record, on its page. `{% load timeline %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from triptych.core_crm.activities.panel import panel_of
from triptych.platform.records import Record

register = template.Library()


@register.simple_tag(takes_context=True)
def timeline(context: template.Context, record: Record) -> SafeString:
    """Everything known about the record, newest first, with filters; writers may add to it."""
    request: Any = context["request"]
    panel = panel_of(record, request.member)
    return render_to_string("activities/timeline.html", {"panel": panel, "record": record}, request=request)
