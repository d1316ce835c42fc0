"""What stays of an erasure, what people agreed to, and how long records are kept."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from triptych.platform.collation import NamedQuerySet
from triptych.platform.ids import new_id
from triptych.tenants.members.models import Member


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def newest_first(self) -> ErasureQuerySet:
        return self.order_by("-asked_at", "-pk")

    def underway(self) -> ErasureQuerySet:
        """Asked for and not yet done."""
        return self.filter(state=Erasure.State.WAITING)


class Erasure(models.Model):
    """The erasure of one person: an order until it is done, its receipt from then on.

    `order` says who is meant (an address, or a record's kind and id) and is emptied when it is done. `hashes` are
    keyed hashes of the addresses, by which an address that comes again is known without being kept.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Underway")
        DONE = "done", _("Done")
        FAILED = "failed", _("Not done")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    order = models.JSONField(default=dict)
    hashes = ArrayField(models.CharField(max_length=64), default=list)
    records = ArrayField(models.UUIDField(), default=list, help_text="Keys of the contacts, leads, cases left blank.")
    counts = models.JSONField(default=list, encoder=DjangoJSONEncoder, help_text="[{kind, label, count, fate}]")
    files_left = models.JSONField(default=list, help_text="Names in the storage whose bytes are still to go.")
    why = models.CharField(max_length=300, blank=True, help_text="Why it was not done, or which rule did it.")
    job_id = models.UUIDField(null=True)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    objects = ErasureQuerySet.as_manager()
    untold = ("hashes",)
    audited_without = ("order", "files_left")

    class Meta:
        verbose_name = _("erasure of a person")
        indexes = [models.Index(fields=["-asked_at", "-id"], name="erasure_list")]

    def __str__(self) -> str:
        return f"{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("privacy:receipt", args=[self.pk])

    @property
    def total_count(self) -> int:
        """How many rows were deleted or blanked."""
        return sum(part["count"] for part in self.counts if part["fate"] not in ("kept", "left"))

    def as_receipt(self) -> dict[str, Any]:
        """The receipt as JSON: nothing in it tells who was erased."""
        return {
            "receipt": str(self.pk),
            "state": self.state,
            "asked_at": self.asked_at.isoformat(),
            "done_at": self.done_at.isoformat() if self.done_at else None,
            "by": str(self.by) if self.by else None,
            "why": self.why,
            "addresses": self.hashes,
            "counts": self.counts,
            "backups": str(BACKUPS),
        }


BACKUPS = _(
    "Backups and archives that were made before still hold the person, until they are overwritten. Whoever restores "
    "one erases the person again: this receipt tells when."
)


class PurposeQuerySet(NamedQuerySet["Purpose"]):
    def active(self) -> PurposeQuerySet:
        """Those that can be asked for now."""
        return self.filter(is_active=True)


class Purpose(models.Model):
    """What for a person's data may be used: a newsletter, invitations, profiling."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("what people are told"), max_length=500, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = PurposeQuerySet.as_manager()

    class Meta:
        verbose_name = _("purpose of a consent")
        constraints = [models.UniqueConstraint(Lower("name"), name="purpose_name_once")]

    def __str__(self) -> str:
        return self.name


class ConsentQuerySet(models.QuerySet["Consent"]):
    def latest_first(self) -> ConsentQuerySet:
        """With purpose and member, in the same statement."""
        return self.order_by("-at", "-pk").select_related("purpose", "by")


class Consent(models.Model):
    """That somebody agreed to a purpose on a channel, or took it back. The last word counts; all words are kept."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("Email")
        PHONE = "phone", _("Phone")
        SMS = "sms", _("Text message")
        POST = "post", _("Letter")
        ANY = "any", _("Any channel")

    class State(models.TextChoices):
        GIVEN = "given", _("Given")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Basis(models.TextChoices):
        """Article 6 (1) of the GDPR, a to f."""

        CONSENT = "consent", _("Consent")
        CONTRACT = "contract", _("Contract")
        LEGAL_OBLIGATION = "legal_obligation", _("Legal obligation")
        VITAL_INTEREST = "vital_interest", _("Vital interest")
        PUBLIC_TASK = "public_task", _("Public task")
        LEGITIMATE_INTEREST = "legitimate_interest", _("Legitimate interest")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40, help_text="Of the record: contact or lead.")
    object_id = models.UUIDField()
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="consents", verbose_name=_("purpose"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, default=Channel.ANY)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    basis = models.CharField(_("lawful basis"), max_length=20, choices=Basis.choices, default=Basis.CONSENT)
    source = models.CharField(_("source"), max_length=200, help_text="How one knows: a form, a call, a letter.")
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+", verbose_name=_("recorded by"))
    created_at = models.DateTimeField()

    objects = ConsentQuerySet.as_manager()
    audited_with = "object_id"

    class Meta:
        verbose_name = _("consent")
        indexes = [models.Index(fields=["object_id", "-at", "-id"], name="consent_of_record")]

    def __str__(self) -> str:
        return f"{self.purpose} ({self.get_channel_display()}): {self.get_state_display()}"

    @property
    def is_given(self) -> bool:
        return self.state == self.State.GIVEN


class RetentionRuleQuerySet(models.QuerySet["RetentionRule"]):
    def in_order(self) -> RetentionRuleQuerySet:
        return self.order_by("kind", "condition", "unit", "age", "pk")


class RetentionRule(models.Model):
    """What is not to be kept any longer than so long, and what then happens to it. It does nothing until it is on."""

    class Kind(models.TextChoices):
        CONTACT = "contact", _("Contacts")
        LEAD = "lead", _("Leads")
        CASE = "case", _("Cases")

    class Condition(models.TextChoices):
        IDLE = "idle", _("Nothing has happened with them")
        CLOSED = "closed", _("Closed or given up")
        DELETED = "deleted", _("In the bin")

    class Unit(models.TextChoices):
        DAYS = "days", _("Days")
        MONTHS = "months", _("Months")

    class Act(models.TextChoices):
        BIN = "bin", _("Put them into the bin")
        ERASE = "erase", _("Erase them for good")

    ABOUT = {
        (Kind.CONTACT, Condition.IDLE): _("Contacts with whom nothing has happened"),
        (Kind.CONTACT, Condition.DELETED): _("Contacts in the bin"),
        (Kind.LEAD, Condition.IDLE): _("Leads with whom nothing has happened"),
        (Kind.LEAD, Condition.CLOSED): _("Leads given up"),
        (Kind.LEAD, Condition.DELETED): _("Leads in the bin"),
        (Kind.CASE, Condition.CLOSED): _("Closed cases"),
        (Kind.CASE, Condition.DELETED): _("Cases in the bin"),
    }
    """What a rule can be about, in words."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("records"), max_length=10, choices=Kind.choices)
    condition = models.CharField(_("when"), max_length=10, choices=Condition.choices)
    age = models.PositiveSmallIntegerField(_("how long"), validators=[MinValueValidator(1), MaxValueValidator(1200)])
    unit = models.CharField(_("unit"), max_length=6, choices=Unit.choices, default=Unit.MONTHS)
    act = models.CharField(_("what then"), max_length=5, choices=Act.choices)
    is_active = models.BooleanField(_("on"), default=False)
    created_at = models.DateTimeField()
    last_run_at = models.DateTimeField(null=True)
    last_count = models.PositiveIntegerField(default=0, help_text="Records that the last run dealt with.")

    audited_without = ("last_run_at", "last_count")

    objects = RetentionRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("retention rule")

    def __str__(self) -> str:
        return f"{self.about}, {self.how_long} – {self.get_act_display()}"

    @property
    def about(self) -> str:
        """Which records it is about."""
        return str(self.ABOUT[self.Kind(self.kind), self.Condition(self.condition)])

    @property
    def how_long(self) -> str:
        """After how long."""
        count = {"count": self.age}
        if self.unit == self.Unit.DAYS:
            return ngettext("for %(count)d day", "for %(count)d days", self.age) % count
        return ngettext("for %(count)d month", "for %(count)d months", self.age) % count
