"""What people call the rows that move."""

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

WORDS = {
    "activities.activitylink": _("Activities"),
    "activities.attendee": _("Invitations"),
    "cases.case": _("Cases"),
    "cases.casemessage": _("Messages"),
    "contacts.company": _("Subsidiaries"),
    "contacts.contactcompany": _("Links between contacts and companies"),
    "deals.competitor": _("Competitors"),
    "deals.deal": _("Deals"),
    "deals.dealcompetitor": _("Competitors"),
    "deals.dealcontact": _("Roles in deals"),
    "files.file": _("Files"),
    "imports.importreference": _("Keys of imports"),
    "leads.lead": _("Leads"),
    "mail.arrival": _("Mails"),
    "rights.share": _("Shares"),
}


def called(model: type[Model]) -> str:
    """The rows of a model, for a person; plugins name theirs by `verbose_name_plural`."""
    return str(WORDS.get(model._meta.label_lower) or model._meta.verbose_name_plural).capitalize()
