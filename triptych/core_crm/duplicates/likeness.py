"""Records that somebody may be about to make once more: of the same email, phone, domain or name.

Exact after everything is brought into one form, and answered from indexes, so that it can be asked while one types.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from triptych.core_crm.contacts import channels
from triptych.core_crm.contacts.access import companies_visible_to, contacts_visible_to
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.leads.access import leads_visible_to
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.rights.access import hidden_fields
from triptych.platform import search
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

MOST = 5
"""How many are shown of each kind."""


@dataclass(frozen=True)
class Typed:
    """What is known so far of a record that is yet to be made. `company` is a name, or the id of one."""

    name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    company: str = ""
    domain: str = ""

    @classmethod
    def of(
        cls,
        *,
        name: str = "",
        emails: Iterable[str] = (),
        phones: Iterable[str] = (),
        company: str = "",
        domain: str = "",
    ) -> Typed:
        """The same, brought into one form. What cannot be read, since it is half typed, is left out."""
        return cls(
            name=_folded(name[:300]),
            emails=tuple(filter(None, (_read(channels.clean_email, one) for one in list(emails)[:20]))),
            phones=tuple(filter(None, (_read(channels.clean_phone, one) for one in list(phones)[:20]))),
            company=company.strip()[:200],
            domain=_read(channels.clean_domain, domain),
        )


@dataclass(frozen=True)
class Alike:
    """A record that may be the same, and in what it is."""

    record: Any
    kind: str
    why: str


def alike(kind: str, typed: Typed, member: Member) -> list[Alike]:
    """The records that may be the same as a new contact, company or lead, as far as the member sees them.

    Contacts and leads are looked for among each other, too. Three statements for each kind at most.
    """
    if kind == "company":
        return list(_companies(typed, member))
    finders = (_contacts, _leads) if kind == "contact" else (_leads, _contacts)
    return [one for finder in finders for one in finder(typed, member)]


def _known_to(typed: Typed, member: Member, kind: str) -> Typed:
    """What was typed without what would tell of fields that are hidden from the member."""
    hidden = hidden_fields(member, kind)
    return replace(
        typed,
        emails=() if "email" in hidden else typed.emails,
        phones=() if "phone" in hidden else typed.phones,
        domain="" if hidden & {"domain", "website"} else typed.domain,
    )


def _contacts(typed: Typed, member: Member) -> Iterator[Alike]:
    typed, asked = _known_to(typed, member, "contact"), Q()
    for email in typed.emails:
        asked |= Q(emails__contains=[{"email": email}])
    for phone in typed.phones:
        words = search.matching("contact", phone).values("pk")
        asked |= Q(phones__contains=[{"phone": phone}], pk__in=words)
    if " " in typed.name:
        asked |= Q(pk__in=search.matching("contact", typed.name).values("pk"))
    if not asked:
        return
    rows = contacts_visible_to(member).filter(asked).with_companies().order_by("-updated_at", "-pk")
    found = ((contact, _why_contact(contact, typed)) for contact in rows[: 4 * MOST])
    yield from _some((Alike(contact, "contact", why) for contact, why in found if why))


def _why_contact(contact: Contact, typed: Typed) -> str:
    if {entry["email"] for entry in contact.emails} & set(typed.emails):
        return _("Same email")
    if {entry["phone"] for entry in contact.phones} & set(typed.phones):
        return _("Same phone")
    if _folded(contact.full_name) != typed.name:
        return ""
    links = contact.current_links
    known = {_folded(link.company.name) for link in links} | {str(link.company_id) for link in links}
    if _folded(typed.company) in known:
        return _("Same name and company")
    return "" if typed.company and links else _("Same name")


def _leads(typed: Typed, member: Member) -> Iterator[Alike]:
    typed = _known_to(typed, member, "lead")
    asked = Q(email__in=typed.emails) if typed.emails else Q()
    for phone in typed.phones:
        asked |= Q(phone=phone, pk__in=search.matching("lead", phone).values("pk"))
    if " " in typed.name:
        asked |= Q(pk__in=search.matching("lead", typed.name).values("pk"))
    if not asked:
        return
    company = _name_of(typed.company, member)
    rows = leads_visible_to(member).open().filter(asked).order_by("-updated_at", "-pk")
    found = ((lead, _why_lead(lead, typed, company)) for lead in rows[: 4 * MOST])
    yield from _some(Alike(lead, "lead", why) for lead, why in found if why)


def _why_lead(lead: Lead, typed: Typed, company: str) -> str:
    if lead.email and lead.email in typed.emails:
        return _("Same email")
    if lead.phone and lead.phone in typed.phones:
        return _("Same phone")
    if _folded(lead.full_name) != typed.name:
        return ""
    if company and _folded(lead.company_name) == company:
        return _("Same name and company")
    return "" if company and lead.company_name else _("Same name")


def _companies(typed: Typed, member: Member) -> Iterator[Alike]:
    typed = _known_to(typed, member, "company")
    asked = Q(domain=typed.domain) if typed.domain else Q()
    if typed.name:
        asked |= Q(name__iexact=typed.name) | Q(pk__in=search.matching("company", typed.name).values("pk"))
    for phone in typed.phones:
        asked |= Q(phone=phone, pk__in=search.matching("company", phone).values("pk"))
    if not asked:
        return
    rows = companies_visible_to(member).filter(asked).order_by("-updated_at", "-pk")
    found = ((company, _why_company(company, typed)) for company in rows[: 4 * MOST])
    yield from _some(Alike(company, "company", why) for company, why in found if why)


def _why_company(company: Company, typed: Typed) -> str:
    if typed.domain and company.domain == typed.domain:
        return _("Same domain")
    if company.phone and company.phone in typed.phones:
        return _("Same phone")
    return _("Same name") if _folded(company.name) == typed.name else ""


def _some(found: Iterable[Alike]) -> Iterator[Alike]:
    for _number, one in zip(range(MOST), found, strict=False):
        yield one


def _name_of(company: str, member: Member) -> str:
    """The folded name of a company that is given by its name or id."""
    try:
        pk = UUID(company)
    except ValueError:
        return _folded(company)
    return _folded(companies_visible_to(member).filter(pk=pk).values_list("name", flat=True).first() or "")


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _read(clean: Any, text: str) -> str:
    try:
        return str(clean(text[:300]))
    except Refused:
        return ""
