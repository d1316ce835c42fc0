"""The catalogues: one for the product, one for each plugin, each with a `.po` file per language beside its sources.

The files hold what the sources say and nothing else: sorted, without places, dates, guesses or leftovers, so that a
change of one text is a change of a few lines.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from triptych.platform.languages import LANGUAGES, SOURCE
from triptych.platform.languages.extraction import Message, messages_under
from triptych.platform.languages.faults import faults
from triptych.platform.plugins.manifest import Plugin

PRODUCT = Path(__file__).resolve().parents[2]
TARGETS = tuple(code for code, _ in LANGUAGES if code != SOURCE)


@dataclass(frozen=True)
class Catalogue:
    """The texts of one package of sources: `triptych` itself, or a plugin, by its id."""

    name: str
    sources: Path
    apart_from: tuple[Path, ...] = ()

    @cached_property
    def messages(self) -> dict[tuple[str, str], list[Message]]:
        """What the sources say, by context and text, with each place.

        Raises:
            ExtractionRefused: a text of them cannot be translated as it is written.
        """
        return messages_under(self.sources, apart_from=self.apart_from)

    @property
    def is_ours_to_write(self) -> bool:
        """Whether its sources are worked on here, and not installed ready-made."""
        return "site-packages" not in self.sources.parts

    def path(self, language: str) -> Path:
        return self.sources / "locale" / language / "LC_MESSAGES" / "django.po"

    def read(self, language: str) -> Catalog:
        """What is translated so far. Empty where there is no file yet."""
        path = self.path(language)
        with BytesIO(path.read_bytes() if path.exists() else b"") as file:
            return read_po(file, locale=language, ignore_obsolete=True)

    def merged(self, language: str) -> Catalog:
        """What the sources say now, with what is translated so far."""
        former, merged = self.read(language), Catalog(locale=language, fuzzy=False)
        for places in self.messages.values():
            message = _fullest(places)
            new = merged.add(_id_of(message), context=message.context or None)
            old = former.get(message.text, message.context or None)
            if old is not None and not old.fuzzy and old.pluralizable == new.pluralizable:
                new.string = old.string
        return merged

    def write(self, language: str, catalog: Catalog) -> None:
        """Write the file of a language as a whole, if anything changed."""
        path, content = self.path(language), content_of(catalog, language)
        if path.exists() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}")
        beside.write_bytes(content)
        beside.replace(path)

    def problems(self, language: str) -> Iterator[str]:
        """What keeps a language from being complete and right, a sentence each."""
        merged, path = self.merged(language), self.path(language)
        if not path.exists() or path.read_bytes() != content_of(merged, language):
            yield f"{path} does not hold what the sources say. Run `triptych messages`."
        for message in merged:
            if message.id:
                yield from (f"{path}: “{shown(message.id)}”: {fault}" for fault in faults(message, merged))


def catalogues(plugins: tuple[Plugin, ...]) -> list[Catalogue]:
    """The product's catalogue, and that of each plugin that has an app."""
    product = Catalogue("triptych", PRODUCT, apart_from=(PRODUCT / "plugins",))
    return [product, *(Catalogue(plugin.id, folder_of(plugin.app)) for plugin in plugins if plugin.app)]


def folder_of(package: str) -> Path:
    """Where the files of a package are."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).resolve().parent


def content_of(catalog: Catalog, language: str) -> bytes:
    """A catalogue as a file: a head that says only what reading it needs, then the messages by their text."""
    with BytesIO() as file:
        write_po(file, catalog, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
        head = (
            'msgid ""\nmsgstr ""\n'
            f'"Language: {language}\\n"\n'
            '"Content-Type: text/plain; charset=UTF-8\\n"\n'
            f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
        )
        return head.encode() + file.getvalue().strip() + b"\n"


def shown(text: str | list[str] | tuple[str, ...]) -> str:
    """The text of a message, or the first of its two."""
    return text if isinstance(text, str) else text[0]


def _fullest(places: list[Message]) -> Message:
    """One of several messages of the same text: that with a plural, if any has one."""
    return next((message for message in places if message.plural), places[0])


def _id_of(message: Message) -> str | tuple[str, str]:
    return (message.text, message.plural) if message.plural else message.text
