"""What is wrong with a translation, as far as a program can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from babel.messages.catalog import Catalog, Message

PLACEHOLDER = re.compile(r"%\(\w+\)[sdifg]|%%|%[sdifg]|\{\w*(?:[!:][^{}]*)?\}")
POSITIONAL = {"%s", "%d", "%i", "%f", "%g", "{}"}
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
ONE_ALONE = {"de", "it", "es", "pl"}
"""Languages whose first form is for 1 alone, so that it may do without the number. Russian's first is 21's, too."""


def faults(message: Message, catalog: Catalog) -> Iterator[str]:
    """Why a message's translation may not be used, a sentence each: none for a sound one."""
    strings: Sequence[str] = [message.string] if isinstance(message.string, str) else message.string or [""]
    if message.fuzzy:
        yield "It is marked as fuzzy."
    if not all(strings):
        yield "It is not translated." if not any(strings) else f"It needs {len(strings)} forms."
        return
    if not message.pluralizable:
        yield from _faults(str(message.id), str(message.string))
        return
    if len(strings) != catalog.num_plurals:
        yield f"It needs {catalog.num_plurals} forms and has {len(strings)}."
    one, many = message.id[0], message.id[1]
    language = str(catalog.locale)
    for place, string in enumerate(strings):
        for_one = place == 0 and language in ONE_ALONE
        yield from _faults(one if for_one and _parts(string) == _parts(one) else many, string)


def _faults(text: str, string: str) -> Iterator[str]:
    if _parts(text) != _parts(string):
        yield f"Its placeholders are {_listed(_parts(string))}; the text has {_listed(_parts(text))}."
    if _bare(string) and not _bare(text):
        yield "A percent sign is written %% here."
    if sorted(TAG.findall(text)) != sorted(TAG.findall(string)):
        yield "Its HTML tags differ from the text's."
    if _edges(text) != _edges(string):
        yield "It begins or ends with other blanks or line breaks than the text."
    for mark in (".", "…", ":"):
        if text.rstrip().endswith(mark) and not string.rstrip().endswith(mark):
            yield f"The text ends with “{mark}”, so it ends with one, too."


def _parts(text: str) -> list[str]:
    """The placeholders. Those with a name count once: a language may have to repeat one, or to put them otherwise."""
    found = PLACEHOLDER.findall(text)
    without_name = [part for part in found if part in POSITIONAL]
    return sorted({*found} - POSITIONAL) + without_name


def _bare(text: str) -> bool:
    return "%" in PLACEHOLDER.sub("", text)


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _listed(parts: list[str]) -> str:
    return ", ".join(parts) or "none"
