"""Writes to a case: check (rights too), write, record, announce."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.cases.findable import search_entry, text_of
from triptych.core_crm.cases.models import Case, Numbering, Queue
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.rights.access import CHANGE, CREATE, DELETE, must, must_set
from triptych.platform import events, search
from triptych.platform.changes import apply_changes, check_fields
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


class CaseFields(TypedDict, total=False):
    """What can be set on a case."""

    subject: str
    description: str
    status: str
    priority: str
    type: str
    origin: str
    queue: Queue | None
    owner: Member | None
    contact: Contact | None
    company: Company | None
    deal: Deal | None
    custom: Mapping[str, Any]
    requester_name: str
    requester_email: str
    follows: Case | None
    following: str


@transaction.atomic
def create_case(*, by: Member | None, now: datetime, **fields: Unpack[CaseFields]) -> Case:
    """Keep a new case under the next number.

    Without a `queue` among the fields it waits in the default one; it is New without an owner and Assigned with one,
    unless a `status` says otherwise. Announces `case.created`.

    Raises:
        Refused: a value breaks a rule; it names the field.
    """
    case = checked_case(by=by, now=now, **fields)
    case.number = next_numbers(1)
    case.save(force_insert=True)
    search.index(search_entry(case))
    events.announce("case.created", case, by=by, at=now, number=case.number)
    return case


def checked_case(*, by: Member | None, now: datetime, **fields: Unpack[CaseFields]) -> Case:
    """The case that `create_case` would keep, not kept and without a number. Raises as it does."""
    case = Case(created_at=now, updated_at=now, last_message_at=now)
    if "queue" not in fields:
        fields["queue"] = Queue.objects.filter(is_default=True).first()
    if "status" not in fields and fields.get("owner"):
        fields["status"] = Case.Status.ASSIGNED
    apply_changes(case, cleaned(fields))
    refuse_duplicate_without_original(case)
    case.resolved_at = None if case.is_open else now
    case.number = 0
    check_fields(case)
    must(by, CREATE, case)
    return case


@transaction.atomic
def update_case(
    *, case: Case, by: Member | None, now: datetime, version: int | None = None, **fields: Unpack[CaseFields]
) -> Case:
    """Change the given fields of a case. A new owner makes a New case Assigned.

    `version` is the one that the editor saw. Announces `case.updated` with the names of what changed, and nothing
    when nothing did; then `case.assigned`, `case.resolved` or `case.reopened` as it applies.

    Raises:
        Conflict: somebody changed the case since `version`.
        Refused: a value breaks a rule; it names the field.
    """
    case = locked(case)
    must(by, CHANGE, case)
    case.expect_version(version)
    was_open = case.is_open
    changes = apply_changes(case, cleaned(fields))
    must_set(by, case, changes)
    if "owner" in changes and case.owner_id and case.status == Case.Status.NEW:
        changes |= apply_changes(case, {"status": Case.Status.ASSIGNED})
    if not changes:
        return case
    refuse_duplicate_without_original(case)
    if was_open != case.is_open:
        case.resolved_at = None if case.is_open else now
    if case.status != Case.Status.DUPLICATE:
        case.merged_into = None
    case.save_fields(*changes, "resolved_at", "merged_into", at=now)
    search.index(search_entry(case))
    events.announce("case.updated", case, by=by, at=now, changed=sorted(changes))
    if "owner" in changes and case.owner_id:
        events.announce("case.assigned", case, by=by, at=now, owner=str(case.owner_id))
    if was_open != case.is_open:
        events.announce("case.reopened" if case.is_open else "case.resolved", case, by=by, at=now)
    return case


def change_case_status(*, case: Case, to: str, by: Member | None, now: datetime, version: int | None = None) -> Case:
    """Give a case another status, one of `Case.Status`. As `update_case`."""
    return update_case(case=case, by=by, now=now, version=version, status=to)


def assign_case(*, case: Case, to: Member | None, by: Member | None, now: datetime, version: int | None = None) -> Case:
    """Give a case to a member, or back to its queue with None: an Assigned one is New then. As `update_case`.

    Raises:
        Refused: the member is not active.
    """
    if to is not None and not to.is_active:
        raise Refused(_("%(member)s no longer works here. Choose somebody else.") % {"member": to}, field="owner")
    if to is None and case.status == Case.Status.ASSIGNED:
        return update_case(case=case, by=by, now=now, version=version, owner=None, status=Case.Status.NEW)
    return update_case(case=case, by=by, now=now, version=version, owner=to)


def reopen_case(*, case: Case, by: Member | None, now: datetime, version: int | None = None) -> Case:
    """Take a case that is closed, rejected or a duplicate back to work. As `update_case`.

    Raises:
        Refused: it is open already.
    """
    if case.is_open:
        raise Refused(_("This case is open already."))
    return update_case(case=case, by=by, now=now, version=version, status=open_status(case))


@transaction.atomic
def delete_case(*, case: Case, by: Member | None, now: datetime) -> Case:
    """Put a case into the bin, from which `restore_case` takes it. Announces `case.deleted`."""
    case = locked(case)
    must(by, DELETE, case)
    if case.deleted_at:
        return case
    case.deleted_at = now
    case.save_fields("deleted_at", at=now)
    search.remove(kind="case", id=case.pk)
    events.announce("case.deleted", case, by=by, at=now)
    return case


@transaction.atomic
def restore_case(*, case: Case, by: Member | None, now: datetime) -> Case:
    """Take a case out of the bin, as it was. Announces `case.restored`."""
    case = locked(case)
    must(by, DELETE, case)
    if not case.deleted_at:
        return case
    case.deleted_at = None
    case.save_fields("deleted_at", at=now)
    search.index(search_entry(case))
    search.index_texts(text_of(message) for message in case.messages.all())
    events.announce("case.restored", case, by=by, at=now)
    return case


def locked(case: Case) -> Case:
    """The case as it stands now, locked until the transaction ends, with what its row shows."""
    fresh: Case = Case.objects.for_rows().select_for_update(of=("self",)).get(pk=case.pk)
    return fresh


def open_status(case: Case) -> Case.Status:
    """What a case is when work on it begins or goes on."""
    return Case.Status.ASSIGNED if case.owner_id else Case.Status.NEW


def next_numbers(count: int) -> int:
    """The first of the next numbers of cases in this tenant; whoever asks next waits for this transaction."""
    numbering, _made = Numbering.objects.select_for_update().get_or_create(pk=1)
    numbering.last += count
    numbering.save(update_fields=["last"])
    return numbering.last - count + 1


def refuse_duplicate_without_original(case: Case) -> None:
    """Raises Refused for a duplicate of nothing."""
    if case.status == Case.Status.DUPLICATE and not case.merged_into_id:
        raise Refused(_("Say of which case this is a duplicate: merge it into that one."), field="status")


def cleaned(fields: CaseFields) -> dict[str, Any]:
    """The fields with texts in their one form."""
    return {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
