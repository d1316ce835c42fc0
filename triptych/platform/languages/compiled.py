"""The compiled catalogues, which gettext reads: made from the `.po` files where they are missing or stale.

They lie in the data folder, since the sources may be installed where nobody may write.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from babel.messages.mofile import write_mo

from triptych.platform.languages.catalogues import TARGETS, Catalogue

STAMP = "django.sha256"


def folders(catalogues: Iterable[Catalogue], root: Path) -> list[str]:
    """Where the compiled files of each catalogue are: what `LOCALE_PATHS` names. The first one wins."""
    return [str(root / catalogue.name) for catalogue in catalogues]


def ensure_compiled(catalogues: Iterable[Catalogue], root: Path) -> None:
    """Compile each catalogue whose `.po` file has changed since. Safe when several processes start at once."""
    for catalogue in catalogues:
        for language in TARGETS:
            if catalogue.path(language).exists():
                _compile(catalogue, language, root / catalogue.name / language / "LC_MESSAGES")


def _compile(catalogue: Catalogue, language: str, folder: Path) -> None:
    wanted, stamp = hashlib.sha256(catalogue.path(language).read_bytes()).hexdigest(), folder / STAMP
    if stamp.exists() and stamp.read_text() == wanted and (folder / "django.mo").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"django.mo.{os.getpid()}"
    with beside.open("wb") as file:
        write_mo(file, catalogue.read(language))
    beside.replace(folder / "django.mo")
    stamp.write_text(wanted)
