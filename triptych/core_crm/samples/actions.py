"""Adding the sample pack and taking it away again."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from triptych.core_crm.activities.actions import ActivityFields, create_activity
from triptych.core_crm.activities.models import Activity, ActivityLink
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.cases import actions as case_actions
from triptych.core_crm.cases.models import Case
from triptych.core_crm.contacts import actions as contact_actions
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals import actions as deal_actions
from triptych.core_crm.deals.models import Deal, Stage
from triptych.core_crm.leads import actions as lead_actions
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.samples import pack
from triptych.core_crm.samples.models import SampleRecord
from triptych.platform import events, search
from triptych.platform.events import tenancy
from triptych.platform.files.models import File
from triptych.platform.plugins import hooks
from triptych.platform.records import Record
from triptych.platform.refusals import Refused
from triptych.platform.search.words import fold
from triptych.tenants.members.models import Member

MODELS: tuple[type[models.Model], ...] = (Activity, Case, Deal, Lead, Contact, Company)
"""What the pack consists of, in the order in which it goes again."""


class AlreadyThere(Refused):
    """The sample pack is in this workspace already."""


def has_samples() -> bool:
    """Whether the pack is here."""
    return SampleRecord.objects.exists()


def add_samples(*, by: Member, now: datetime) -> int:
    """Add the sample pack, dated around `now`, with the samples of each enabled plugin. Returns how many records.

    It is in the language of the workspace, whoever adds it.

    Raises:
        AlreadyThere: it is in already.
    """
    if has_samples():
        raise AlreadyThere(_("The sample data is here already."))
    with translation.override(tenancy.current().language), transaction.atomic():
        return _add_all(by, now)


def _add_all(by: Member, now: datetime) -> int:
    companies = {sample.name: _company(sample, by, now) for sample in pack.COMPANIES}
    contacts = [_contact(sample, companies[sample.company], by, now) for sample in pack.CONTACTS]
    first = {sample.company: contact for contact, sample in reversed(list(zip(contacts, pack.CONTACTS, strict=True)))}
    made: list[Record] = [*companies.values(), *contacts]
    made += [_deal(sample, companies[sample.company], first[sample.company], by, now) for sample in pack.DEALS]
    made += [_lead(sample, by, now) for sample in pack.LEADS]
    made += [_case(sample, companies[sample.company], first[sample.company], by, now) for sample in pack.CASES]
    made += [_activity(sample, companies[sample.company], by, now) for sample in pack.ACTIVITIES]
    SampleRecord.objects.bulk_create(
        [SampleRecord(kind=str(record._meta.model_name), object_id=record.pk) for record in made]
    )
    hooks.gather("sample_data", by=by, now=now)
    events.announce("samples.added", None, by=by, at=now, count=len(made))
    return len(made)


@transaction.atomic
def remove_samples(*, by: Member, now: datetime) -> int:
    """Remove what `add_samples` made, without a trace and without the bin. Your own records stay, unlinked from it.

    Returns how many records went.
    """
    hooks.gather("remove_sample_data", by=by, now=now)
    removed = 0
    for model in MODELS:
        kind = str(model._meta.model_name)
        ids = list(SampleRecord.objects.filter(kind=kind).values_list("object_id", flat=True))
        removed += _remove(model, kind, ids)
    SampleRecord.objects.all().delete()
    events.announce("samples.removed", None, by=by, at=now, count=removed)
    return removed


def _remove(model: type[models.Model], kind: str, ids: Iterable[UUID]) -> int:
    """Delete those records with all that hangs on them alone. Returns how many there were."""
    ids = list(ids)
    if model is not Activity:
        hanging = ActivityLink.objects.filter(kind=kind, object_id__in=ids)
        only_there = Activity.objects.filter(links__in=hanging).exclude(
            links__in=ActivityLink.objects.exclude(kind=kind, object_id__in=ids)
        )
        search.remove_many(kind="activity", ids=list(only_there.values_list("pk", flat=True)))
        only_there.delete()
        hanging.delete()
        File.objects.filter(kind=kind, object_id__in=ids).delete()
    search.remove_many(kind=kind, ids=ids)
    found = model._default_manager.filter(pk__in=ids)
    count = found.count()
    found.delete()
    return count


def _company(sample: pack.SampleCompany, by: Member, now: datetime) -> Company:
    return contact_actions.create_company(
        name=sample.name,
        website=f"https://{sample.website}",
        industry=str(sample.industry),
        number_of_employees=sample.employees,
        type=sample.type,
        billing_address={"city": sample.city, "country": sample.country},
        by=by,
        now=now - timedelta(days=130),
    )


def _contact(sample: pack.SampleContact, company: Company, by: Member, now: datetime) -> Contact:
    mailbox = f"{sample.first_name}.{sample.last_name}".lower().replace(" ", "")
    ascii_mailbox = fold(mailbox)
    return contact_actions.create_contact(
        first_name=sample.first_name,
        last_name=sample.last_name,
        job_title=str(sample.job_title),
        emails=[f"{ascii_mailbox}@{company.domain}"],
        phones=[sample.phone],
        companies=[contact_actions.CompanyLink(company, role=str(sample.job_title), is_primary=True)],
        by=by,
        now=now - timedelta(days=125),
    )


def _deal(sample: pack.SampleDeal, company: Company, contact: Contact, by: Member, now: datetime) -> Deal:
    """A deal walked through its stages on the days that the sample says."""
    stages = list(Stage.objects.filter(pipeline__is_default=True).in_order())
    open_stages = [stage for stage in stages if not stage.is_closed]
    started = now - timedelta(days=sample.days[0])
    deal = deal_actions.create_deal(
        name=str(sample.name),
        amount=Decimal(sample.amount),
        company=company,
        primary_contact=contact,
        close_date=(now + timedelta(days=sample.close_in_days)).date() if not sample.end else None,
        next_step=str(sample.next_step),
        next_step_date=(now + timedelta(days=sample.next_in_days)).date() if sample.next_step else None,
        by=by,
        now=started,
        opened_at=started,
    )
    path = open_stages[1 : len(sample.days)]
    if sample.end:
        last = next(stage for stage in stages if stage.is_closed and stage.is_won == (sample.end == "won"))
        path = [*open_stages[1 : len(sample.days) - 1], last]
    for stage, days in zip(path, sample.days[1:], strict=False):
        at = now - timedelta(days=days)
        deal = deal_actions.move_deal(deal=deal, to=stage, by=by, now=at, lost_reason=str(sample.lost_reason))
    return deal


def _lead(sample: pack.SampleLead, by: Member, now: datetime) -> Lead:
    domain = fold(sample.company_name).replace(" ", "") + ".example"
    return lead_actions.create_lead(
        first_name=sample.first_name,
        last_name=sample.last_name,
        company_name=sample.company_name,
        job_title=str(sample.job_title),
        email=f"{fold(sample.first_name)}@{domain}",
        source=str(sample.source),
        status=sample.status,
        by=by,
        now=now - timedelta(days=sample.days, minutes=50),
    )


def _case(sample: pack.SampleCase, company: Company, contact: Contact, by: Member, now: datetime) -> Case:
    opened = now - timedelta(days=sample.days, hours=3)
    case = case_actions.create_case(
        subject=str(sample.subject),
        description=str(sample.description),
        priority=sample.priority,
        type=sample.type,
        origin=sample.origin,
        company=company,
        contact=contact,
        owner=by,
        by=by,
        now=opened,
    )
    for hours, answer in enumerate(sample.answers, 1):
        case_actions.reply(case=case, body=str(answer), by=by, now=opened + timedelta(hours=hours), by_mail=False)
    if sample.status:
        case = case_actions.change_case_status(case=case, to=sample.status, by=by, now=opened + timedelta(hours=5))
    return case


def _activity(sample: pack.SampleActivity, company: Company, by: Member, now: datetime) -> Activity:
    day = (now + timedelta(days=sample.days)).date()
    at = datetime.combine(day, time(14), tzinfo=now.tzinfo)
    fields: ActivityFields = {"subject": str(sample.subject), "description": str(sample.text)}
    if sample.kind == Activity.Kind.TASK:
        fields["due_at"] = at
    elif sample.kind != Activity.Kind.NOTE:
        fields["start_at"] = at
    return create_activity(
        kind=sample.kind,
        records=[RecordRef.of(company)],
        by=by,
        now=min(now, at),
        **fields,
    )
