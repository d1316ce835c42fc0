"""Tags of list pages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django import template
from django.utils.safestring import SafeString

from triptych.core_crm.lists.spec import Column
from triptych.platform.languages.wording import within_sentence
from triptych.platform.web.markup import markup

register = template.Library()
register.filter("within_sentence", within_sentence)


@register.simple_tag
def cells(columns: Sequence[Column], record: Any) -> SafeString:
    """The cells of one row. A tag instead of a template, since it is made for every row."""
    return SafeString("".join(markup("<td{}>{}</td>", _css(column.css), column.show(record)) for column in columns))


@cache
def _css(classes: str) -> SafeString:
    return markup(' class="{}"', classes) if classes else SafeString("")
