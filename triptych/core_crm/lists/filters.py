"""Filters that lists of several nouns share."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.forms import HiddenInput
from django.utils.translation import gettext_lazy as _
from django_filters import ModelChoiceFilter
from django_filters.fields import ModelChoiceField

from triptych.core_crm.lists.conditions import ME
from triptych.core_crm.rights.access import visible
from triptych.tenants.members.models import Member

NOBODY = "nobody"


class OwnerField(ModelChoiceField):
    """A member, nobody, or `me`: whoever asks."""

    member: Member | None = None

    def to_python(self, value: Any) -> Any:
        return self.member if value == ME and self.member else super().to_python(value)


class OwnerFilter(ModelChoiceFilter):
    """Records of one member (`me` is whoever asks), or of nobody."""

    field_class = OwnerField

    def __init__(self, **options: Any) -> None:
        members = Member.objects.active().by_name()
        defaults = {"label": _("Owner"), "null_label": _("Nobody"), "null_value": NOBODY, "empty_label": _("Anybody")}
        super().__init__(queryset=members, **{**defaults, **options})

    @property
    def field(self) -> Any:
        field: Any = super().field
        field.member = getattr(self.get_request(), "member", None)
        return field


class RelatedFilter(ModelChoiceFilter):
    """Records of one related record, which stands in the address but not in the panel of filters.

    Lists of related records lead here (“Show all contacts of Acme”).
    """

    def __init__(self, *, queryset: QuerySet[Any], label: Any, **options: Any) -> None:
        super().__init__(queryset=queryset, label=label, **options)

    def get_queryset(self, request: Any) -> QuerySet[Any]:
        """Only records that who asks may see, so that a chip names no other."""
        records: QuerySet[Any] = super().get_queryset(request)
        return visible(request.member, records) if request is not None else records

    @property
    def field(self) -> Any:
        field: Any = super().field
        field.widget = HiddenInput()
        return field
