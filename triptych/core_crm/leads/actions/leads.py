"""Writes to leads, conversion apart: check (rights too), write, record, announce."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.contacts import channels
from triptych.core_crm.custom_fields.values import words_of
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.rights.access import CHANGE, CREATE, DELETE, must, must_set
from triptych.platform import events, search
from triptych.platform.changes import Changes, apply_changes, check_fields
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


class LeadFields(TypedDict, total=False):
    """What can be set on a lead. The status Converted comes with `convert_lead` alone."""

    first_name: str
    last_name: str
    company_name: str
    job_title: str
    email: str
    phone: str
    website: str
    status: str
    source: str
    industry: str
    campaign: str
    description: str
    lost_reason: str
    owner: Member | None
    custom: Mapping[str, Any]


class LeadConverted(Refused):
    """The lead has become a contact and is no longer changed."""

    code = "LEAD_CONVERTED"


@transaction.atomic
def create_lead(*, by: Member | None, now: datetime, **fields: Unpack[LeadFields]) -> Lead:
    """Keep a new lead. Without an `owner` among the fields it belongs to whoever makes it.

    Announces `lead.created`.

    Raises:
        Refused: there is no name, company or email, or a value breaks a rule; it names the field.
    """
    lead = checked_lead(by=by, now=now, **fields)
    lead.save(force_insert=True)
    search.index(search_entry(lead))
    events.announce("lead.created", lead, by=by, at=now)
    return lead


def checked_lead(*, by: Member | None, now: datetime, **fields: Unpack[LeadFields]) -> Lead:
    """The lead that `create_lead` would keep, not kept. Raises as it does."""
    lead = Lead(created_at=now, updated_at=now, owner=by)
    apply_changes(lead, _cleaned(fields))
    _check(lead)
    check_fields(lead)
    must(by, CREATE, lead)
    return lead


@transaction.atomic
def update_lead(
    *, lead: Lead, by: Member | None, now: datetime, version: int | None = None, **fields: Unpack[LeadFields]
) -> Lead:
    """Change the given fields of a lead. A new lead that gets another owner becomes an assigned one.

    `version` is the one that the editor saw. Announces `lead.updated` with the names of the changed fields, and
    nothing when nothing changed.

    Raises:
        Conflict: somebody changed the lead since `version`.
        LeadConverted: it has been converted.
        Refused: a value breaks a rule; it names the field.
    """
    lead = locked(lead)
    lead.expect_version(version)
    changes = change_lead(lead, by=by, **fields)
    if not changes:
        return lead
    lead.save_fields(*changes, "sort_key", at=now)
    search.index(search_entry(lead))
    events.announce("lead.updated", lead, by=by, at=now, changed=sorted(changes))
    return lead


def change_lead(lead: Lead, *, by: Member | None, **fields: Unpack[LeadFields]) -> Changes:
    """Set these fields of a locked lead on the object; what has changed. Raises as `update_lead` does."""
    must(by, CHANGE, lead)
    must_not_be_converted(lead)
    changes = apply_changes(lead, _cleaned(fields))
    must_set(by, lead, changes)
    if "owner" in changes and "status" not in fields and lead.owner_id and lead.status == Lead.Status.NEW:
        changes |= apply_changes(lead, {"status": Lead.Status.ASSIGNED})
    if changes:
        _check(lead)
    return changes


@transaction.atomic
def mark_lead_dead(*, lead: Lead, reason: str, by: Member | None, now: datetime) -> Lead:
    """Give a lead up, and say why. Announces `lead.died`.

    Raises:
        LeadConverted: it has been converted.
        NotAllowed: they may not change the lead, or their role withholds the reason.
        Refused: there is no reason, or it is longer than 300 characters.
    """
    lead = locked(lead)
    must(by, CHANGE, lead)
    must_not_be_converted(lead)
    if lead.status == Lead.Status.DEAD:
        return lead
    must_set(by, lead, apply_changes(lead, {"status": Lead.Status.DEAD, "lost_reason": reason.strip()}))
    _check(lead)
    lead.save_fields("status", "lost_reason", at=now)
    events.announce("lead.died", lead, by=by, at=now)
    return lead


@transaction.atomic
def recycle_lead(*, lead: Lead, by: Member | None, now: datetime) -> Lead:
    """Take a lead up again, one that was given up or worked on in vain. Announces `lead.recycled`.

    Raises:
        LeadConverted: it has been converted.
        NotAllowed: they may not change the lead.
    """
    lead = locked(lead)
    must(by, CHANGE, lead)
    must_not_be_converted(lead)
    if lead.status == Lead.Status.RECYCLED:
        return lead
    lead.status, lead.lost_reason = Lead.Status.RECYCLED, ""
    lead.save_fields("status", "lost_reason", at=now)
    events.announce("lead.recycled", lead, by=by, at=now)
    return lead


@transaction.atomic
def delete_lead(*, lead: Lead, by: Member | None, now: datetime) -> Lead:
    """Put a lead into the bin, from which `restore_lead` takes it. Announces `lead.deleted`."""
    lead = locked(lead)
    must(by, DELETE, lead)
    if lead.deleted_at:
        return lead
    lead.deleted_at = now
    lead.save_fields("deleted_at", at=now)
    search.remove(kind="lead", id=lead.pk)
    events.announce("lead.deleted", lead, by=by, at=now)
    return lead


@transaction.atomic
def restore_lead(*, lead: Lead, by: Member | None, now: datetime) -> Lead:
    """Take a lead out of the bin, as it was. Announces `lead.restored`."""
    lead = locked(lead)
    must(by, DELETE, lead)
    if not lead.deleted_at:
        return lead
    lead.deleted_at = None
    lead.save_fields("deleted_at", at=now)
    search.index(search_entry(lead))
    events.announce("lead.restored", lead, by=by, at=now)
    return lead


def search_entry(lead: Lead) -> search.Entry:
    """What the search knows of a lead: the name first; company, email, phone and source beside it."""
    return search.Entry(
        kind="lead",
        id=lead.pk,
        title=str(lead),
        subtitle=lead.company_name if lead.full_name else "",
        url=lead.get_absolute_url(),
        owner_id=lead.owner_id,
        updated_at=lead.updated_at,
        text=" ".join(
            (
                lead.company_name,
                lead.job_title,
                lead.email,
                channels.phone_digits(lead.phone),
                lead.source,
                words_of(lead),
            )
        ),
    )


def locked(lead: Lead) -> Lead:
    """The lead as it stands now, kept from others until the transaction ends."""
    current: Lead = Lead.objects.select_for_update().get(pk=lead.pk)
    return current


def must_not_be_converted(lead: Lead) -> None:
    """Raises LeadConverted for a lead that has been converted."""
    if lead.status == Lead.Status.CONVERTED:
        raise LeadConverted(
            _("This lead has been converted. Change its contact, company or deal, or undo the conversion.")
        )


def _cleaned(fields: LeadFields) -> dict[str, Any]:
    """The fields with texts, email, phone and website in their one form."""
    cleaned: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in fields.items()
    }
    if "email" in fields:
        cleaned["email"] = channels.clean_email(fields["email"])
    if "phone" in fields:
        cleaned["phone"] = channels.clean_phone(fields["phone"])
    if "website" in fields:
        cleaned["website"] = channels.clean_website(fields["website"])
    return cleaned


def _check(lead: Lead) -> None:
    if not str(lead):
        raise Refused(_("Give at least a name, a company or an email address."), field="last_name")
    if lead.status == Lead.Status.CONVERTED:
        raise Refused(_("A lead becomes converted by converting it."), field="status")
    if lead.status == Lead.Status.DEAD and not lead.lost_reason:
        raise Refused(_("Say in a few words why the lead is given up."), field="lost_reason")
