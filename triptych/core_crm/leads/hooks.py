"""What leads contribute to the generic hooks."""

from django.utils.translation import gettext_lazy as _

from triptych.core_crm.leads.listing import LEADS as LIST
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.lists.spec import ListSpec
from triptych.core_crm.rights.levels import Noun
from triptych.platform.plugins import hookimpl

LEADS = Noun(
    Lead,
    _("Leads"),
    title="last_name",
    fields=("job_title", "email", "phone", "website", "industry", "source", "campaign", "lost_reason", "description"),
)


@hookimpl
def record_nouns() -> list[Noun]:
    """Leads."""
    return [LEADS]


@hookimpl
def record_lists() -> list[ListSpec]:
    return [LIST]
