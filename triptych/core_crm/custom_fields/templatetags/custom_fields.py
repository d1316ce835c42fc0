"""Tags of record pages: `{% load custom_fields %}`."""

from __future__ import annotations

from typing import Any

from django import template

from triptych.core_crm.custom_fields.facts import facts_of
from triptych.platform.records import Record

register = template.Library()


@register.inclusion_tag("custom_fields/facts.html", takes_context=True)
def custom_facts(context: template.Context, record: Record, *, may_write: bool = True) -> dict[str, Any]:
    """The custom fields of a record, below its other facts; nothing where there are none."""
    member = context["request"].member
    return {"facts": facts_of(record, member, may_write=may_write and member.may_write)}
