"""Which records are one natural person: the contacts and leads with an address, and what was merged or converted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.duplicates.models import Merge
from triptych.core_crm.leads.models import Lead
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


class NotAnAddress(Refused):
    """What was given is no address of a person."""


@dataclass(frozen=True)
class Person:
    """One natural person, as far as this workspace knows: by addresses, and by the records that are they.

    `emails` are in lower case, `asked` (one of them, or empty) is the one by which the person was looked for. Records
    in the bin count. `of_record` (`contact:` and its key) stands there when one record was meant, and nobody else who
    has the same address. `phones` and `names` are only those that nobody else here has, so that they tell one person.
    """

    emails: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    contact_ids: frozenset[UUID] = frozenset()
    lead_ids: frozenset[UUID] = frozenset()
    case_ids: frozenset[UUID] = frozenset()
    asked: str = ""
    called: tuple[str, ...] = ()
    of_record: str = ""

    @cached_property
    def record_ids(self) -> frozenset[UUID]:
        """The contacts and leads that are this person."""
        return self.contact_ids | self.lead_ids

    @cached_property
    def own_ids(self) -> frozenset[UUID]:
        """Their records and the cases that they asked for."""
        return self.record_ids | self.case_ids

    @property
    def confirmation(self) -> str:
        """What somebody types to confirm that this person is meant: the address, or the name of who has none."""
        return self.asked or (self.emails or self.called or ("",))[0]

    def __str__(self) -> str:
        return ", ".join(self.called) or self.confirmation


def person_at(email: str) -> Person:
    """Whoever has that address, whatever its case.

    Raises:
        NotAnAddress: it is none.
    """
    asked = email.strip().lower()
    if "@" not in asked.strip("@") or len(asked) > 254 or any(sign.isspace() or sign == "\0" for sign in asked):
        message = _("“%(email)s” is not an email address. One looks like name@example.com.")
        raise NotAnAddress(message % {"email": email[:100]}, field="email")
    contacts = Contact.objects.reached_at(asked).values_list("pk", flat=True)
    leads = Lead.objects.filter(email__iexact=asked).values_list("pk", flat=True)
    return _person(set(contacts), set(leads), asked=asked)


def person_of(record: Contact | Lead) -> Person:
    """The person that a contact or lead is."""
    if isinstance(record, Contact):
        person = _person({record.pk}, set(), asked=record.primary_email.lower())
    else:
        person = _person(set(), {record.pk}, asked=record.email.lower())
    return replace(person, of_record=f"{record._meta.model_name}:{record.pk}")


def _person(contact_ids: set[UUID], lead_ids: set[UUID], *, asked: str) -> Person:
    _add_merged_and_converted(contact_ids, lead_ids)
    contacts = list(Contact.objects.filter(pk__in=contact_ids).order_by("pk"))
    leads = list(Lead.objects.filter(pk__in=lead_ids).order_by("pk"))
    held = [entry["email"] for one in contacts for entry in one.emails] + [lead.email for lead in leads]
    emails = _unshared_emails([asked, *held], asked, contact_ids, lead_ids)
    cases = Case.objects.filter(Q(contact__in=contact_ids) | _any_of("requester_email", emails))
    named = [(one.first_name, one.last_name) for one in (*contacts, *leads)]
    phones = [entry["phone"] for one in contacts for entry in one.phones] + [lead.phone for lead in leads]
    called = [str(one) for one in (*contacts, *leads)]
    called += cases.filter(_any_of("requester_email", emails)).values_list("requester_name", flat=True)
    said = CaseMessage.objects.filter(_any_of("sender_email", emails))
    called += said.exclude(sender_name="").values_list("sender_name", flat=True).distinct()
    full = [f"{first} {last}" for first, last in named if first and last] + [one for one in called if " " in one]
    return Person(
        emails=emails,
        names=tuple(name for name in _distinct(full) if _is_only_theirs(name, contact_ids, lead_ids)),
        phones=tuple(phone for phone in _distinct(phones) if _is_only_their_phone(phone, contact_ids, lead_ids)),
        contact_ids=frozenset(contact_ids),
        lead_ids=frozenset(lead_ids),
        case_ids=frozenset(cases.values_list("pk", flat=True)),
        asked=asked,
        called=_distinct(called),
    )


def member_at(person: Person) -> Member | None:
    """The member of this workspace who has one of the addresses, if there is one."""
    return Member.objects.filter(_any_of("email", person.emails)).order_by("pk").first()


def _add_merged_and_converted(contact_ids: set[UUID], lead_ids: set[UUID]) -> None:
    """Add what was merged with these records, and what leads became, until nothing new comes."""
    known = -1
    while known != len(contact_ids) + len(lead_ids):
        known = len(contact_ids) + len(lead_ids)
        for kind, ids in (("contact", contact_ids), ("lead", lead_ids)):
            merges = Merge.objects.standing().filter(Q(winner_id__in=ids) | Q(loser_id__in=ids), kind=kind)
            for pair in merges.values_list("winner_id", "loser_id"):
                ids.update(pair)
        became = Lead.objects.filter(Q(pk__in=lead_ids) | Q(converted_contact__in=contact_ids))
        for lead_id, contact_id in became.values_list("pk", "converted_contact_id"):
            lead_ids.add(lead_id)
            contact_ids |= {contact_id} - {None}


def _unshared_emails(emails: Iterable[str], asked: str, contact_ids: set[UUID], lead_ids: set[UUID]) -> tuple[str, ...]:
    """The one asked for, and of the others those that no other contact or lead has."""

    def others(email: str) -> bool:
        contacts = Contact.objects.reached_at(email).exclude(pk__in=contact_ids)
        return contacts.exists() or Lead.objects.filter(email__iexact=email).exclude(pk__in=lead_ids).exists()

    known = _distinct(email.strip().lower() for email in emails)
    return tuple(email for email in known if not others(email) or (email == asked and not contact_ids | lead_ids))


def _is_only_theirs(name: str, contact_ids: set[UUID], lead_ids: set[UUID]) -> bool:
    first, _gap, last = name.partition(" ")
    named = Q(first_name__iexact=first, last_name__iexact=last)
    if Contact.objects.filter(named).exclude(pk__in=contact_ids).exists():
        return False
    if Lead.objects.filter(named).exclude(pk__in=lead_ids).exists():
        return False
    return not (Member.objects.filter(name__iexact=name).exists() or Company.objects.filter(name__iexact=name).exists())


def _is_only_their_phone(phone: str, contact_ids: set[UUID], lead_ids: set[UUID]) -> bool:
    if sum(sign.isdigit() for sign in phone) < 6:
        return False
    others = Contact.objects.filter(phones__contains=[{"phone": phone}]).exclude(pk__in=contact_ids)
    leads = Lead.objects.filter(phone=phone).exclude(pk__in=lead_ids)
    return not (others.exists() or leads.exists() or Company.objects.filter(phone=phone).exists())


def _any_of(column: str, values: Iterable[str]) -> Q:
    """That a column holds one of the texts, whatever the case; nothing where there are none."""
    condition = Q(pk__in=[])
    for value in values:
        condition |= Q(**{f"{column}__iexact": value})
    return condition


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip() for text in texts if text and text.strip()))
