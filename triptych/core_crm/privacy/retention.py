"""Rules by which records are not kept longer than needed: what is due, trying a rule out, and carrying it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from triptych.core_crm.activities.models import Activity, ActivityLink
from triptych.core_crm.cases.actions import delete_case
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.core_crm.contacts.actions import delete_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.imports.running import Watcher
from triptych.core_crm.leads.actions import delete_lead
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.privacy import access, actions
from triptych.core_crm.privacy.erasing import Stopped
from triptych.core_crm.privacy.models import Erasure, RetentionRule
from triptych.core_crm.privacy.people import Person, member_at, person_of
from triptych.platform import events
from triptych.platform.changes import apply_changes, check_fields
from triptych.platform.events import jobs
from triptych.platform.events.models import Job
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

KIND = "privacy.retention"
"""The kind of jobs that carry rules out."""

SHOWN = 20
BATCH = 50
MOST_ERASED = 200
"""Persons that one run erases at most: each reads every text of the workspace. The next night goes on."""

DELETE: dict[type[Any], Any] = {Contact: delete_contact, Lead: delete_lead, Case: delete_case}


@dataclass(frozen=True)
class DryRun:
    """What a rule would do now: how many records, and the first of them, the oldest first."""

    count: int
    first: Sequence[Any]


def rules_visible_to(member: Member) -> QuerySet[RetentionRule]:
    """All rules. Raises Forbidden for who may not erase people."""
    access.erasing(member)
    return RetentionRule.objects.in_order()


def rule_to_change(member: Member, pk: UUID) -> RetentionRule:
    """Raises Forbidden for who may not erase people, Http404 where there is none."""
    return get_object_or_404(rules_visible_to(member), pk=pk)


@transaction.atomic
def save_rule(
    *,
    by: Member,
    now: datetime,
    kind: str,
    condition: str,
    age: int,
    act: str,
    unit: str = RetentionRule.Unit.MONTHS,
    is_active: bool = False,
    rule: RetentionRule | None = None,
) -> RetentionRule:
    """Make a rule, or change the given one. It is carried out each night from when it is on. Announces
    `retention_rule.saved`.

    Raises:
        Forbidden: `by` may not erase people.
        Refused: a value breaks a rule, or the condition makes no sense for these records; it names the field.
    """
    access.erasing(by)
    saved = rule or RetentionRule(created_at=now)
    given = {"kind": kind, "condition": condition, "age": age, "unit": unit, "act": act, "is_active": is_active}
    apply_changes(saved, given)
    check_fields(saved, only=["kind", "condition", "age", "unit", "act"])
    if (saved.kind, saved.condition) not in RetentionRule.ABOUT:
        raise Refused(_("That does not happen to these records. Choose another condition."), field="condition")
    if saved.condition == RetentionRule.Condition.DELETED and saved.act == RetentionRule.Act.BIN:
        raise Refused(_("They are in the bin already. Choose to erase them."), field="act")
    saved.save()
    events.announce("retention_rule.saved", None, by=by, at=now, rule=str(saved.pk), is_active=saved.is_active)
    return saved


@transaction.atomic
def delete_rule(*, rule: RetentionRule, by: Member, now: datetime) -> None:
    """Forget a rule. Announces `retention_rule.deleted`. Raises Forbidden for who may not erase people."""
    access.erasing(by)
    events.announce("retention_rule.deleted", None, by=by, at=now, rule=str(rule.pk))
    rule.delete()


def due(rule: RetentionRule, *, now: datetime) -> QuerySet[Any]:
    """The records that the rule is about now, the oldest first; none that are erased already."""
    cutoff = now - (timedelta(days=rule.age) if rule.unit == rule.Unit.DAYS else relativedelta(months=rule.age))
    model: Any = {"contact": Contact, "lead": Lead, "case": Case}[rule.kind]
    erased = set(chain.from_iterable(Erasure.objects.exclude(records=[]).values_list("records", flat=True)))
    records = model.objects.exclude(pk__in=erased).order_by("updated_at", "pk")
    if rule.condition == rule.Condition.DELETED:
        return records.filter(deleted_at__lte=cutoff)  # type: ignore[no-any-return]
    records = records.alive().filter(updated_at__lte=cutoff)
    if rule.condition == rule.Condition.IDLE:
        return _idle(records, rule, cutoff)
    if rule.kind == rule.Kind.LEAD:
        return records.filter(status=Lead.Status.DEAD)  # type: ignore[no-any-return]
    said = CaseMessage.objects.filter(case=OuterRef("pk"), at__gt=cutoff)
    return records.closed().exclude(resolved_at__gt=cutoff).exclude(Exists(said))  # type: ignore[no-any-return]


def dry_run(rule: RetentionRule, *, now: datetime) -> DryRun:
    """What the rule would deal with now. Nothing is changed."""
    records = due(rule, now=now)
    return DryRun(records.count(), list(records[:SHOWN]))


@transaction.atomic
def begin(*, now: datetime) -> int:
    """Start a job for each rule that is on and has none running; how many."""
    busy = set(Job.objects.filter(kind=KIND).unfinished().values_list("args__rule", flat=True))
    waiting = [rule for rule in RetentionRule.objects.filter(is_active=True).order_by("pk") if str(rule.pk) not in busy]
    for rule in waiting:
        jobs.start(KIND, by=None, args={"rule": str(rule.pk)}, at=now)
    return len(waiting)


def carry_out(rule: RetentionRule, *, now: datetime, watcher: Watcher) -> int:
    """Deal with what is due, record by record, each all or nothing; returns how many. Records that somebody has to
    look at (who works here, who is still a customer under another record) are passed over."""
    total, done, passed = due(rule, now=now).count(), 0, set[UUID]()
    while not watcher.cancel_requested:
        batch = list(due(rule, now=now).exclude(pk__in=passed)[:BATCH])
        if not batch or (rule.act == rule.Act.ERASE and done >= MOST_ERASED):
            break
        for record in batch:
            if _dealt_with(record, rule, now=now, watcher=watcher):
                done += 1
            else:
                passed.add(record.pk)
            watcher.progress(done + len(passed), total, str(rule))
            if watcher.cancel_requested:
                break
    RetentionRule.objects.filter(pk=rule.pk).update(last_run_at=now, last_count=done)
    return done


def _idle(records: Any, rule: RetentionRule, cutoff: datetime) -> QuerySet[Any]:
    """Without an activity since, or to come; contacts also without an open deal or case, leads only open ones."""
    live = Activity.objects.alive().filter(Q(at__gt=cutoff) | Q(due_at__gt=cutoff)).values("pk")
    met = ActivityLink.objects.filter(object_id=OuterRef("pk"), activity__in=live)
    records = records.exclude(Exists(met))
    if rule.kind == rule.Kind.LEAD:
        return records.filter(status__in=Lead.WORKABLE)  # type: ignore[no-any-return]
    recent = Q(closed_at=None) | Q(closed_at__gt=cutoff)
    deals = Deal.objects.alive().filter(recent)
    led = deals.filter(primary_contact=OuterRef("pk"))
    part = deals.filter(deal_contacts__contact=OuterRef("pk"))
    cases = Case.objects.alive().filter(Q(contact=OuterRef("pk")), Q(resolved_at=None) | Q(resolved_at__gt=cutoff))
    return records.exclude(Exists(led)).exclude(Exists(part)).exclude(Exists(cases))  # type: ignore[no-any-return]


def _dealt_with(record: Any, rule: RetentionRule, *, now: datetime, watcher: Watcher) -> bool:
    if rule.act == rule.Act.BIN:
        DELETE[type(record)](by=None, now=now, **{rule.kind: record})
        return True
    person = Person(case_ids=frozenset({record.pk})) if isinstance(record, Case) else person_of(record)
    if member_at(person) is not None or _is_still_needed(person, record, rule, now=now):
        return False
    order = actions.ordered(person, by=None, now=now, why=str(rule)[:300])
    try:
        actions.erase_now(person, erasure=order, by=None, now=now, watcher=watcher)
    except Refused as refused:
        actions.refuse(order, refused)
        return False
    except Stopped:
        actions.close(order, why=_("Somebody stopped it. Nothing was erased."))
        return False
    return True


def _is_still_needed(person: Person, record: Any, rule: RetentionRule, *, now: datetime) -> bool:
    """Whether the person stands in another record, too, that the rule does not reach: alive, or merged with one."""
    others = person.record_ids - {record.pk}
    alive = [
        one.pk
        for model in (Contact, Lead)
        for one in model.objects.alive().filter(pk__in=others).only("pk", "deleted_at")
    ]
    if not alive:
        return False
    return due(rule, now=now).filter(pk__in=alive).count() < len(alive)
