"""People and the companies they work for. Both may be known to the tenant long before and after any deal."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.fields.json import KT
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.custom_fields.columns import CustomValuesField
from triptych.platform.collation import CollationKeyField
from triptych.platform.ids import new_id
from triptych.platform.records import Record, RecordQuerySet
from triptych.platform.web.addresses import address_of
from triptych.tenants.members.models import Member


class CompanyQuerySet(RecordQuerySet):
    def by_name(self) -> CompanyQuerySet:
        return self.order_by("sort_key", "pk")

    def named(self, name: str) -> CompanyQuerySet:
        """Companies of exactly that name, whatever the case."""
        return self.filter(name__iexact=name)

    def at_domain(self, domain: str) -> CompanyQuerySet:
        """Companies of that domain, given as `acme.example`."""
        return self.filter(domain=domain)


class Company(Record):
    class Type(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        CUSTOMER = "customer", _("Customer")
        PARTNER = "partner", _("Partner")
        COMPETITOR = "competitor", _("Competitor")
        SUPPLIER = "supplier", _("Supplier")

    name = models.CharField(_("name"), max_length=200)
    sort_key = CollationKeyField("name")
    website = models.CharField(_("website"), max_length=300, blank=True)
    domain = models.CharField(_("domain"), max_length=200, blank=True)
    type = models.CharField(_("type"), max_length=10, choices=Type.choices, default=Type.PROSPECT)
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    number_of_employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    annual_revenue = models.DecimalField(_("annual revenue"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, help_text="ISO 4217, of the annual revenue.")
    founded_year = models.PositiveSmallIntegerField(_("founded"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    billing_address = models.JSONField(_("billing address"), default=dict, blank=True)
    shipping_address = models.JSONField(_("shipping address"), default=dict, blank=True)
    description = models.TextField(_("description"), blank=True, validators=[MaxLengthValidator(20_000)])
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="subsidiaries", verbose_name=_("belongs to")
    )
    owner = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="companies", verbose_name=_("owner")
    )
    custom = CustomValuesField()

    objects = CompanyQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("sort_key", "id", condition=models.Q(deleted_at__isnull=True), name="company_by_name"),
            models.Index("domain", name="company_by_domain"),
            models.Index(Upper("name"), name="company_by_exact_name"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="company_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("companies:detail", self.pk)


class ContactQuerySet(RecordQuerySet):
    def by_name(self) -> ContactQuerySet:
        return self.order_by("sort_key", "pk")

    def reached_at(self, email: str) -> ContactQuerySet:
        """Contacts that have that address among theirs, whatever the case."""
        return self.filter(emails__contains=[{"email": email.strip().lower()}])

    def of_company(self, company: Company) -> ContactQuerySet:
        """Contacts that work there now."""
        return self.filter(company_links__company=company, company_links__ended_on=None)

    def with_companies(self) -> ContactQuerySet:
        """Load the links to companies beforehand, so that `company` costs no query."""
        links = ContactCompany.objects.select_related("company").order_by("-is_primary", "pk")
        return self.prefetch_related(models.Prefetch("company_links", queryset=links))


class Contact(Record):
    """A person. `emails` and `phones` are lists of `{email, label}` and `{phone, label}`, the first one is primary;
    `addresses` is a list of `{street, city, state, postal_code, country, label}`."""

    salutation = models.CharField(_("salutation"), max_length=30, blank=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    sort_key = CollationKeyField("last_name", "first_name")
    job_title = models.CharField(_("job title"), max_length=150, blank=True)
    emails = models.JSONField(_("emails"), default=list, blank=True)
    email = models.GeneratedField(
        expression=KT("emails__0__email"), output_field=models.TextField(), db_persist=True
    )  # of the row as it was read; `primary_email` is that of the object
    phones = models.JSONField(_("phones"), default=list, blank=True)
    addresses = models.JSONField(_("addresses"), default=list, blank=True)
    do_not_call = models.BooleanField(_("do not call"), default=False)
    do_not_email = models.BooleanField(_("do not email"), default=False)
    description = models.TextField(_("description"), blank=True, validators=[MaxLengthValidator(20_000)])
    owner = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="contacts", verbose_name=_("owner")
    )
    companies = models.ManyToManyField(Company, through="ContactCompany", related_name="contacts")
    custom = CustomValuesField()

    objects = ContactQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("sort_key", "id", condition=models.Q(deleted_at__isnull=True), name="contact_by_name"),
            models.Index("email", name="contact_by_email"),
            GinIndex(name="contact_any_email", fields=["emails"], opclasses=["jsonb_path_ops"]),
        ]

    def __str__(self) -> str:
        return self.full_name or self.primary_email

    def get_absolute_url(self) -> str:
        return address_of("contacts:detail", self.pk)

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def primary_email(self) -> str:
        return str(self.emails[0]["email"]) if self.emails else ""

    @property
    def primary_phone(self) -> str:
        return str(self.phones[0]["phone"]) if self.phones else ""

    @property
    def current_links(self) -> list[ContactCompany]:
        """The companies they work for now, the primary one first. Costs no query after `with_companies()`."""
        links = [link for link in self.company_links.all() if link.ended_on is None]
        return sorted(links, key=lambda link: (not link.is_primary, link.pk))

    @property
    def company(self) -> Company | None:
        """The company they stand for: the primary one, else any they work for now."""
        return next((link.company for link in self.current_links if not link.company.deleted_at), None)


class ContactCompany(models.Model):
    """That somebody works for a company, or did until `ended_on`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="company_links")
    company = models.ForeignKey(Company, models.CASCADE, related_name="contact_links")
    role = models.CharField(_("role"), max_length=100, blank=True)
    is_primary = models.BooleanField(_("primary"), default=False)
    ended_on = models.DateField(_("until"), null=True, blank=True)

    audited_with = "contact_id"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "company"], name="contact_company_once"),
            models.UniqueConstraint(
                fields=["contact"], condition=models.Q(is_primary=True), name="contact_one_primary_company"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} at {self.company_id}"
