"""Which files are taken: kinds that a browser or an office program opens without running them, known by their bytes."""

from __future__ import annotations

import re
from pathlib import PurePath

import filetype
from django.utils.translation import gettext as _

from triptych.platform.refusals import Refused

BY_TYPE: dict[str, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/heic": ("heic",),
    "image/tiff": ("tif", "tiff"),
    "audio/mpeg": ("mp3",),
    "audio/x-wav": ("wav",),
    "audio/ogg": ("ogg",),
    "audio/mp4": ("m4a",),
    "video/mp4": ("mp4", "m4v"),
    "video/quicktime": ("mov",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
    "application/vnd.oasis.opendocument.text": ("odt",),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods",),
    "application/vnd.oasis.opendocument.presentation": ("odp",),
}
"""Kinds that bytes tell, with the endings that go with them. Older office files can carry macros and are not taken."""

TEXTS = {"txt": "text/plain", "csv": "text/csv", "md": "text/markdown", "ics": "text/calendar", "vcf": "text/vcard"}
"""Kinds that are text, told by their ending alone; HTML and SVG run scripts and are not among them."""

IN_WORDS = "PDF, PNG, JPEG, GIF, WebP, DOCX, XLSX, PPTX, ODT, ODS, CSV, TXT, MP3, MP4"


class FileRefused(Refused):
    """The file is not taken."""

    code = "FILE_REFUSED"


def type_of(name: str, head: bytes) -> str:
    """The content type of a file with that name and beginning.

    Raises:
        FileRefused: it is of a kind that is not taken, or its name says another kind than its bytes.
    """
    ending = PurePath(name).suffix.lower().removeprefix(".")
    found: str | None = filetype.guess_mime(head)
    if found is None and ending in TEXTS and _is_text(head):
        return TEXTS[ending]
    if found not in BY_TYPE:
        message = _("Files of this kind are not taken. These are: %(kinds)s.")
        raise FileRefused(message % {"kinds": IN_WORDS}, field="file")
    if ending not in BY_TYPE[found]:
        message = _("The name of this file ends in “.%(ending)s”, but it is a %(kind)s. Rename it, then send it again.")
        raise FileRefused(message % {"ending": ending, "kind": BY_TYPE[found][0].upper()}, field="file")
    return found


def clean_name(name: str) -> str:
    """A file name without folders, control characters and direction marks, at most 200 characters long."""
    bare = re.split(r"[/\\]", name)[-1]
    kept = "".join(letter for letter in bare if letter.isprintable() and not "\ud800" <= letter <= "\udfff").strip(" .")
    path = PurePath(kept or "file")
    return f"{path.stem[: 200 - len(path.suffix[:20])]}{path.suffix[:20]}"


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 or not any(byte < 9 for byte in head)  # cut in a letter, or an older code
    return True
