"""Core's own tables: every one of them, save those named here with the reason."""

from django.apps import apps
from django.conf import settings

from triptych.core_crm.archives.rules import RULES
from triptych.core_crm.archives.shapes import SHAPES
from triptych.core_crm.archives.tables import ArchivedTable
from triptych.platform.plugins import hookimpl

LEFT_OUT = {
    "audit.entry": "The database alone writes it; the new workspace begins a history of its own.",
    "members.invitation": "Holds secrets of the old workspace.",
    "members.apitoken": "Holds secrets of the old workspace.",
    "activities.calendarfeed": "Holds secrets of the old workspace.",
    "search.recentrecord": "What somebody has looked at lately.",
    "notifications.notification": "What somebody was told of lately.",
}

WITHOUT = {
    "members.member": frozenset({"person_id"}),
    "imports.import": frozenset({"job_id"}),
    "lists.pastact": frozenset({"job_id"}),
    "privacy.erasure": frozenset({"job_id", "order", "files_left"}),
}

FILES = {"files.file": "storage_key", "mail.arrival": "storage_key", "imports.import": "file"}

BEGINS_FILLED = frozenset(
    {
        "members.member", "deals.pipeline", "deals.stage", "deals.lostreason", "cases.queue", "cases.queue_members",
        "cases.numbering", "calendar.businesscalendar", "notifications.notificationsetting",
        "search.searchentry", "search.searchtext",
    }
)  # fmt: skip


@hookimpl
def archived_tables() -> list[ArchivedTable]:
    """What every workspace keeps. A table that core gets later is in it without anybody thinking of it."""
    core = (config for config in apps.get_app_configs() if config.name in settings.CORE_APPS)
    return [
        ArchivedTable(
            model,
            without=WITHOUT.get(model._meta.label_lower, frozenset()),
            file=FILES.get(model._meta.label_lower, ""),
            begins_filled=model._meta.label_lower in BEGINS_FILLED,
            shapes=SHAPES.get(model._meta.label_lower, {}),
            rule=RULES.get(model._meta.label_lower),
        )
        for config in core
        for model in config.get_models(include_auto_created=True)
        if model._meta.label_lower not in LEFT_OUT
    ]
