"""Who may see or change cases: the one way to fetch them for somebody.

Roles decide, in `rights.access`.
"""

from uuid import UUID

from django.shortcuts import get_object_or_404

from triptych.core_crm.cases.clocks import waiting_since
from triptych.core_crm.cases.models import Case, CaseMessage, CaseMessageQuerySet, CaseQuerySet, Queue, QueueQuerySet
from triptych.core_crm.rights.access import CHANGE, DELETE, hidden_fields, must, through, visible
from triptych.tenants.members.access import administering
from triptych.tenants.members.models import Member


def cases_visible_to(member: Member) -> CaseQuerySet:
    """The cases that the member may see, without those in the bin."""
    return visible(member, Case.objects.alive())


def queues_visible_to(member: Member) -> QueueQuerySet:
    """The queues that the member may see, retired ones included."""
    return Queue.objects.alive()


def messages_visible_to(member: Member) -> CaseMessageQuerySet:
    """What the member may read of conversations, internal notes included."""
    return through(member, CaseMessage.objects.filter(case__deleted_at__isnull=True), "case", Case)


def knows_addresses(member: Member) -> bool:
    """Whether the member may read where mails came from and went: not if contacts' emails are hidden from them."""
    return "emails" not in hidden_fields(member, "contact")


def case_to_see(member: Member, pk: UUID) -> Case:
    """Raises Http404 for a case that is not there for this member."""
    cases = cases_visible_to(member).for_rows().select_related("deal", "merged_into", "follows")
    found: Case = get_object_or_404(cases.annotate(waiting=waiting_since()), pk=pk)
    return found


def case_to_change(member: Member, pk: UUID) -> Case:
    """Raises Http404 for one that is not there for this member, Forbidden if they may not change it."""
    case = case_to_see(member, pk)
    must(member, CHANGE, case)
    return case


def case_to_delete(member: Member, pk: UUID) -> Case:
    """Raises Http404 for one that is not there for this member, Forbidden if they may not delete it."""
    case = case_to_see(member, pk)
    must(member, DELETE, case)
    return case


def followers_of(member: Member, case: Case) -> CaseQuerySet:
    """The cases that go on from a case, oldest first, as far as the member sees them."""
    return cases_visible_to(member).filter(follows=case).order_by("number", "pk")


def message_to_change(member: Member, pk: UUID) -> CaseMessage:
    """A message of a case that the member may change; raises Http404 or Forbidden as `case_to_change` does."""
    message = get_object_or_404(messages_visible_to(member).select_related("case"), pk=pk)
    message.case = case_to_change(member, message.case_id)
    return message


def case_to_restore(member: Member, pk: UUID) -> Case:
    """A case in the bin or out again; Http404 if none is there for them, Forbidden if they may not delete it."""
    case: Case = get_object_or_404(visible(member, Case.objects.all()).for_rows(), pk=pk)
    must(member, DELETE, case)
    return case


def queue_to_change(member: Member, pk: UUID) -> Queue:
    """Raises Http404 for a queue that is not there, Forbidden for whoever does not administer."""
    queue: Queue = get_object_or_404(queues_visible_to(member), pk=pk)
    administering(member)
    return queue


def queue_to_restore(member: Member, pk: UUID) -> Queue:
    """A queue in the bin or out of it again; Http404 if there is none, Forbidden for whoever does not administer."""
    queue: Queue = get_object_or_404(Queue.objects.all(), pk=pk)
    administering(member)
    return queue
