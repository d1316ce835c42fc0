"""Who may fetch a file: whoever sees its record. Who may put one there is asked of the record's own app."""

from uuid import UUID

from django.db.models import Q
from django.shortcuts import get_object_or_404

from triptych.platform.files.models import File, FileQuerySet
from triptych.platform.refusals import MayOnlyRead
from triptych.platform.search import Seeker, found_by, limits_of
from triptych.platform.search.models import SearchEntry


def files_visible_to(member: Seeker) -> FileQuerySet:
    """The files that the member may fetch, without those in the bin."""
    return _on_seen_records(member, File.objects.alive())


def file_to_see(member: Seeker, pk: UUID) -> File:
    """Raises Http404 for a file that is not there, or in the bin."""
    return get_object_or_404(files_visible_to(member), pk=pk)


def file_to_change(member: Seeker, pk: UUID, *, deleted: bool = False) -> File:
    """A file, or one in the bin; raises Http404 if there is none, Forbidden if the member only may read."""
    file = get_object_or_404(_on_seen_records(member, File.objects.all()), pk=pk, deleted_at__isnull=not deleted)
    if not member.may_write:
        raise MayOnlyRead()
    return file


def _on_seen_records(member: Seeker, files: FileQuerySet) -> FileQuerySet:
    """Those on records that the member may find; the search knows every record that is not in the bin."""
    limited = [kind for kind, limit in limits_of(member).items() if limit.owners is not None]
    if not limited:
        return files
    seen = SearchEntry.objects.filter(found_by(member), kind__in=limited).values("pk")
    return files.filter(~Q(kind__in=limited) | Q(object_id__in=seen))
