"""What every template knows of the frame around it. Nothing here asks the database."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from triptych.platform.web import menu as navigation
from triptych.platform.web.menu import Act, Group, Line


class Shell:
    """The frame of one request; each part is worked out when a template first asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.tenant: Any = getattr(request, "tenant", None)
        self.member: Any = getattr(request, "member", None)

    @property
    def frame(self) -> str:
        """The template around pages that a tenant's host and the bare host share."""
        return "shell/page.html" if self.tenant else settings.PUBLIC_FRAME

    @cached_property
    def menu(self) -> list[Group]:
        if self.tenant is None:
            return navigation.of_operators(self._request.path)
        return navigation.groups(self.member, self._request.path)

    @cached_property
    def section(self) -> Line | None:
        """The line of the menu that leads here."""
        return next((line for group in self.menu for line in group.lines if line.is_current), None)

    @cached_property
    def bottom_bar(self) -> list[Line]:
        return navigation.on_a_phone(self.menu)

    @cached_property
    def new(self) -> list[Act]:
        """What “New” offers."""
        return [act for act in navigation.acts(self.member) if act.makes]

    @cached_property
    def public_url(self) -> str:
        """The public site, without a path."""
        port = self._request.get_host().partition(":")[2]
        return f"{self._request.scheme}://{settings.BASE_DOMAIN}{':' + port if port else ''}"

    @cached_property
    def go_keys(self) -> list[Line]:
        return [line for group in self.menu for line in group.lines if line.key]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell` is the frame, `tenant` and `member` are whom the request is for."""
    frame = Shell(request)
    return {"shell": frame, "tenant": frame.tenant, "member": frame.member}
