"""Tags of list pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from triptych.core_crm.lists.spec import Column

register = template.Library()


@register.simple_tag
def cells(columns: Sequence[Column], record: Any) -> SafeString:
    """The cells of one row. A tag instead of a template, since it is made for every row."""
    return format_html_join("", "<td{}>{}</td>", ((_css(column), column.show(record)) for column in columns))


def _css(column: Column) -> SafeString | str:
    return format_html(' class="{}"', column.css) if column.css else ""
