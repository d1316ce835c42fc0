"""The schema as text: `schema.graphql`, what a tenant has with every bundled plugin, committed and diffed."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from django.conf import settings

from triptych.graphql.composition import composition_problems, schema_for
from triptych.platform.plugins.discovery import installed_plugins
from triptych.platform.refusals import Refused


class SchemaOutdated(Refused):
    """The committed schema is not the one that the code makes, or the code makes none."""


def schema_file() -> Path:
    """Where the schema is kept."""
    return Path(settings.ROOT).parent / "schema.graphql"


def bundled_plugins() -> list[str]:
    """The plugins of this distribution, by id."""
    return sorted(plugin.id for plugin in installed_plugins() if plugin.app.startswith("triptych."))


def sdl(plugin_ids: Collection[str]) -> str:
    """The schema of a tenant with these plugins, as text."""
    problems = composition_problems(plugin_ids)
    if problems:
        raise SchemaOutdated(" ".join(problems))
    return f"{schema_for(plugin_ids).as_str()}\n"


def write_or_check(*, only_check: bool) -> None:
    """Write `schema.graphql`, or only make sure that it is current.

    Raises:
        SchemaOutdated: it is not, or the plugins clash.
    """
    current = sdl(bundled_plugins())
    if only_check:
        file = schema_file()
        if not file.exists() or file.read_text() != current:
            raise SchemaOutdated("schema.graphql is not what the code makes. Run `triptych schema` and commit it.")
    else:
        schema_file().write_text(current)
