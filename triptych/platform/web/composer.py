"""What `components/composer.html` shows: ways to write something, a tab for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.forms import Form

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class ComposerTab:
    """A form, posted to `url` by `button`; `hint` stands beside the button."""

    id: str
    label: StrOrPromise
    icon: str
    url: str
    form: Form
    button: StrOrPromise
    hint: StrOrPromise = ""
