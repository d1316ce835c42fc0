"""Writes on the people of one tenant: inviting, joining, changing a role, leaving."""

import secrets
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from triptych.platform import events
from triptych.platform.changes import check_fields
from triptych.platform.collation import renewing
from triptych.platform.db.turns import one_at_a_time
from triptych.platform.refusals import Forbidden, Refused
from triptych.platform.scope import CONTROL, entered
from triptych.platform.web.colours import checked_colour
from triptych.tenants import actions as control
from triptych.tenants import seats
from triptych.tenants.localities import check_language, check_locality
from triptych.tenants.members.access import administering, still_here
from triptych.tenants.members.models import Invitation, Member, Role, digest_of
from triptych.tenants.models import Membership, Person, Tenant

INVITATION_DAYS = 7
LONGEST_REGION = 100


@transaction.atomic
def invite_member(*, email: str, role: str, by: Member, now: datetime) -> tuple[Invitation, str]:
    """Offer a seat. Returns the invitation and its secret, which only the mail carries.

    Raises:
        Forbidden: `by` does not administer; an admin cannot invite an owner.
        NoFreeSeat: all seats of the plan are taken or offered.
        Refused: it is no e-mail address, or the person is an active member already.
    """
    administering(by)
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise Refused(
            _("This does not look like an e-mail address, such as “ann@example.com”."), field="email"
        ) from error
    if role == Member.Role.OWNER and by.role != Member.Role.OWNER:
        raise Forbidden(_("Only an owner may invite another owner."))
    if Member.objects.active().filter(email__iexact=email, person_id__isnull=False).exists():
        raise Refused(_("%s is a member already.") % email, field="email")
    seats.take_seat(email=email, at=now)
    Invitation.objects.filter(email__iexact=email, accepted_at=None).update(revoked_at=now)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email,
        role=role,
        token_digest=digest_of(secret),
        invited_by=by,
        created_at=now,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    events.announce("member.invited", None, by=by, at=now, email=email, role=role)
    return invitation, secret


def open_invitation(secret: str, *, now: datetime, lock: bool = False) -> Invitation | None:
    """The invitation of that secret, while it can be accepted; locked, nobody else accepts it in the same moment."""
    found = Invitation.objects.filter(
        token_digest=digest_of(secret), accepted_at=None, revoked_at=None, expires_at__gt=now
    )
    return (found.select_for_update() if lock else found).first()


@transaction.atomic
def accept_invitation(*, tenant: Tenant, secret: str, name: str, password: str, now: datetime) -> Person:
    """Join the tenant. Who has an account already proves it with their password, which stays as it is.

    Raises:
        NoFreeSeat: all seats of the plan are taken by now.
        Refused: the invitation is used up or expired, or the password does not do.
    """
    invitation = open_invitation(secret, now=now, lock=True)
    if invitation is None:
        raise Refused(_("This invitation has expired or was used already. Ask for a new one."))
    with entered(CONTROL):
        person = Person.objects.filter(email__iexact=invitation.email).first()
        if person is None:
            person = Person(email=invitation.email, name=name.strip())
            _set_first_password(person, password)
        elif not person.check_password(password):
            raise Refused(_("You have an account already. Enter its password to join."), field="password")
    member = control.join(tenant=tenant, person=person, role=invitation.role, now=now)
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    events.announce("member.joined", None, by=member, at=now)
    return person


def _set_first_password(person: Person, password: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), field="password") from error
    person.set_password(password)
    person.save()


@transaction.atomic
def change_role(*, member: Member, role: str, record: Role | None = None, by: Member, now: datetime) -> Member:
    """Give a member another role: a built-in one, or one of the workspace's own as `record`, which is built on `role`.

    Raises:
        Forbidden: `by` does not administer, or touches an owner without being one.
        Refused: it would leave the tenant without an owner.
    """
    by = _one_at_a_time(by)
    member = Member.objects.select_for_update().get(pk=member.pk)
    if Member.Role.OWNER in (member.role, role) and by.role != Member.Role.OWNER:
        raise Forbidden(_("Only an owner may make or change an owner."))
    if member.role == Member.Role.OWNER and role != Member.Role.OWNER:
        _another_owner_than(member)
    member.role, member.role_record = role, record
    member.save(update_fields=["role", "role_record"])
    _withdraw_invitations(member, now=now)
    events.announce("member.role_changed", None, by=by, at=now, member=str(member.pk), role=role)
    return member


@transaction.atomic
def deactivate_member(*, member: Member, tenant: Tenant, by: Member, now: datetime) -> Member:
    """End somebody's access. Their records stay theirs until somebody reassigns them; who has not accepted their
    invitation yet needs another one.

    Raises:
        Forbidden: `by` does not administer, or touches an owner without being one.
        Refused: it would leave the tenant without an owner.
    """
    by = _one_at_a_time(by)
    member = Member.objects.select_for_update().get(pk=member.pk)
    if member.role == Member.Role.OWNER:
        if by.role != Member.Role.OWNER:
            raise Forbidden(_("Only an owner may make or change an owner."))
        _another_owner_than(member)
    member.is_active = False
    member.save(update_fields=["is_active"])
    _withdraw_invitations(member, now=now)
    if member.person_id:
        with entered(CONTROL):
            Membership.objects.filter(person_id=member.person_id, tenant=tenant).delete()
    events.announce("member.deactivated", None, by=by, at=now, member=str(member.pk))
    return member


@transaction.atomic
def reactivate_member(*, member: Member, tenant: Tenant, by: Member, now: datetime) -> Member:
    """Let somebody who left in again, in the role that they had.

    Raises:
        Forbidden: `by` does not administer, or lets an owner in without being one.
        NoFreeSeat: they sign in, and all seats of the plan are taken.
    """
    administering(by)
    member = Member.objects.select_for_update().get(pk=member.pk)
    if member.is_active:
        return member
    if member.role == Member.Role.OWNER and by.role != Member.Role.OWNER:
        raise Forbidden(_("Only an owner may make or change an owner."))
    if member.person_id:
        seats.take_seat(email=member.email, at=now)
        with entered(CONTROL):
            Membership.objects.get_or_create(
                person_id=member.person_id, tenant=tenant, defaults={"id": member.pk, "created_at": now}
            )
    member.is_active = True
    member.save(update_fields=["is_active"])
    events.announce("member.reactivated", None, by=by, at=now, member=str(member.pk))
    return member


@transaction.atomic
def place_member(*, member: Member, manager: Member | None, region: str, by: Member, now: datetime) -> Member:
    """Say to whom a member reports and in which region they sell.

    Raises:
        Forbidden: `by` does not administer.
        Refused: they would report to themselves, be it through others, or the region is too long.
    """
    administering(by)
    member = Member.objects.select_for_update().get(pk=member.pk)
    region = region.strip()
    if len(region) > LONGEST_REGION:
        raise Refused(_("A region has at most %d characters.") % LONGEST_REGION, field="region")
    if manager is not None and member.pk in _chain_above(manager):
        raise Refused(_("%s would report to themselves. Choose somebody else.") % member, field="manager")
    if (member.manager_id, member.region) == (manager.pk if manager else None, region):
        return member
    member.manager, member.region = manager, region
    member.save(update_fields=["manager", "region"])
    events.announce("member.placed", None, by=by, at=now, member=str(member.pk))
    return member


def _chain_above(member: Member) -> set[UUID]:
    """The member, and everybody to whom they report."""
    managers = dict(Member.objects.exclude(manager=None).values_list("pk", "manager_id"))
    chain: set[UUID] = set()
    above: UUID | None = member.pk
    while above is not None and above not in chain:
        chain.add(above)
        above = managers.get(above)
    return chain


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: Member, now: datetime) -> Invitation:
    """Make an invitation useless. One that was accepted or revoked stays as it is.

    Raises:
        Forbidden: `by` does not administer.
    """
    administering(by)
    Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(revoked_at=now)
    invitation.refresh_from_db()
    return invitation


@transaction.atomic
def change_profile(*, by: Member, name: str, language: str, now: datetime) -> Member:
    """Take another name, here and for the next workspace that the person joins, and another language, here.

    An empty language is the workspace's.

    Raises:
        Refused: the name is empty or too long, or the language is unknown.
    """
    name = " ".join(name.split())
    if not name:
        raise Refused(_("Enter the name that colleagues know you by."), field="name")
    check_fields(Member(name=name), only=["name"])
    if language:
        check_language(language)
    is_renamed = name != by.name
    by.name, by.language = name, language
    by.save(update_fields=["name", "language"])
    if is_renamed:
        with entered(CONTROL):
            Person.objects.filter(pk=cast(UUID, by.person_id)).update(name=name)
        events.announce("member.renamed", None, by=by, at=now, member=str(by.pk))
    return by


@transaction.atomic
def change_workspace(
    *,
    tenant: Tenant,
    name: str,
    timezone: str,
    currency: str,
    language: str,
    accent: str = "",
    by: Member,
    now: datetime,
) -> Tenant:
    """Change what the workspace is called, how it counts days and money, and its colour; an empty one is Triptych's.

    A language with another order of letters makes a job sort all names anew.

    Raises:
        Forbidden: `by` does not administer.
        Refused: the name is empty or too long, the colour none, or the time zone, currency or language is unknown.
    """
    administering(by)
    accent, name = _colour(accent), " ".join(name.split())
    check_locality(timezone=timezone, currency=currency, language=language)
    if not name:
        raise Refused(_("Give the workspace a name, such as the name of your business."), field="name")
    check_fields(Tenant(name=name), only=["name"])
    changed = {"name": name, "timezone": timezone, "currency": currency, "language": language, "accent": accent}
    former = tenant.language
    with entered(CONTROL):
        Tenant.objects.filter(pk=tenant.pk).update(**changed)
    for field, value in changed.items():
        setattr(tenant, field, value)
    renewing.begin(former=former, language=language, by=by, now=now)
    events.announce("workspace.changed", None, by=by, at=now)
    return tenant


def _colour(text: str) -> str:
    try:
        return checked_colour(text) if text else ""
    except ValueError as error:
        raise Refused(_("A colour is “#” and six digits from 0 to f, such as “#7c3aed”."), field="accent") from error


def _one_at_a_time(by: Member) -> Member:
    """Whoever administers, with the rights that they have once everybody before them is through: of two owners who
    end each other's access in one moment, one stays.

    Raises:
        Forbidden: they do not administer (any more).
        Gone: somebody has just ended their access.
    """
    administering(by)
    one_at_a_time("members")
    return administering(still_here(by.pk))


def _withdraw_invitations(member: Member, *, now: datetime) -> None:
    """Make the open invitations useless that the member could not send any more: nobody comes back by their own."""
    sent = Invitation.objects.filter(invited_by=member, accepted_at=None, revoked_at=None)
    if member.is_active and member.may_administer:
        sent = sent.filter(role=Member.Role.OWNER) if member.role != Member.Role.OWNER else sent.none()
    sent.update(revoked_at=now)


def _another_owner_than(member: Member) -> None:
    """Make sure that somebody else owns the tenant, too.

    Raises:
        Refused: nobody does.
    """
    owners = Member.objects.active().filter(role=Member.Role.OWNER, person_id__isnull=False)
    if not owners.exclude(pk=member.pk).exists():
        raise Refused(_("A workspace needs an owner. Make somebody else an owner first."))
