"""The plugins' pages under `/x/<plugin id>/`: there where the plugin is enabled, 404 everywhere else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver
from django.urls.resolvers import RoutePattern

from triptych.platform.plugins import failures, hooks
from triptych.platform.plugins.registry import registry
from triptych.platform.web import logs

ANSWERS = (Http404, PermissionDenied, SuspiciousOperation)
"""Exceptions by which a view answers; they are no faults."""


def plugin_patterns() -> list[URLResolver]:
    """One resolver per registered plugin that has pages, in the namespace of its id."""
    pages: dict[str, list[URLPattern | URLResolver]] = defaultdict(list)
    for plugin_id, pattern in hooks.pairs("urls", registry.contributors, {}):
        pages[plugin_id].append(pattern)
    return [
        URLResolver(RoutePattern(f"{plugin_id}/", is_endpoint=False), patterns, app_name=plugin_id, namespace=plugin_id)
        for plugin_id, patterns in pages.items()
    ]


class PluginPageMiddleware:
    """Answers 404 where the plugin is not enabled, puts its name on what its pages log, and reports what they raise.

    The addresses themselves match everywhere: under ASGI they are resolved in the thread of the event loop, which
    stands in no tenant. `process_view` runs in the request's own thread again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if plugin := _plugin_of(request):
            if plugin not in hooks.enabled_plugins():
                raise Http404
            logs.bind(plugin=plugin)

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        plugin = _plugin_of(request)
        if plugin and not isinstance(error, ANSWERS):
            failures.report(plugin, "page", error)


def _plugin_of(request: HttpRequest) -> str:
    """The id of the plugin whose page this is, empty for a page of core."""
    match = request.resolver_match
    return match.namespaces[0] if match and match.route.startswith("x/") and match.namespaces else ""


plugin_urls = plugin_patterns()
"""What the root mounts at `x/`. Made on the first import, which is the first request's."""
