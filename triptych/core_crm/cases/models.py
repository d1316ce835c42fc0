"""Cases: what a customer asked or complained of, the queue it waits in, and the conversation about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.core.validators import MaxLengthValidator, MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.custom_fields.columns import CustomValuesField
from triptych.platform.ids import new_id
from triptych.platform.records import Record, RecordQuerySet
from triptych.platform.web.addresses import address_of
from triptych.tenants.members.models import Member


class QueueQuerySet(RecordQuerySet):
    def active(self) -> Self:
        """Queues in use: neither retired nor deleted."""
        return self.alive().filter(is_active=True)

    def of_member(self, member: Member) -> Self:
        """Queues that the member looks after."""
        return self.filter(members=member)

    def in_order(self) -> Self:
        return self.order_by("position", "pk")


class Queue(Record):
    """Where cases wait until somebody takes them. Its members are those who look after it; others may, too."""

    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    is_default = models.BooleanField(_("default"), default=False)
    members = models.ManyToManyField(Member, related_name="queues", verbose_name=_("members"), blank=True)
    mailbox = models.CharField(
        _("mail name"), max_length=63, blank=True, help_text="What stands before the @; from the name if empty."
    )
    reopen_days = models.PositiveSmallIntegerField(
        _("days to reopen"), default=14, validators=[MaxValueValidator(3650)], help_text="Later begins a new case."
    )
    emptied_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", help_text="Where its cases went."
    )

    objects = QueueQuerySet.as_manager()
    untold = ("emptied_into",)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="queue_name_once", condition=Q(is_active=True, deleted_at__isnull=True)
            ),
            models.UniqueConstraint("is_default", name="queue_one_default", condition=Q(is_default=True)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def mail_name(self) -> str:
        """What stands before the @ of its address."""
        return self.mailbox or slugify(self.name) or f"queue-{self.pk.hex[-8:]}"


class Numbering(models.Model):
    """The last number given to a case. Its one row is locked while the next is taken, so none is given twice."""

    last = models.PositiveBigIntegerField(default=0)

    audited_with = None

    def __str__(self) -> str:
        return str(self.last)


class CaseQuerySet(RecordQuerySet):
    def open(self) -> Self:
        """Cases that still want something of us."""
        return self.filter(status__in=Case.OPEN_STATUSES)

    def closed(self) -> Self:
        return self.exclude(status__in=Case.OPEN_STATUSES)

    def unassigned(self) -> Self:
        return self.filter(owner__isnull=True)

    def of_company(self, company_id: UUID) -> Self:
        return self.filter(company_id=company_id)

    def of_contact(self, contact_id: UUID) -> Self:
        return self.filter(contact_id=contact_id)

    def newest_first(self) -> Self:
        return self.order_by("-number", "-pk")

    def for_rows(self) -> Self:
        """With everything a table row shows, in the same statement."""
        return self.select_related("queue", "owner", "contact", "company")


class Case(Record):
    class Status(models.TextChoices):
        NEW = "new", _("New")
        ASSIGNED = "assigned", _("Assigned")
        PENDING = "pending", _("Pending")
        CLOSED = "closed", _("Closed")
        REJECTED = "rejected", _("Rejected")
        DUPLICATE = "duplicate", _("Duplicate")

    class Priority(models.TextChoices):
        LOW = "low", _("Low")
        NORMAL = "normal", _("Normal")
        HIGH = "high", _("High")
        URGENT = "urgent", _("Urgent")

    class Type(models.TextChoices):
        QUESTION = "question", _("Question")
        INCIDENT = "incident", _("Incident")
        PROBLEM = "problem", _("Problem")

    class Origin(models.TextChoices):
        """The channel by which it came in."""

        EMAIL = "email", _("Email")
        PHONE = "phone", _("Phone")
        WEB = "web", _("Web")
        CHAT = "chat", _("Chat")
        IN_PERSON = "in_person", _("In person")
        API = "api", _("API")

    class Following(models.TextChoices):
        """Why a case goes on from another one."""

        SPLIT = "split", _("Split from")
        LATE_REPLY = "late_reply", _("Answer to")

    OPEN_STATUSES = (Status.NEW, Status.ASSIGNED, Status.PENDING)

    number = models.PositiveBigIntegerField(_("number"), unique=True, editable=False)
    subject = models.CharField(_("subject"), max_length=200)
    description = models.TextField(_("description"), blank=True, validators=[MaxLengthValidator(20_000)])
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.NEW)
    priority = models.CharField(_("priority"), max_length=10, choices=Priority.choices, default=Priority.NORMAL)
    type = models.CharField(_("type"), max_length=10, choices=Type.choices, blank=True)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin.choices, blank=True)
    queue = models.ForeignKey(
        Queue, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("queue")
    )
    former_queue = models.ForeignKey(
        Queue, models.SET_NULL, null=True, blank=True, related_name="+", help_text="The deleted one that it was in."
    )
    owner = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="cases", verbose_name=_("owner")
    )
    contact = models.ForeignKey(
        "contacts.Contact", models.SET_NULL, null=True, blank=True, related_name="cases", verbose_name=_("contact")
    )
    company = models.ForeignKey(
        "contacts.Company", models.SET_NULL, null=True, blank=True, related_name="cases", verbose_name=_("company")
    )
    deal = models.ForeignKey(
        "deals.Deal", models.SET_NULL, null=True, blank=True, related_name="cases", verbose_name=_("deal")
    )
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    status_before_merge = models.CharField(max_length=10, blank=True, editable=False)
    follows = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="followed_by", verbose_name=_("follows")
    )
    following = models.CharField(max_length=10, choices=Following.choices, blank=True)
    requester_name = models.CharField(_("requester"), max_length=200, blank=True)
    requester_email = models.EmailField(
        _("requester's address"), max_length=254, blank=True, help_text="Who wrote, where it came by mail."
    )
    first_responded_at = models.DateTimeField(
        _("first response"), null=True, blank=True, help_text="First public reply of a member."
    )
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    last_message_at = models.DateTimeField(_("last message"), null=True, blank=True)
    awaits_reply = models.BooleanField(_("awaits a reply"), default=True, help_text="The customer spoke last.")
    custom = CustomValuesField()

    objects = CaseQuerySet.as_manager()
    untold = ("former_queue", "status_before_merge", "following")

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="case_list", condition=Q(deleted_at=None)),
            models.Index(fields=["status", "-number"], name="case_by_status", condition=Q(deleted_at=None)),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"

    def get_absolute_url(self) -> str:
        return address_of("cases:detail", self.pk)

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN_STATUSES

    @property
    def mailed_to(self) -> str:
        """Where a public reply goes by mail: to who wrote, else to the contact; empty for nowhere."""
        if self.requester_email:
            return self.requester_email
        return self.contact.primary_email if self.contact and not self.contact.do_not_email else ""


class CaseMessageQuerySet(models.QuerySet["CaseMessage"]):
    def public(self) -> Self:
        """What the customer may read."""
        return self.filter(kind=CaseMessage.Kind.PUBLIC)

    def of_conversation(self, case: Case) -> Self:
        """The messages of a case and of those merged into it."""
        parts = Case.objects.filter(Q(pk=case.pk) | Q(merged_into=case))
        return self.filter(case__in=parts.values("pk"))


class CaseMessage(models.Model):
    """One thing said about a case. Its words are never changed; how its mail fares is written beside them."""

    class Kind(models.TextChoices):
        PUBLIC = "public", _("Public reply")
        INTERNAL = "internal", _("Internal note")

    class Delivery(models.TextChoices):
        """How a reply fares that goes by mail."""

        QUEUED = "queued", _("Waiting to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not sent")

    UNSURE_AFTER = timedelta(minutes=10)
    """Whoever sends a mail for that long was ended while doing so."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    author = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    contact = models.ForeignKey("contacts.Contact", models.SET_NULL, null=True, related_name="+")
    body = models.TextField(validators=[MaxLengthValidator(20_000)])
    at = models.DateTimeField()
    message_id = models.CharField(max_length=250, blank=True, help_text="Of its mail, in angle brackets.")
    sender_name = models.CharField(max_length=200, blank=True, help_text="As a mail that came says.")
    sender_email = models.EmailField(max_length=254, blank=True)
    is_automatic = models.BooleanField(default=False, help_text="A program wrote it, e.g. that somebody is away.")
    is_doubtful = models.BooleanField(default=False, help_text="It came from somebody the case does not know.")
    attachments = models.JSONField(default=list, help_text="[{name, file: id or null, refused: reason}]")
    sent_to = models.EmailField(max_length=254, blank=True)
    delivery = models.CharField(max_length=10, choices=Delivery.choices, blank=True)
    delivery_at = models.DateTimeField(null=True, help_text="When `delivery` became what it is.")
    delivery_note = models.CharField(max_length=500, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = CaseMessageQuerySet.as_manager()
    untold = ("delivery_at",)
    audited_with = "case_id"

    class Meta:
        indexes = [
            models.Index(fields=["case", "-at", "-id"], name="case_message_of_case"),
            models.Index(fields=["message_id"], name="case_message_mail", condition=~Q(message_id="")),
        ]
        constraints = [
            models.CheckConstraint(
                name="case_message_one_author", condition=Q(author__isnull=True) | Q(contact__isnull=True)
            ),
            models.CheckConstraint(
                name="case_message_customers_speak_in_public", condition=Q(contact__isnull=True) | Q(kind="public")
            ),
            models.CheckConstraint(
                name="case_message_notes_never_leave", condition=Q(kind="public") | Q(delivery="", sent_to="")
            ),
        ]

    def __str__(self) -> str:
        return self.body[:80]

    @property
    def is_internal(self) -> bool:
        return self.kind == self.Kind.INTERNAL

    @property
    def said_by(self) -> str:
        """The name of who said it."""
        return str(self.author or self.contact or self.sender_name or self.sender_email or _("Somebody who has left"))

    def is_unsure(self, *, at: datetime) -> bool:
        """Whether its mail was on the way out when the server was ended, so that nobody knows if it left."""
        began = self.delivery_at
        return self.delivery == self.Delivery.SENDING and began is not None and began < at - self.UNSURE_AFTER

    def may_be_sent_again(self, *, at: datetime) -> bool:
        return self.delivery == self.Delivery.FAILED or self.is_unsure(at=at)
