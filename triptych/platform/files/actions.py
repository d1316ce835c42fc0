"""Every write to files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Protocol
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.base import File as DjangoFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from triptych.platform import events
from triptych.platform.files.kinds import FileRefused, clean_name, type_of
from triptych.platform.files.models import File
from triptych.platform.ids import new_id

LARGEST = 25 * 1024 * 1024
"""In bytes."""

HEAD = 8192


class Uploader(Protocol):
    """A member, as far as a file is concerned."""

    @property
    def pk(self) -> UUID: ...

    name: str


class Upload(Protocol):
    """What came with a request, or anything with a name, a size and bytes."""

    @property
    def name(self) -> str | None: ...
    @property
    def size(self) -> int | None: ...
    def chunks(self) -> Iterable[bytes]: ...


def attach_file(*, upload: Upload, kind: str, object_id: UUID, by: Uploader | None, now: datetime) -> File:
    """Keep a file on a record. Its bytes are written first; if the row is refused, they are taken away again.

    Announces `file.attached`. Rights on the record are the caller's to check.

    Raises:
        FileRefused: it is empty, larger than 25 MB, or of a kind that is not taken.
    """
    name = clean_name(upload.name or "file")
    if not upload.size:
        raise FileRefused(_("This file is empty."), field="file")
    if upload.size > LARGEST:
        raise FileRefused(_("This file is larger than 25 MB. Send a smaller one, or a link to it."), field="file")
    pieces = iter(upload.chunks())
    head = next(pieces, b"")
    content_type = type_of(name, head[:HEAD])
    id = new_id()
    counted = _Counted(head, pieces)
    key = default_storage.save(f"{id.hex[-2:]}/{id.hex}", counted)
    try:
        with transaction.atomic():
            file = File.objects.create(
                id=id,
                name=name,
                content_type=content_type,
                size=counted.length,
                sha256=counted.digest.hexdigest(),
                storage_key=key,
                kind=kind,
                object_id=object_id,
                uploaded_by_id=by.pk if by else None,
                uploaded_by_name=by.name if by else "",
                created_at=now,
            )
            events.announce("file.attached", file, by=by, at=now, kind=kind, object_id=str(object_id))
    except BaseException:
        default_storage.delete(key)
        raise
    return file


def attach_files(
    uploads: Iterable[Upload], *, kind: str, object_id: UUID, by: Uploader | None, now: datetime
) -> list[File]:
    """Keep several files on a record, all of them or, if one is refused, none.

    Raises:
        FileRefused: as `attach_file`; it names the file.
    """
    kept: list[File] = []
    try:
        with transaction.atomic():
            for upload in uploads:
                kept.append(attach_file(upload=upload, kind=kind, object_id=object_id, by=by, now=now))
    except FileRefused as refused:
        for file in kept:
            default_storage.delete(file.storage_key)
        name = clean_name(upload.name or "file")
        raise FileRefused(f"{name}: {refused.message}", field="attachments") from refused
    return kept


@transaction.atomic
def delete_file(*, file: File, by: Uploader | None, now: datetime) -> File:
    """Put a file into the bin; its bytes stay until it is purged. Announces `file.deleted`."""
    file = File.objects.select_for_update().get(pk=file.pk)
    if not file.deleted_at:
        file.deleted_at = now
        file.save(update_fields=["deleted_at"])
        events.announce("file.deleted", file, by=by, at=now, kind=file.kind, object_id=str(file.object_id))
    return file


@transaction.atomic
def restore_file(*, file: File, by: Uploader | None, now: datetime) -> File:
    """Take a file out of the bin. Announces `file.restored`."""
    file = File.objects.select_for_update().get(pk=file.pk)
    if file.deleted_at:
        file.deleted_at = None
        file.save(update_fields=["deleted_at"])
        events.announce("file.restored", file, by=by, at=now, kind=file.kind, object_id=str(file.object_id))
    return file


class _Counted(DjangoFile):  # type: ignore[type-arg]
    """The pieces of an upload on their way to the storage, counted and digested."""

    def __init__(self, head: bytes, rest: Iterator[bytes]) -> None:
        super().__init__(ContentFile(b""))
        self.head, self.rest = head, rest
        self.length = 0
        self.digest = hashlib.sha256()

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        for piece in chain([self.head], self.rest):
            self.length += len(piece)
            self.digest.update(piece)
            yield piece
