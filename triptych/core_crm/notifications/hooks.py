"""The kinds of notification that core brings."""

from django.utils.translation import gettext_lazy as _

from triptych.core_crm.notifications.hookspecs import NotificationKind
from triptych.platform.plugins import hookimpl

ASSIGNED, MENTIONED, SOON, DUE, OVERDUE = "assigned", "mentioned", "soon", "due", "overdue"
REPLY, UNSENT, SHARED, INVITED, ANSWERED = "reply", "unsent", "shared", "invited", "answered"


@hookimpl
def notification_kinds() -> list[NotificationKind]:
    return [
        NotificationKind(ASSIGNED, _("Something is given to you"), "user-check"),
        NotificationKind(MENTIONED, _("Somebody mentions you in a note"), "at"),
        NotificationKind(SOON, _("Reminders before something begins or is due"), "bell-ringing"),
        NotificationKind(DUE, _("Something of yours is due"), "clock"),
        NotificationKind(OVERDUE, _("Something of yours is overdue"), "clock-exclamation"),
        NotificationKind(REPLY, _("Somebody answers on a case of yours"), "message"),
        NotificationKind(UNSENT, _("A reply of yours could not be sent"), "mail-exclamation"),
        NotificationKind(SHARED, _("A record is shared with you"), "share"),
        NotificationKind(INVITED, _("You are asked to take part in a meeting"), "calendar-plus"),
        NotificationKind(ANSWERED, _("Somebody answers your invitation"), "calendar-check", by_mail=False),
    ]
