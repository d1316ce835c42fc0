"""Leads: somebody who might buy, before they are a contact of ours."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.custom_fields.columns import CustomValuesField
from triptych.core_crm.deals.models import Deal
from triptych.platform.collation import CollationKeyField
from triptych.platform.records import Record, RecordQuerySet
from triptych.platform.web.addresses import address_of
from triptych.tenants.members.models import Member


class LeadQuerySet(RecordQuerySet):
    def by_name(self) -> LeadQuerySet:
        return self.order_by("sort_key", "pk")

    def open(self) -> LeadQuerySet:
        """Leads that somebody may still win."""
        return self.exclude(status__in=[Lead.Status.CONVERTED, Lead.Status.DEAD])


class Lead(Record):
    class Status(models.TextChoices):
        NEW = "new", pgettext_lazy("lead", "New")
        ASSIGNED = "assigned", _("Assigned")
        IN_PROCESS = "in_process", _("In Process")
        CONVERTED = "converted", _("Converted")
        RECYCLED = "recycled", _("Recycled")
        DEAD = "dead", _("Dead")

    WORKABLE = (Status.NEW, Status.ASSIGNED, Status.IN_PROCESS, Status.RECYCLED)
    """What a person may set by hand; the other two come with conversion and with a reason."""

    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    sort_key = CollationKeyField("last_name", "first_name", "company_name")
    company_name = models.CharField(_("company"), max_length=200, blank=True)
    job_title = models.CharField(_("job title"), max_length=150, blank=True)
    email = models.CharField(_("email"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    website = models.CharField(_("website"), max_length=300, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.NEW)
    source = models.CharField(_("source"), max_length=100, blank=True)
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    campaign = models.CharField(_("campaign"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True, validators=[MaxLengthValidator(20_000)])
    lost_reason = models.CharField(_("lost reason"), max_length=300, blank=True)
    owner = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="leads", verbose_name=_("owner")
    )
    converted_at = models.DateTimeField(null=True, blank=True)
    converted_contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="leads")
    converted_company = models.ForeignKey(Company, models.SET_NULL, null=True, blank=True, related_name="leads")
    converted_deal = models.ForeignKey(Deal, models.SET_NULL, null=True, blank=True, related_name="leads")
    conversion = models.JSONField(
        default=dict, blank=True, help_text="What undoing needs: former status and what was made."
    )
    custom = CustomValuesField()

    objects = LeadQuerySet.as_manager()
    untold = ("conversion",)

    class Meta:
        indexes = [
            models.Index("sort_key", "id", condition=models.Q(deleted_at__isnull=True), name="lead_by_name"),
            models.Index("status", "created_at", name="lead_by_status"),
            models.Index("email", name="lead_by_email"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.company_name or self.email

    def get_absolute_url(self) -> str:
        return address_of("leads:detail", self.pk)

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_open(self) -> bool:
        """Whether somebody may still win it."""
        return self.status in self.WORKABLE
