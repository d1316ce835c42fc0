"""What archives of older versions do not say of their records: by which of their texts they are found."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db.models import Exists, OuterRef
from django.db.models.functions import Left

from triptych.core_crm.activities.findable import search_entry
from triptych.core_crm.activities.models import Activity
from triptych.core_crm.cases.findable import text_of
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.platform import search
from triptych.platform.search.models import SearchEntry


def index_what_lacks(tables: Collection[str]) -> None:
    """Let records be found as they are today, given the tables that the archive holds.

    Archives of 0.1 hold no words of texts, and call notes by the beginning of their text."""
    if "search.searchtext" not in tables:
        search.index_texts(_texts())
    called_so = SearchEntry.objects.filter(pk=OuterRef("pk"), title=Left(OuterRef("description"), 80))
    untitled = Activity.objects.alive().filter(Exists(called_so), subject="").exclude(description="")
    search.index_many(search_entry(activity) for activity in untitled)


def _texts() -> Iterator[search.Text]:
    for activity in Activity.objects.alive().exclude(description="").iterator():
        yield search.Text(activity.pk, "activity", activity.pk, activity.description, activity.at, "description")
    for case in Case.objects.alive().exclude(description="").iterator():
        yield search.Text(case.pk, "case", case.pk, case.description, case.created_at, "description")
    yield from map(text_of, CaseMessage.objects.filter(case__deleted_at=None).iterator())
