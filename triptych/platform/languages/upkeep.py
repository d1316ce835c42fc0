"""Bringing the catalogues that are worked on here to what their sources say."""

from __future__ import annotations

from collections.abc import Iterator

from triptych.platform.languages.catalogues import TARGETS, Catalogue, catalogues
from triptych.platform.languages.faults import faults
from triptych.platform.plugins.discovery import installed_plugins


def ours() -> list[Catalogue]:
    """The catalogues whose sources are worked on here: in the repository of a plugin's author, the plugin's alone."""
    return [catalogue for catalogue in catalogues(installed_plugins()) if catalogue.is_ours_to_write]


def update() -> list[str]:
    """Write each file anew, with what is translated so far. Returns a line on each.

    Raises:
        ExtractionRefused: a text cannot be translated as it is written.
    """
    return [_updated(catalogue, language) for catalogue in ours() for language in TARGETS]


def problems() -> list[str]:
    """What keeps the files from being current, complete and right, a sentence each. Changes nothing.

    Raises:
        ExtractionRefused: a text cannot be translated as it is written.
    """
    return list(_problems())


def _problems() -> Iterator[str]:
    for catalogue in ours():
        for language in TARGETS:
            yield from catalogue.problems(language)


def _updated(catalogue: Catalogue, language: str) -> str:
    merged = catalogue.merged(language)
    catalogue.write(language, merged)
    wrong = sum(1 for message in merged if message.id and next(faults(message, merged), None))
    return f"{catalogue.name} {language}: {len(merged) - wrong} of {len(merged)} texts are translated."
