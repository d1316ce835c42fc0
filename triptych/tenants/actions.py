"""Writes on the control schema: signing up, people joining, going from one's tenant to another."""

import re
import secrets
import time
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.core.validators import validate_email
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from triptych.platform import events
from triptych.platform.collation import in_order
from triptych.platform.languages import SOURCE
from triptych.platform.plugins import hooks
from triptych.platform.refusals import Refused
from triptych.platform.scope import CONTROL, entered
from triptych.tenants import fleet, provisioning, seats
from triptych.tenants.localities import check_locality
from triptych.tenants.members.models import Member
from triptych.tenants.models import Domain, Entitlement, Handover, Membership, Person, Tenant

SUBDOMAIN = re.compile(r"[a-z][a-z0-9-]{1,61}[a-z0-9]")
RESERVED = {"www", "api", "app", "admin", "mail", "operator", "static", "help", "status", "docs", "blog"}
TRIAL_DAYS = 30
TRIAL_SEATS = 5
HANDOVER_SECONDS = 60
SPARE_SECONDS = 10
"""How long a sign-up waits for the provisioner when no spare is left."""


class SignUpRefused(Refused):
    """The workspace cannot be made as asked."""


def check_subdomain(subdomain: str) -> str:
    """The subdomain in lower case, if somebody may have it. Runs in the control scope.

    Raises:
        SignUpRefused: it is malformed, reserved or taken.
    """
    wanted = subdomain.strip().lower()
    if not SUBDOMAIN.fullmatch(wanted):
        raise SignUpRefused(
            _("An address is 3 to 63 letters, digits and hyphens and begins with a letter, such as “acme-tools”."),
            field="subdomain",
        )
    if wanted in RESERVED or Tenant.objects.filter(subdomain=wanted).exists():
        raise SignUpRefused(_("“%s” is taken. Try another address.") % wanted, field="subdomain")
    return wanted


def sign_up(
    *,
    name: str,
    subdomain: str,
    email: str,
    password: str,
    now: datetime,
    person_name: str = "",
    timezone: str = "UTC",
    currency: str = "EUR",
    language: str = "en",
) -> Tenant:
    """Give a spare a name and its owner: after this the workspace works.

    Without a spare the provisioner is woken and waited for. A person who exists already proves it with their
    password, which stays as it is.

    Raises:
        SignUpRefused: the subdomain, e-mail or password cannot be used, or no spare came in time.
        Refused: the time zone, currency or language is unknown.
    """
    check_locality(timezone=timezone, currency=currency, language=language)
    if not name.strip():
        raise SignUpRefused(_("Give your workspace a name, such as the name of your business."), field="name")
    with entered(CONTROL):
        check_subdomain(subdomain)
    _wait_for_spare()
    with entered(CONTROL), transaction.atomic():
        wanted = check_subdomain(subdomain)
        person = _person(email=email, password=password, name=person_name)
        tenant = provisioning.claim_spare()
        if tenant is None:
            raise SignUpRefused(_("Many people are signing up right now. Nothing was lost: try again in a minute."))
        tenant.name, tenant.subdomain, tenant.created_at = name.strip(), wanted, now
        tenant.state, tenant.trial_ends_at = Tenant.State.TRIAL, now + timedelta(days=TRIAL_DAYS)
        tenant.timezone, tenant.currency, tenant.language = timezone, currency, language
        tenant.save()  # type: ignore[no-untyped-call]
        Domain.objects.create(tenant=tenant, domain=f"{wanted}.{settings.BASE_DOMAIN}", is_primary=True)
        Entitlement.objects.create(
            tenant=tenant,
            key="seats",
            quantity=TRIAL_SEATS,
            source="trial",
            starts_at=now,
            ends_at=tenant.trial_ends_at,
        )
        owner = join(tenant=tenant, person=person, role=Member.Role.OWNER, now=now)
        with entered(tenant):
            if language != SOURCE:
                with translation.override(language):
                    hooks.gather("tenant_named")
            events.announce("tenant.signed_up", None, by=owner, at=now)
    return tenant


def _wait_for_spare() -> None:
    """Wake the provisioner when no spare is left, and give it some seconds."""
    with entered(CONTROL):
        until = time.monotonic() + SPARE_SECONDS
        while not Tenant.objects.spare(stamp=fleet.current_stamp()).exists():
            if time.monotonic() > until:
                return
            provisioning.wake_provisioner()
            time.sleep(0.05)


def _person(*, email: str, password: str, name: str) -> Person:
    """The person of that e-mail: a new one, or the existing one if the password is theirs."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise SignUpRefused(
            _("This does not look like an e-mail address, such as “ann@example.com”."), field="email"
        ) from error
    person = Person.objects.filter(email__iexact=email).first()
    if person:
        if not person.check_password(password):
            raise SignUpRefused(
                _("You have an account already. Enter its password to add this workspace to it."), field="password"
            )
        return person
    person = Person(email=email, name=name)
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise SignUpRefused(" ".join(error.messages), field="password") from error
    person.set_password(password)
    person.save()
    return person


def join(*, tenant: Tenant, person: Person, role: str, now: datetime) -> Member:
    """Make a person a member of a tenant: the membership on one side, the local member of the same id on the other.

    An imported member without a sign-in who has the same e-mail becomes this person's.

    Raises:
        NoFreeSeat: all seats of the tenant's plan are taken.
    """
    with transaction.atomic():
        with entered(tenant):
            seats.take_seat(email=person.email, at=now, is_joining=True)
            member = Member.objects.filter(email__iexact=person.email).first() or Member(created_at=now)
            member.person_id, member.email = person.pk, person.email
            member.name = member.name or person.name or person.email.split("@")[0]
            member.role, member.is_active = role, True
            member.save()
        with entered(CONTROL):
            Membership.objects.get_or_create(
                person=person, tenant=tenant, defaults={"id": member.pk, "created_at": now}
            )
    return member


def workspaces_of(email: str) -> list[Tenant]:
    """The open tenants whose member the person of that e-mail is, by name.

    E-mails are kept in lower case. `iexact` would take “ı” for “i”, and with it another address for theirs.
    """
    with entered(CONTROL):
        tenants = Tenant.objects.named().filter(memberships__person__email=email.strip().lower())
        return in_order(tenant for tenant in tenants.order_by("pk") if tenant.is_open)


def hand_over(*, person_id: UUID, to: Tenant, now: datetime) -> str:
    """A signed one-time pass with which the person arrives signed in on the host of another of their tenants.

    Raises:
        Refused: they are no member there.
    """
    with entered(CONTROL):
        if not Membership.objects.filter(person_id=person_id, tenant=to).exists():
            raise Refused(_("You are not a member of that workspace. Ask its owner to invite you."))
        pass_ = Handover.objects.create(
            person_id=person_id, tenant=to, expires_at=now + timedelta(seconds=HANDOVER_SECONDS)
        )
    return Signer(salt="handover").sign(str(pass_.pk))


def arrive(*, pass_id: str, tenant: Tenant, now: datetime) -> Person | None:
    """Use up a pass in the tenant it was made for. None when it is not ours, used, expired, or of another tenant."""
    try:
        key = UUID(Signer(salt="handover").unsign(pass_id))
    except BadSignature:
        return None
    with entered(CONTROL):
        passes = Handover.objects.filter(pk=key, tenant=tenant, used_at=None, expires_at__gt=now)
        if not passes.update(used_at=now):
            return None
        return Person.objects.get(handover__pk=key)


def random_password() -> str:
    """A password that nobody can guess, for the demo tenant's printed sign-in."""
    return secrets.token_urlsafe(9)
