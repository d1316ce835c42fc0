"""Many cases at once, for imports: the same rules, a handful of statements, and nobody is told of them one by one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from triptych.core_crm.cases.actions.cases import (
    CaseFields,
    checked_case,
    cleaned,
    next_numbers,
    refuse_duplicate_without_original,
)
from triptych.core_crm.cases.findable import search_entry
from triptych.core_crm.cases.models import Case, Queue
from triptych.core_crm.rights.access import CHANGE, must, must_set
from triptych.platform import events, search
from triptych.platform.changes import apply_changes, check_fields
from triptych.platform.records import save_many
from triptych.tenants.members.models import Member


class PastCase(CaseFields, total=False):
    """A case as another system kept it, with the times when it was opened and closed there."""

    opened_at: datetime
    closed_at: datetime


@transaction.atomic
def create_cases_in_bulk(rows: Sequence[PastCase], *, by: Member | None, now: datetime) -> list[Case]:
    """Keep all these cases under the next numbers, in the order given; all or none.

    One that is closed without a `closed_at` counts as closed when it is made. Announces `case.created_in_bulk` once
    for each thousand, with their ids as the fact `ids`; nothing is sent to anybody.

    Raises:
        Refused: as `create_case`, for the first that breaks a rule.
    """
    default = Queue.objects.filter(is_default=True).first()
    cases = [_past_case(row, default, by=by, now=now) for row in rows]
    for number, case in enumerate(cases, next_numbers(len(cases)) if cases else 0):
        case.number = number
    Case.objects.bulk_create(cases)
    _tell("case.created_in_bulk", cases, by=by, now=now)
    return cases


@transaction.atomic
def update_cases_in_bulk(rows: Mapping[UUID, PastCase], *, by: Member | None, now: datetime) -> list[Case]:
    """Change these fields of these cases (id → fields); those that changed.

    The rules are those of `update_case`. Announces `case.updated_in_bulk` once for each thousand.

    Raises:
        Refused: as `update_case`, for the first that breaks a rule.
    """
    known = Case.objects.for_rows().select_for_update(of=("self",)).order_by("pk").in_bulk(list(rows))
    changed = [case for pk, case in known.items() if _is_changed(case, rows[pk], by=by, now=now)]
    save_many(changed, {*CaseFields.__annotations__, "created_at", "resolved_at", "merged_into"})
    _tell("case.updated_in_bulk", changed, by=by, now=now)
    return changed


def _past_case(row: PastCase, default: Queue | None, *, by: Member | None, now: datetime) -> Case:
    fields = {name: value for name, value in row.items() if name in CaseFields.__annotations__}
    case = checked_case(by=by, now=row.get("opened_at", now), **{"queue": default, **fields})  # type: ignore[arg-type]
    case.updated_at = now
    if not case.is_open:
        case.resolved_at = row.get("closed_at", now)
        check_fields(case, only=["resolved_at"])
    case.awaits_reply = case.status in (Case.Status.NEW, Case.Status.ASSIGNED)
    return case


def _is_changed(case: Case, row: PastCase, *, by: Member | None, now: datetime) -> bool:
    must(by, CHANGE, case)
    was_open = case.is_open
    fields = cleaned({name: value for name, value in row.items() if name in CaseFields.__annotations__})  # type: ignore[arg-type]
    if "opened_at" in row:
        fields["created_at"] = row["opened_at"]
    changes = apply_changes(case, fields)
    must_set(by, case, changes)
    if "owner" in changes and case.owner_id and case.status == Case.Status.NEW:
        changes |= apply_changes(case, {"status": Case.Status.ASSIGNED})
    refuse_duplicate_without_original(case)
    closed_at = None if case.is_open else row.get("closed_at") or (now if was_open else case.resolved_at)
    changes |= apply_changes(case, {"resolved_at": closed_at})
    if not changes:
        return False
    if case.status != Case.Status.DUPLICATE:
        case.merged_into = None
    case.touch(at=now)
    return True


def _tell(name: str, cases: Sequence[Case], *, by: Member | None, now: datetime) -> None:
    search.index_many(search_entry(case) for case in cases)
    events.announce_in_bulk(name, cases, by=by, at=now)
