"""Numbers as people type them in their language."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.formats import get_format

SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"


def plain_number(text: str) -> str:
    """A number as programs write it: “1.234,50” typed in German is 1234.50. What is no number stays as it is.

    A single dot is that of a program, since browsers send numbers so: “1.234” is little more than one in any language.
    """
    mark, grouping = str(get_format("DECIMAL_SEPARATOR")), str(get_format("THOUSAND_SEPARATOR"))
    text = text.strip()
    if "." not in mark and text.count(".") == 1 and mark not in text:
        return text
    between = re.escape(SPACES + grouping.strip())
    found = re.fullmatch(rf"([-+]?)(\d{{1,3}}(?:[{between}]\d{{3}})+|\d+)(?:{re.escape(mark)}(\d+))?", text)
    if found is None:
        return text
    sign, whole, decimals = found.groups()
    return sign + re.sub(r"\D", "", whole) + (f".{decimals}" if decimals else "")


class DecimalField(forms.DecimalField):
    """Takes a number as the language that is spoken writes it, and as browsers and programs send it."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(plain_number(value) if isinstance(value, str) else value)
