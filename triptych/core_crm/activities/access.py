"""Who may see or change activities: the one way to fetch them for somebody.

Roles decide, in `rights.access`.
"""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from triptych.core_crm.activities.models import Activity, ActivityQuerySet
from triptych.core_crm.activities.records import LinkedRecord, RecordRef, models_by_kind
from triptych.core_crm.rights import must_be_writer
from triptych.core_crm.rights.access import CHANGE, DELETE, must, visible
from triptych.platform.records import Record
from triptych.tenants.members.models import Member


def activities_visible_to(member: Member) -> ActivityQuerySet:
    """The activities that the member may see, without those in the bin."""
    return visible(member, Activity.objects.alive())


def activity_to_see(member: Member, pk: UUID) -> Activity:
    """Raises Http404 for an activity that is not there for this member."""
    found: Activity = get_object_or_404(activities_visible_to(member).select_related("owner", "created_by"), pk=pk)
    return found


def activity_to_change(member: Member, pk: UUID) -> Activity:
    """Raises Http404 for one that is not there for this member, Forbidden if they may not change it."""
    activity = activity_to_see(member, pk)
    must(member, CHANGE, activity)
    return activity


def activity_to_delete(member: Member, pk: UUID) -> Activity:
    """Raises Http404 for one that is not there for this member, Forbidden if they may not delete it."""
    activity = activity_to_see(member, pk)
    must(member, DELETE, activity)
    return activity


def activity_to_restore(member: Member, pk: UUID) -> Activity:
    """An activity in the bin or out again; Http404 if none is there for them, Forbidden if they may not delete it."""
    activity: Activity = get_object_or_404(visible(member, Activity.objects.all()), pk=pk)
    must(member, DELETE, activity)
    return activity


def record_to_see(member: Member, ref: RecordRef) -> Record:
    """Any record that has a page, by its kind. Raises Http404 if it is not there for this member."""
    model = models_by_kind().get(ref.kind)
    if model is None:
        raise Http404
    found: Record = get_object_or_404(visible(member, model.objects.alive()), pk=ref.id)
    return found


def record_to_link(member: Member, ref: RecordRef) -> LinkedRecord:
    """A record that the member sees and may link activities to.

    Raises:
        Http404: there is none for this member.
        Forbidden: the member may only read.
    """
    record: Any = record_to_see(member, ref)
    must_be_writer(member)
    return LinkedRecord(ref.kind, ref.id, str(record), record.get_absolute_url())
