"""The first page: what needs attention, the figures of core and plugins, and the first steps of a new workspace."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from triptych.platform import clock
from triptych.platform.plugins import hooks
from triptych.platform.web.hookspecs import OnboardingStep, Tile


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    member: Any = request.member  # type: ignore[attr-defined]
    now = clock.now()
    tiles: list[Tile] = sorted(hooks.gather("home_tiles", member=member, now=now), key=lambda tile: tile.position)
    steps: list[OnboardingStep] = []
    if member.may_write:
        steps = sorted(hooks.gather("onboarding_steps", member=member), key=lambda step: step.position)
    done = sum(step.is_done for step in steps)
    return render(
        request,
        "home/home.html",
        {
            "greeting": greeting(timezone.localtime(now).hour),
            "today": timezone.localdate(now),
            "tiles": tiles,
            "steps": steps if done < len(steps) else [],
            "done": done,
        },
    )


def greeting(hour: int) -> str:
    """What one says at that hour of the day."""
    if hour < 5:
        return _("Good night")
    if hour < 12:
        return _("Good morning")
    return _("Good afternoon") if hour < 18 else _("Good evening")
