"""What the search knows of a case and of what was said in it."""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.core_crm.custom_fields.values import words_of
from triptych.platform import search
from triptych.platform.search.hookspecs import FoundText


def search_entry(case: Case) -> search.Entry:
    """Number and subject first; contact, company and the beginning of the description beside them."""
    company = case.company.name if case.company else ""
    contact = str(case.contact) if case.contact else ""
    return search.Entry(
        kind="case",
        id=case.pk,
        title=str(case),
        subtitle=" · ".join(filter(None, (contact, company))),
        url=case.get_absolute_url(),
        owner_id=case.owner_id,
        updated_at=case.updated_at,
        text=f"{case.description[:500]} {words_of(case)}",
        texts=(search.Text(case.pk, "case", case.pk, case.description, case.created_at, field="description"),),
    )


def text_of(message: CaseMessage) -> search.Text:
    """What was said, by which its case is found."""
    return search.Text(message.pk, "case", message.case_id, message.body, message.at)


def found_in(ids: Collection[UUID]) -> list[FoundText]:
    """The texts of these messages and cases."""
    rows = CaseMessage.objects.filter(pk__in=ids).values_list("pk", "kind", "body")
    labels = dict(CaseMessage.Kind.choices)
    said = [FoundText(pk, str(labels[kind]), body) for pk, kind, body in rows]
    if len(said) == len(ids):
        return said
    described = Case.objects.filter(pk__in=ids).values_list("pk", "description")
    return [*said, *(FoundText(pk, _("Description"), text) for pk, text in described)]
