"""Hooks that the frame calls: what stands on the home page, and the first steps in a new workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from triptych.platform.plugins.hookspecs import AnyMember
from triptych.platform.plugins.markers import hookspec

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Tile:
    """A figure on the home page that answers a question, and the records behind it. Lower `position` comes first.

    `figure` is text or safe HTML, e.g. what the tag `money` makes.
    """

    question: StrOrPromise
    figure: StrOrPromise
    note: StrOrPromise = ""
    url: str = ""
    position: int = 100


@dataclass(frozen=True)
class OnboardingStep:
    """Something worth doing in a new workspace; `is_done` says whether somebody has. Lower `position` comes first."""

    title: StrOrPromise
    text: StrOrPromise
    url: str
    button: StrOrPromise
    is_done: bool
    position: int = 100


@hookspec
def home_tiles(member: AnyMember, now: datetime) -> list[Tile]:
    """Figures for this member's home page. Cheap ones: one statement at most for all of an app's tiles."""
    return []


@hookspec
def onboarding_steps(member: AnyMember) -> list[OnboardingStep]:
    """First steps in a new workspace, shown at home until all are done. `is_done` costs one `exists()` at most."""
    return []
