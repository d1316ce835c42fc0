"""Who asked by mail: found among the contacts, or made one of them when somebody says so."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.cases.actions.cases import locked
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.core_crm.contacts.actions import create_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.rights.access import CHANGE, must
from triptych.platform import events
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


def contact_at(email: str) -> Contact | None:
    """The contact who has that address; of several the one that was here first."""
    found = Contact.objects.alive().reached_at(email).order_by("created_at", "pk")
    contact: Contact | None = found.with_companies().first()
    return contact


@transaction.atomic
def make_contact_of_requester(*, case: Case, by: Member, now: datetime) -> Contact:
    """Make a contact of who wrote, unless one with that address is here, and the case's and its messages' own.

    Announces `case.updated`, and `contact.created` for a new one.

    Raises:
        Refused: the case has a contact, or nobody wrote.
    """
    case = locked(case)
    must(by, CHANGE, case)
    if case.contact_id or not case.requester_email:
        raise Refused(_("This case has a contact, or nobody wrote by mail."))
    contact = contact_at(case.requester_email)
    if contact is None:
        first, _gap, last = case.requester_name.rpartition(" ")
        contact = create_contact(
            first_name=first[:100], last_name=last[:100], emails=[case.requester_email], by=by, now=now
        )
    case.contact, case.company = contact, case.company or contact.company
    case.save_fields("contact", "company", at=now)
    theirs = CaseMessage.objects.public().filter(case=case, author=None, sender_email=case.requester_email)
    theirs.update(contact=contact)
    events.announce("case.updated", case, by=by, at=now, changed=["company", "contact"])
    return contact
