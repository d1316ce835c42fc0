"""The people of one tenant, as the tenant knows them. Owner fields of records point here and never leave the schema."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from triptych.platform.collation import NamedQuerySet
from triptych.platform.ids import new_id
from triptych.platform.records import Record


class RoleCode(models.TextChoices):
    """The four roles that every workspace has, and on which its own are built."""

    OWNER = "owner", pgettext_lazy("role", "Owner")
    ADMIN = "admin", _("Admin")
    MEMBER = "member", _("Member")
    READER = "reader", _("Reader")


class Role(Record):
    """A role of the workspace's own: what its members may do to which records.

    `base` is the built-in role whose general rights it has (settings, writing at all). `rights` maps a kind of record
    and an act to a level, `field_rights` a kind and a field to `hidden` or `read`; what they do not name is as in the
    base. `core_crm.rights` reads both.
    """

    name = models.CharField(_("name"), max_length=80)
    base = models.CharField(_("built on"), max_length=10, choices=RoleCode.choices, default=RoleCode.MEMBER)
    rights = models.JSONField(default=dict, blank=True)
    field_rights = models.JSONField(default=dict, blank=True)

    objects = NamedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="role_name_once")]

    def __str__(self) -> str:
        return self.name


class MemberQuerySet(NamedQuerySet["Member"]):
    def active(self) -> MemberQuerySet:
        return self.filter(is_active=True)


class Member(models.Model):
    """Somebody of this tenant: with a sign-in (`person_id`) or without one (an imported agent)."""

    Role = RoleCode

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person_id = models.UUIDField(null=True, unique=True, help_text="Of the control schema; no foreign key leaves here.")
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254, blank=True)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    role_record = models.ForeignKey(
        "members.Role",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        help_text="A role of the workspace's own; `role` is its base. Null for a built-in one.",
    )
    manager = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="reports")
    region = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=10, blank=True, help_text="Empty: the workspace's.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="member_email_once", condition=~models.Q(email="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def role_key(self) -> str:
        """Their role as forms name it: the key of one of the workspace's own, else the code of a built-in one."""
        return str(self.role_record_id or self.role)

    @property
    def role_name(self) -> str:
        """Their role as people call it."""
        return self.role_record.name if self.role_record else str(self.get_role_display())

    @property
    def may_write(self) -> bool:
        """Whether the role changes records at all."""
        return self.role != self.Role.READER

    @property
    def may_administer(self) -> bool:
        """Whether the role changes settings, people and plugins."""
        return self.role in (self.Role.OWNER, self.Role.ADMIN)


class Invitation(models.Model):
    """A seat offered by mail. Only the digest of its token is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=10, choices=Member.Role.choices, default=Member.Role.MEMBER)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Member, models.CASCADE, related_name="invitations_sent")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class ApiToken(models.Model):
    """A key by which a program acts as a member. Only the digest of its text is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    member = models.ForeignKey(Member, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list, help_text="Of: read, write.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def is_valid(self, *, at: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at) and self.member.is_active


def digest_of(secret: str) -> str:
    """What is stored of a token or invitation. The texts are random, so a plain digest suffices."""
    return hashlib.sha256(secret.encode()).hexdigest()
