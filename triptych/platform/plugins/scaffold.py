"""`triptych plugin new NAME`: the beginnings of a plugin, as a distribution of its own."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from django.utils.text import slugify

from triptych.platform.plugins.manifest import API_LEVEL, PLUGIN_ID
from triptych.platform.refusals import Refused

TEMPLATE = Path(__file__).with_name("template")
SUFFIX = ".tmpl"


class ScaffoldRefused(Refused):
    """The plugin cannot be begun under that name or in that folder."""


def scaffold(name: str, target: Path) -> Path:
    """Write a new plugin called `name` (as people will read it) into a folder below `target`. Returns that folder.

    Raises:
        ScaffoldRefused: the name makes no id, or the folder is there already.
    """
    words = _words_for(name)
    folder = target / words["distribution"]
    if folder.exists():
        raise ScaffoldRefused(f"{folder} is there already. Choose another name or folder.", field="name")
    try:
        for source in sorted(TEMPLATE.rglob(f"*{SUFFIX}")):
            place = folder / _filled_path(source.relative_to(TEMPLATE), words)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(Template(source.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
    except OSError as error:
        raise ScaffoldRefused(f"{folder} cannot be written: {error.strerror}.") from error
    return folder


def _words_for(name: str) -> dict[str, str]:
    """What the template's placeholders stand for."""
    plugin_id = slugify(name).replace("-", "_")
    if not PLUGIN_ID.fullmatch(plugin_id):
        raise ScaffoldRefused(
            f"“{name}” makes no id. Begin with a letter and take letters, digits and spaces, e.g. “Stale deals”.",
            field="name",
        )
    return {
        "id": plugin_id,
        "label": re.sub(r"[\"\\{}%<>&$]", "", name).strip(),
        "package": f"triptych_{plugin_id}",
        "distribution": f"triptych-{plugin_id.replace('_', '-')}",
        "camel": "".join(word.title() for word in plugin_id.split("_")),
        "api": str(API_LEVEL),
    }


def _filled_path(path: Path, words: dict[str, str]) -> Path:
    text = path.as_posix().removesuffix(SUFFIX)
    return Path(text.replace("__package__", words["package"]).replace("__id__", words["id"]))
