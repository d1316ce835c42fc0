"""Fields that plugins contribute: what they raise is reported under their id and costs the answer only that field."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from graphql import GraphQLError
from strawberry.extensions import FieldExtension

from triptych.platform.plugins.guard import isolated
from triptych.platform.refusals import Refused

TOLD = (GraphQLError, Refused, PermissionDenied, Http404)
"""What a resolver raises to tell the client something; it is no fault."""
PLUGIN_FAILED = "PLUGIN_FAILED"


class Guarded(FieldExtension):
    """Runs a plugin's resolver isolated, as every hook of a plugin is."""

    def __init__(self, plugin_id: str) -> None:
        self.plugin_id = plugin_id

    def resolve(self, next_: Any, source: Any, info: Any, **arguments: Any) -> Any:
        outcome = isolated(
            self.plugin_id, "graphql", lambda: _outcome(next_, source, info, arguments), may_be_slow=True
        )
        if outcome is None:
            message = _("The plugin “%s” failed here. The rest of the answer is complete.") % self.plugin_id
            raise GraphQLError(message, extensions={"code": PLUGIN_FAILED, "plugin": self.plugin_id})
        value, told = outcome
        if told is not None:
            raise told
        return value


def _outcome(next_: Any, source: Any, info: Any, arguments: dict[str, Any]) -> tuple[Any, Exception | None]:
    try:
        return next_(source, info, **arguments), None
    except TOLD as told:
        return None, told
