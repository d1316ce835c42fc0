"""`{% slot "contact_side" contact=contact %}`: the place on a page that core and plugins may fill."""

from functools import partial
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from triptych.platform.plugins import Fragment, hooks
from triptych.platform.plugins.guard import isolated
from triptych.platform.plugins.registry import CORE

register = template.Library()


@register.simple_tag(takes_context=True)
def slot(context: template.Context, name: str, **page: Any) -> SafeString:
    """The fragments contributed to the slot `name`, by position. One that cannot be rendered costs only itself."""
    request = context.get("request")
    member = getattr(request, "member", None)
    found: list[tuple[str, Fragment]] = hooks.gather_by_plugin("slot", name=name, page=page, member=member)
    found.sort(key=lambda pair: pair[1].position)
    pieces = (_rendered(plugin_id, fragment, name, page, request) for plugin_id, fragment in found)
    return format_html_join("\n", "{}", ((piece,) for piece in pieces if piece is not None))


def _rendered(plugin_id: str, fragment: Fragment, name: str, page: dict[str, Any], request: Any) -> str | None:
    call = partial(render_to_string, fragment.template, {**page, **fragment.context}, request)
    return call() if plugin_id.startswith(CORE) else isolated(plugin_id, f"slot {name}", call)
