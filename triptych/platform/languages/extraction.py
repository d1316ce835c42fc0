"""What is to be translated: every message of templates and Python files, read as Django itself reads them.

Scripts of the browser hold no text of their own: what they say stands in attributes that templates fill.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation.template import templatize

TEMPLATES = {".html", ".txt", ".xml"}
TRANSLATIONS = "django.utils.translation"
CALL = re.compile(r" (_|gettext|ngettext|pgettext|npgettext)\(")
LITERAL = re.compile(r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
ARGUMENTS = {"_": 1, "gettext": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}
"""How many of a function's arguments are texts; the first one is a context where the name has a `p`."""


class ExtractionRefused(Exception):
    """A text cannot be translated as it is written; the message names the file and the line."""


@dataclass(frozen=True, order=True)
class Message:
    """A text as it stands in the source. `plural` is empty for one without, `context` for one that needs none."""

    text: str
    plural: str = ""
    context: str = ""
    path: str = field(default="", compare=False)

    @property
    def key(self) -> tuple[str, str]:
        """What it is looked up by."""
        return self.context, self.text


def messages_under(folder: Path, *, apart_from: Iterable[Path] = ()) -> dict[tuple[str, str], list[Message]]:
    """Every message of the templates and Python files of a folder, by context and text, with each file it stands in.

    Raises:
        ExtractionRefused: a text is no literal, or a template cannot be read.
    """
    found: dict[tuple[str, str], list[Message]] = {}
    for file in _sources(folder, set(apart_from)):
        path = file.relative_to(folder.parent).as_posix()
        read = of_python if file.suffix == ".py" else of_template
        for message in read(file.read_text(encoding="utf-8"), path):
            found.setdefault(message.key, []).append(message)
    return found


def _sources(folder: Path, apart_from: set[Path]) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        if file.suffix != ".py" and not (file.suffix in TEMPLATES and "templates" in file.parts):
            continue
        if not apart_from.intersection(file.parents) and "migrations" not in file.parts:
            yield file


def of_template(source: str, path: str) -> Iterator[Message]:
    """The messages of a Django template: `translate`, `blocktranslate` and `_("…")` anywhere in its tags.

    Raises:
        ExtractionRefused: Django cannot read its translations.
    """
    try:
        calls = templatize(source, path)
    except SyntaxError as error:
        raise ExtractionRefused(f"{path}: {error}.") from error
    at = 0
    while call := CALL.search(calls, at):
        texts: list[str] = []
        at = call.end()
        while (literal := LITERAL.match(calls, at)) and len(texts) < ARGUMENTS[call[1]]:
            texts.append(ast.literal_eval(literal[0]))
            at = literal.end() + (2 if calls.startswith(", ", literal.end()) else 0)
        if len(texts) == ARGUMENTS[call[1]]:
            yield _message(call[1], texts, path)


def of_python(source: str, path: str) -> Iterator[Message]:
    """The messages of a Python file: the texts given to Django's functions, whatever names they were imported under.

    Raises:
        ExtractionRefused: a text is put together while the program runs, so that no catalogue can hold it.
    """
    tree = ast.parse(source, path)
    names = {
        alias.asname or alias.name: alias.name.removesuffix("_lazy")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == TRANSLATIONS
        for alias in node.names
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = _called(node.func, names)
        if function not in ARGUMENTS:
            continue
        texts = [one.value for one in node.args[: ARGUMENTS[function]] if isinstance(one, ast.Constant)]
        if len(texts) < ARGUMENTS[function] or not all(isinstance(text, str) for text in texts):
            raise ExtractionRefused(
                f"{path}:{node.lineno}: {function} is given something else than a text. "
                "Write the whole sentence with named placeholders, and fill them in afterwards."
            )
        yield _message(function, [str(text) for text in texts], path)


def _called(function: ast.expr, names: dict[str, str]) -> str:
    """Which of Django's functions is called: by its imported name, or as an attribute of the module."""
    match function:
        case ast.Name(id=name):
            return names.get(name, "")
        case ast.Attribute(value=ast.Name(id="translation"), attr=name):
            return name.removesuffix("_lazy")
    return ""


def _message(function: str, texts: list[str], path: str) -> Message:
    context = texts.pop(0) if "p" in function.split("gettext")[0] else ""
    return Message(texts[0], texts[1] if len(texts) > 1 else "", context, path)
