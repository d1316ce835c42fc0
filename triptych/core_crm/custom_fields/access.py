"""Who may see and change the fields themselves: everybody reads what there is, owners and admins change it.

Who may see or change the *values* of a field stands on the field (`definitions.Definitions.seen_by`, `changed_by`).
"""

from uuid import UUID

from django.db.models import Q
from django.shortcuts import get_object_or_404

from triptych.core_crm.custom_fields.models import CustomField, CustomFieldQuerySet, Who
from triptych.tenants.members.access import administering
from triptych.tenants.members.models import Member


def fields_visible_to(member: Member) -> CustomFieldQuerySet:
    """The fields that the member may know of, without those in the bin."""
    fields: CustomFieldQuerySet = CustomField.objects.alive()
    return fields if member.may_administer else fields.filter(Q(seen_by=Who.EVERYBODY))


def field_to_change(member: Member, pk: UUID) -> CustomField:
    """Raises Http404 for a field that is not there, Forbidden for anybody but owners and admins."""
    field: CustomField = get_object_or_404(fields_visible_to(member), pk=pk)
    administering(member)
    return field


def field_to_restore(member: Member, pk: UUID) -> CustomField:
    """A field in the bin or out of it again; Http404 if there is none, Forbidden for anybody but owners and admins."""
    administering(member)
    field: CustomField = get_object_or_404(CustomField.objects.all(), pk=pk)
    return field
