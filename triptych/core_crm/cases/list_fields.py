"""What the list of cases knows of them: fields to filter, group and change in bulk."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.cases import access, actions
from triptych.core_crm.cases.clocks import waiting_since
from triptych.core_crm.cases.forms import STATUSES, CaseForm
from triptych.core_crm.cases.models import Case
from triptych.core_crm.contacts.access import companies_visible_to, contacts_visible_to
from triptych.core_crm.deals.access import deals_visible_to
from triptych.core_crm.lists.changing import Editing
from triptych.core_crm.lists.fields import Editor, Field, Type, field_of
from triptych.tenants.members.models import Member


def _queues(member: Member) -> list[tuple[str, str]]:
    return [(str(queue.pk), str(queue)) for queue in access.queues_visible_to(member).in_order()]


def _status_field(_member: Member) -> forms.Field:
    return forms.ChoiceField(label=_("Status"), choices=STATUSES)


def _status_of(case: Case) -> str:
    return case.status


def _set_status(case: Case, to: str, *, by: Member, now: datetime) -> None:
    actions.change_case_status(case=case, to=to, by=by, now=now)


FIELDS = (
    field_of(Case, "owner", _("Owner")),
    field_of(Case, "number"),
    field_of(Case, "subject"),
    field_of(Case, "status"),
    field_of(Case, "priority"),
    field_of(Case, "type"),
    field_of(Case, "origin"),
    field_of(Case, "queue", _("Queue"), choices=_queues),
    field_of(Case, "contact", _("Contact"), records=contacts_visible_to, pick_url="/contacts/pick/"),
    field_of(Case, "company", _("Company"), records=companies_visible_to, pick_url="/companies/pick/"),
    field_of(Case, "deal", _("Deal"), records=deals_visible_to, pick_url="/deals/pick/"),
    field_of(Case, "awaits_reply"),
    Field("waiting", _("Waiting since"), Type.MOMENT, waiting_since()),
    field_of(Case, "description"),
    field_of(Case, "last_message_at", as_name="last_message"),
    field_of(Case, "first_responded_at", as_name="first_responded"),
    field_of(Case, "resolved_at", as_name="resolved"),
    field_of(Case, "created_at", _("Opened"), as_name="created"),
    field_of(Case, "updated_at", _("Changed"), as_name="updated"),
)

EDITING = Editing(
    noun="case",
    form=CaseForm,
    fields=("owner", "priority", "type", "origin", "queue", "contact", "company", "deal", "description"),
    to_change=access.case_to_change,
    to_restore=access.case_to_restore,
    update=actions.update_case,
    delete=actions.delete_case,
    restore=actions.restore_case,
    also={"status": Editor(_status_field, read=_status_of, write=_set_status)},
)
