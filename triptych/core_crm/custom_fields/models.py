"""The fields that a tenant has added to its records."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from triptych.platform.records import Record, RecordQuerySet


class ObjectKind(models.TextChoices):
    """The main records, by the name of their model."""

    CONTACT = "contact", _("Contacts")
    COMPANY = "company", _("Companies")
    LEAD = "lead", _("Leads")
    DEAL = "deal", _("Deals")
    CASE = "case", _("Cases")
    ACTIVITY = "activity", _("Activities")


class FieldKind(models.TextChoices):
    """What a field holds."""

    TEXT = "text", _("Text")
    LONG_TEXT = "long_text", _("Long text")
    NUMBER = "number", _("Number")
    MONEY = "money", _("Money")
    DATE = "date", _("Date")
    DATETIME = "datetime", _("Date and time")
    CHOICE = "choice", _("Choice")
    CHOICES = "choices", _("Several choices")
    BOOLEAN = "boolean", _("Yes or no")
    URL = "url", _("Web address")
    RECORD = "record", _("Link to a record")
    FORMULA = "formula", _("Formula")
    ROLLUP = "rollup", _("Rollup")


class Measure(models.TextChoices):
    """What a rollup works out over related records."""

    COUNT = "count", _("How many")
    SUM = "sum", _("Sum")
    AVG = "avg", _("Average")
    MIN = "min", _("Smallest or earliest")
    MAX = "max", _("Largest or latest")


class Who(models.TextChoices):
    """Who may see or change the values of a field."""

    EVERYBODY = "everybody", pgettext_lazy("right", "Everybody")
    ADMINS = "admins", _("Owners and admins")


class CustomFieldQuerySet(RecordQuerySet):
    def on(self, kind: str) -> Self:
        """The fields of one kind of record."""
        return self.filter(object=kind)

    def in_order(self) -> Self:
        return self.order_by("object", "position", "pk")


class CustomField(Record):
    """One field. Its id, object, kind and API name never change: values, programs and saved views hold on to them.

    `options` are the values of a choice, `[{"name", "label", "is_active"}]`, `name` being what is stored; `target` is
    the kind of record that a link leads to.

    A formula is its `expression`; a rollup says `{"relation", "measure", "field", "where"}`. Both are worked out when
    they are read; `result` is the kind of value that they have.
    """

    object = models.CharField(_("object"), max_length=10, choices=ObjectKind.choices)
    kind = models.CharField(_("kind"), max_length=10, choices=FieldKind.choices)
    api_name = models.CharField(_("API name"), max_length=40)
    label = models.CharField(_("label"), max_length=60)
    help_text = models.CharField(_("help text"), max_length=300, blank=True)
    options = models.JSONField(_("options"), default=list, blank=True)
    target = models.CharField(_("leads to"), max_length=10, choices=ObjectKind.choices, blank=True)
    expression = models.TextField(_("formula"), blank=True)
    rollup = models.JSONField(_("rollup"), default=dict, blank=True)
    asked_count = models.PositiveIntegerField(
        default=0, editable=False, help_text="How often lists were filtered or ordered by it."
    )
    is_indexed = models.BooleanField(default=False, editable=False)
    result = models.CharField(_("result"), max_length=10, blank=True, editable=False)
    is_required = models.BooleanField(_("required"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    seen_by = models.CharField(_("seen by"), max_length=10, choices=Who.choices, default=Who.EVERYBODY)
    changed_by = models.CharField(_("changed by"), max_length=10, choices=Who.choices, default=Who.EVERYBODY)

    objects = CustomFieldQuerySet.as_manager()
    audited_without = ("asked_count", "is_indexed")

    class Meta:
        verbose_name = _("custom field")
        constraints = [
            models.UniqueConstraint("object", Lower("api_name"), name="custom_field_api_name_once"),
            models.UniqueConstraint(
                "object",
                Lower("label"),
                condition=models.Q(deleted_at__isnull=True),
                name="custom_field_label_once",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def key(self) -> str:
        """Under which its values stand in the column `custom`."""
        return str(self.pk)

    @property
    def form_name(self) -> str:
        """What forms and problems call it."""
        return f"custom-{self.api_name}"

    @property
    def list_name(self) -> str:
        """What lists, their addresses and saved views call it."""
        return f"custom_{self.pk.hex}"

    @property
    def is_computed(self) -> bool:
        """Whether nobody types its values."""
        return self.kind in (FieldKind.FORMULA, FieldKind.ROLLUP)

    @property
    def active_options(self) -> list[dict[str, Any]]:
        """The options that may still be chosen."""
        return [option for option in self.options if option.get("is_active", True)]
