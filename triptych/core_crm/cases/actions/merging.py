"""One case made of two, and two of one. Nothing is copied, so both can be taken back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.cases.actions.cases import create_case, delete_case, locked
from triptych.core_crm.cases.actions.conversation import tell_requester
from triptych.core_crm.cases.findable import text_of
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.core_crm.rights.access import CHANGE, must
from triptych.platform import events, search
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


@transaction.atomic
def merge_case(*, case: Case, into: Case, by: Member | None, now: datetime, tell: bool = False) -> Case:
    """Make a case a duplicate of another one, whose conversation then shows its messages, too, in the order of time.

    Nothing is moved, so `unmerge_case` brings everything back. With `tell` the requester reads by mail where their
    case goes on, if it has an address; answers to either case go to the one that goes on. Announces `case.merged`.

    Raises:
        Refused: it is the same case, the other one is a duplicate itself, or others are merged into this one.
        Forbidden: `by` may not change the one that goes on.
    """
    first, second = sorted((case, into), key=lambda one: one.pk)
    by_id = {one.pk: one for one in (locked(first), locked(second))}
    case, into = by_id[case.pk], by_id[into.pk]
    check_merge(case=case, into=into)
    must(by, CHANGE, into)
    if tell and case.mailed_to:
        tell_requester(case=case, body=told_of_merge(case=case, into=into), by=by, now=now)
    if case.is_open and case.awaits_reply and not into.awaits_reply:
        into.awaits_reply = True
        into.save_fields("awaits_reply", at=now)
    case.status_before_merge = case.status
    case.status, case.merged_into = Case.Status.DUPLICATE, into
    case.resolved_at = case.resolved_at or now
    case.save_fields("status", "status_before_merge", "merged_into", "resolved_at", at=now)
    events.announce("case.merged", case, by=by, at=now, into=str(into.pk))
    return case


def check_merge(*, case: Case, into: Case) -> None:
    """Make sure that a case can be merged into another one.

    Raises:
        Refused: it cannot; the sentence says why.
    """
    if case.pk == into.pk:
        raise Refused(_("A case cannot be merged into itself."), field="into")
    if into.merged_into_id or into.deleted_at:
        raise Refused(_("%(case)s is a duplicate or in the bin. Choose another case.") % {"case": into}, field="into")
    if case.merged_into_id:
        raise Refused(_("This case is merged already. Undo that first."), field="into")
    if case.merged.exists():
        raise Refused(_("Other cases are merged into this one. Merge it the other way round."), field="into")


def told_of_merge(*, case: Case, into: Case) -> str:
    """What the requester of a merged case reads."""
    text = _("Your request #%(number)d goes on as #%(into)d, together with another one about the same.")
    return text % {"number": case.number, "into": into.number}


@transaction.atomic
def unmerge_case(*, case: Case, by: Member | None, now: datetime) -> Case:
    """Take back a merge: the case is on its own again, with the status it had. Announces `case.unmerged`.

    Raises:
        Refused: it is not merged.
    """
    case = locked(case)
    must(by, CHANGE, case)
    if not case.merged_into_id:
        raise Refused(_("This case is not merged into another one."))
    from_case = case.merged_into_id
    case.status = case.status_before_merge or (Case.Status.ASSIGNED if case.owner_id else Case.Status.NEW)
    case.merged_into, case.status_before_merge = None, ""
    case.resolved_at = None if case.is_open else case.resolved_at
    case.save_fields("status", "status_before_merge", "merged_into", "resolved_at", at=now)
    events.announce("case.unmerged", case, by=by, at=now, from_case=str(from_case))
    return case


@transaction.atomic
def split_message(*, message: CaseMessage, subject: str, by: Member, now: datetime) -> Case:
    """Begin a new case with one message of another, which it follows. It stands for the same people and waits in the
    same queue. Announces `case.created` and `case.split`.

    Raises:
        Refused: the subject is missing or too long; it names the field.
    """
    message = CaseMessage.objects.select_for_update(of=("self",)).select_related("case").get(pk=message.pk)
    case = locked(message.case)
    must(by, CHANGE, case)
    made = create_case(
        subject=subject,
        queue=case.queue,
        contact=case.contact,
        company=case.company,
        deal=case.deal,
        priority=case.priority,
        origin=case.origin,
        requester_name=case.requester_name,
        requester_email=case.requester_email,
        follows=case,
        following=Case.Following.SPLIT,
        by=by,
        now=now,
    )
    made.awaits_reply, made.last_message_at = message.author_id is None and not message.is_internal, message.at
    made.save(update_fields=["awaits_reply", "last_message_at"])
    message.case = made
    message.save(update_fields=["case"])
    search.index_texts([text_of(message)])
    events.announce("case.split", case, by=by, at=now, into=str(made.pk), message=str(message.pk))
    return made


@transaction.atomic
def undo_split(*, case: Case, by: Member, now: datetime) -> Case:
    """Put the message back into the conversation it came from, and its case into the bin. Returns the former case.

    Announces `case.deleted` and `case.rejoined`.

    Raises:
        Refused: the case was not split off, or more was said in it since.
        Forbidden: `by` may not change the case that the message goes back to.
    """
    case = locked(case)
    origin = case.follows
    if case.following != Case.Following.SPLIT or origin is None or case.deleted_at:
        raise Refused(_("This case was not split off from another one."))
    must(by, CHANGE, origin)
    if case.messages.count() != 1 or case.merged.exists():
        raise Refused(_("More was said in this case since. Merge it into the other one instead."))
    moved = case.messages.get()
    case.messages.update(case=origin)
    delete_case(case=case, by=by, now=now)
    moved.case = origin
    search.index_texts([text_of(moved)])
    events.announce("case.rejoined", origin, by=by, at=now, from_case=str(case.pk))
    return origin
