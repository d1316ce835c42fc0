"""Acts that lists of several nouns share: deleting with undo, giving to another owner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy, ngettext

from triptych.core_crm.lists.bulk import Act
from triptych.platform.records import RecordQuerySet
from triptych.tenants.members.models import Member


def deleting(
    delete: Callable[..., Any], restore: Callable[..., Any], *, noun: str, records: Callable[[], RecordQuerySet]
) -> Act:
    """Delete records with the actions `delete` and `restore`, which take the record as `noun`."""

    def run(record: Any, value: Any, *, by: Member, now: datetime) -> None:
        delete(**{noun: record}, by=by, now=now)

    def undo(record: Any, *, by: Member, now: datetime) -> None:
        restore(**{noun: record}, by=by, now=now)

    return Act(
        name="delete",
        label=gettext_lazy("Delete"),
        icon="trash",
        done=lambda count: (
            ngettext("%(count)d record deleted.", "%(count)d records deleted.", count) % {"count": count}
        ),
        run=run,
        undo=undo,
        done_at=lambda at: records().deleted().filter(deleted_at=at),
        danger=True,
    )


def giving(update: Callable[..., Any], *, noun: str) -> Act:
    """Give records to another owner with the action `update`, which takes the record as `noun`."""

    def run(record: Any, value: Member | None, *, by: Member, now: datetime) -> None:
        update(**{noun: record}, by=by, now=now, owner=value)

    return Act(
        name="owner",
        label=gettext_lazy("Change owner"),
        icon="user-share",
        done=lambda count: (
            ngettext("%(count)d record changed.", "%(count)d records changed.", count) % {"count": count}
        ),
        run=run,
        asks_for_owner=True,
    )
