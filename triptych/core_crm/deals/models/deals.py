"""The deal: something a company or person may buy, on its way through a pipeline."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Self
from uuid import UUID

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, Value
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.custom_fields.columns import CustomValuesField
from triptych.core_crm.deals.models.pipelines import ForecastCategory, Pipeline, Stage
from triptych.platform.collation import CollationKeyField
from triptych.platform.records import Record, RecordQuerySet
from triptych.platform.web.addresses import address_of
from triptych.tenants.members.models import Member


class DealQuerySet(RecordQuerySet):
    def open(self) -> Self:
        """Deals still being worked on."""
        return self.filter(closed_at__isnull=True)

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)

    def won(self) -> Self:
        return self.filter(closed_at__isnull=False, stage__is_won=True)

    def lost(self) -> Self:
        return self.filter(closed_at__isnull=False, stage__is_won=False)

    def stale(self, now: datetime) -> Self:
        """Open deals that have stood in their stage for longer than it allows."""
        allowed = ExpressionWrapper(F("stage__stale_after_days") * Value(timedelta(days=1)), DurationField())
        return self.open().filter(entered_stage_at__lt=ExpressionWrapper(Value(now) - allowed, DateTimeField()))

    def of_company(self, company_id: UUID) -> Self:
        return self.filter(company_id=company_id)

    def of_contact(self, contact_id: UUID) -> Self:
        """Deals in which a contact takes part, as the primary one or with a buying role."""
        taking_part = DealContact.objects.filter(contact_id=contact_id).values("deal_id")
        return self.filter(Q(primary_contact_id=contact_id) | Q(pk__in=taking_part))

    def newest_first(self) -> Self:
        """The order of the table."""
        return self.order_by("-created_at", "-pk")

    def for_cards(self) -> Self:
        """With everything a card or table row shows, in the same statement."""
        return self.select_related("company", "primary_contact", "owner", "stage")


class Deal(Record):
    class Type(models.TextChoices):
        NEW_BUSINESS = "new_business", _("New business")
        EXISTING_BUSINESS = "existing_business", _("Existing business")
        RENEWAL = "renewal", _("Renewal")

    name = models.CharField(_("name"), max_length=200)
    sort_key = CollationKeyField("name")
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="deals", verbose_name=_("pipeline"))
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="deals", verbose_name=_("stage"))
    entered_stage_at = models.DateTimeField(_("in stage since"))
    opened_at = models.DateTimeField(_("opened"), help_text="When somebody began to work on it.")
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, help_text="When it was won or lost.")
    close_date = models.DateField(_("expected close"), null=True, blank=True, help_text="When it is expected to close.")
    probability = models.PositiveSmallIntegerField(
        _("probability"), validators=[MaxValueValidator(100)], help_text="Per cent."
    )
    forecast_category = models.CharField(_("forecast category"), max_length=10, choices=ForecastCategory.choices)
    amount = models.DecimalField(
        _("amount"), max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(_("currency"), max_length=3, help_text="ISO 4217.")
    amount_is_total = models.BooleanField(
        _("amount is the total of lines"), default=False, help_text="The amount is the total of lines: nobody types it."
    )
    closing_rate = models.DecimalField(
        max_digits=20,
        decimal_places=10,
        null=True,
        blank=True,
        help_text="What one unit of its currency was worth in the tenant's own when it closed; empty while it is open.",
    )
    company = models.ForeignKey(
        "contacts.Company", models.SET_NULL, null=True, blank=True, related_name="deals", verbose_name=_("company")
    )
    primary_contact = models.ForeignKey(
        "contacts.Contact", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("primary contact")
    )
    contacts = models.ManyToManyField("contacts.Contact", through="DealContact", related_name="deals")
    owner = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="deals", verbose_name=_("owner")
    )
    type = models.CharField(_("type"), max_length=20, choices=Type.choices, blank=True)
    lead_source = models.CharField(_("lead source"), max_length=100, blank=True)
    campaign = models.CharField(_("campaign"), max_length=200, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_date = models.DateField(_("next step date"), null=True, blank=True)
    lost_reason = models.CharField(_("lost reason"), max_length=200, blank=True)
    lost_details = models.TextField(_("more on why it was lost"), blank=True, validators=[MaxLengthValidator(2_000)])
    description = models.TextField(_("description"), blank=True, validators=[MaxLengthValidator(20_000)])
    custom = CustomValuesField()

    objects = DealQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["stage", "-entered_stage_at", "-id"], name="deal_board", condition=Q(deleted_at=None)),
            models.Index(fields=["-created_at", "-id"], name="deal_list", condition=Q(deleted_at=None)),
            models.Index(fields=["sort_key", "id"], name="deal_by_name", condition=Q(deleted_at=None)),
            models.Index(
                fields=["owner", "close_date"], name="deal_owner_open", condition=Q(deleted_at=None, closed_at=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(probability__lte=100), name="deal_probability_at_most_100"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="deal_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("deals:detail", self.pk)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_won(self) -> bool:
        return self.stage.is_won

    @property
    def is_lost(self) -> bool:
        return self.stage.is_lost

    @property
    def weighted_amount(self) -> Decimal | None:
        """The amount times the probability, rounded to cents."""
        if self.amount is None:
            return None
        return (self.amount * self.probability / 100).quantize(Decimal("0.01"))

    def time_in_stage(self, *, now: datetime) -> timedelta:
        """How long it has stood in its stage; for a closed deal this is the time since it closed."""
        return now - self.entered_stage_at

    def is_stale(self, *, now: datetime) -> bool:
        """Whether it has stood in its stage for longer than that allows."""
        days = self.stage.stale_after_days
        return self.is_open and days is not None and self.time_in_stage(now=now) > timedelta(days=days)

    def is_late(self, *, today: date) -> bool:
        """Whether it should have closed by now."""
        return self.is_open and self.close_date is not None and self.close_date < today

    def enter(self, to: Stage, *, at: datetime) -> None:
        """Take on what a stage sets, on the object only: the caller saves."""
        self.stage = to
        self.pipeline_id = to.pipeline_id
        self.entered_stage_at = at
        self.probability = to.probability
        self.forecast_category = to.forecast_category
        self.closed_at = at if to.is_closed else None


class DealContact(models.Model):
    """A contact who takes part in a deal, with the role they play in buying."""

    class Role(models.TextChoices):
        DECISION_MAKER = "decision_maker", _("Decision Maker")
        ECONOMIC_BUYER = "economic_buyer", _("Economic Buyer")
        EVALUATOR = "evaluator", _("Evaluator")
        INFLUENCER = "influencer", _("Influencer")
        CHAMPION = "champion", _("Champion")
        USER = "user", _("User")
        BLOCKER = "blocker", _("Blocker")
        OTHER = "other", _("Other")

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="deal_contacts")
    contact = models.ForeignKey("contacts.Contact", models.CASCADE, related_name="deal_contacts")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.OTHER)

    audited_with = "deal_id"

    class Meta:
        constraints = [models.UniqueConstraint("deal", "contact", name="deal_contact_once")]

    def __str__(self) -> str:
        return f"{self.contact} ({self.get_role_display()})"
