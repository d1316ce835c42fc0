"""Tags of record pages: `{% load records %}`."""

from __future__ import annotations

from typing import Any

from django import template

from triptych.core_crm.editing.files import FileForm
from triptych.core_crm.rights.access import CHANGE, may
from triptych.platform.files.kinds import IN_WORDS
from triptych.platform.files.models import File
from triptych.platform.records import Record

register = template.Library()


@register.inclusion_tag("editing/files_card.html", takes_context=True)
def files_card(context: template.Context, record: Record) -> dict[str, Any]:
    """The files of a record, with a place to drop more for those who may change it. They go to `<record>/files/`."""
    files = File.objects.alive().on(kind=str(record._meta.model_name), object_id=record.pk)
    return {
        "files": list(files[:20]),
        "form": FileForm(),
        "url": f"{record.get_absolute_url()}files/",  # type: ignore[attr-defined]
        "may_write": may(context["request"].member, CHANGE, record),
        "accepts": IN_WORDS,
    }
