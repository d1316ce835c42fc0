"""What activities, files and the record itself put on any record's timeline."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from triptych.core_crm.activities.models import Activity, ActivityLink
from triptych.core_crm.activities.timeline import Entry, TimelineSource, Wanted
from triptych.core_crm.rights.access import through, veiled
from triptych.core_crm.words import words_of
from triptych.platform.files.models import File
from triptych.platform.records import Record
from triptych.tenants.members.models import Member

LOOKS = {"task": "checkbox", "call": "phone", "meeting": "calendar-event", "email": "mail", "note": "note"}
TONES = {"task": "accent", "call": "green", "meeting": "violet", "email": "blue", "note": "amber"}


def activities_of(record: Record, member: Member) -> TimelineSource:
    def entries(wanted: Wanted) -> list[Entry]:
        links = ActivityLink.objects.filter(object_id=record.pk, activity__deleted_at=None)
        links = through(member, links, "activity", Activity)
        if wanted.kinds is not None:
            links = links.filter(activity__kind__in=wanted.kinds)
        page = wanted.page_of(links, key="activity_id").select_related("activity__owner", "activity__created_by")
        return [activity_entry(link.activity) for link in veiled(member, page)]

    kinds = {
        "note": gettext_lazy("Notes"),
        "task": gettext_lazy("Tasks"),
        "call": gettext_lazy("Calls"),
        "meeting": gettext_lazy("Meetings"),
        "email": gettext_lazy("Emails"),
    }
    return TimelineSource(kinds, entries)


def activity_entry(activity: Activity) -> Entry:
    """An activity as a timeline shows it."""
    by = activity.owner if activity.is_open else activity.created_by or activity.owner
    return Entry(
        at=activity.at,
        key=activity.pk,
        kind=activity.kind,
        title=title_of(activity),
        icon=LOOKS[activity.kind],
        tone=TONES[activity.kind],
        by=str(by or ""),
        body=activity.description,
        url="" if activity.kind == Activity.Kind.NOTE else activity.get_absolute_url(),
        acts_template="activities/entry_acts.html",
        subject=activity,
    )


def title_of(activity: Activity) -> str:
    """What happened in a few words, e.g. “Call planned: Ask about the budget”."""
    kind = str(activity.get_kind_display())
    words = {
        Activity.Status.PLANNED: _("%(kind)s planned"),
        Activity.Status.NOT_HELD: _("%(kind)s not held"),
        Activity.Status.CANCELED: _("%(kind)s canceled"),
        Activity.Status.COMPLETED: _("%(kind)s completed"),
    }
    if activity.kind == Activity.Kind.CALL and activity.status == Activity.Status.HELD:
        inbound = activity.direction == Activity.Direction.INBOUND
        said = _("Inbound call") if inbound else _("Outbound call")
    elif activity.status in words:
        said = words[Activity.Status(activity.status)] % {"kind": kind}
    else:
        said = kind
    return f"{said}: {activity.subject}" if activity.subject else said


def files_on(record: Record) -> TimelineSource:
    def entries(wanted: Wanted) -> list[Entry]:
        files = File.objects.alive().filter(kind=record._meta.model_name, object_id=record.pk)
        return [
            Entry(
                at=file.created_at,
                key=file.pk,
                kind="file",
                title=file.name,
                icon="paperclip",
                by=file.uploaded_by_name,
                url=file.get_absolute_url(),
            )
            for file in wanted.page_of(files, at="created_at")
        ]

    return TimelineSource({"file": gettext_lazy("Files")}, entries)


def beginning_of(record: Record) -> TimelineSource:
    """That the record was made; it costs no query."""

    def entries(wanted: Wanted) -> list[Entry]:
        title = _("%(thing)s created") % {"thing": words_of(type(record))}
        entry = Entry(at=record.created_at, key=record.pk, kind="record", title=title, icon="sparkles")
        before = wanted.before
        return [entry] if before is None or (entry.at, entry.key) < (before.at, before.key) else []

    return TimelineSource({"record": gettext_lazy("Changes")}, entries)
