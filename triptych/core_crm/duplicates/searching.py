"""Looking for duplicates over all records of a kind: a job that leaves pairs behind, and what is done with a pair."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from triptych.core_crm.contacts.models import Company
from triptych.core_crm.duplicates.candidates import Candidates
from triptych.core_crm.duplicates.comparing import comparables
from triptych.core_crm.duplicates.kinds import KINDS
from triptych.core_crm.duplicates.matching import THRESHOLD, Comparable, Match, score_of, weighed
from triptych.core_crm.duplicates.models import Pair
from triptych.core_crm.rights.access import CHANGE, READ, hidden_fields, may_all, must, must_at_all
from triptych.platform.events import jobs
from triptych.platform.events.models import Job
from triptych.tenants.members.models import Member

SEARCHED = ("contact", "company", "lead")
JOB = "duplicates.search"
CHUNK = 500
"""Records between two reports."""

FIELDS = {
    "email": gettext_lazy("Email"),
    "phone": gettext_lazy("Phone"),
    "domain": gettext_lazy("Domain"),
    "name": gettext_lazy("Name"),
    "company_name": gettext_lazy("Name"),
    "company": gettext_lazy("Company"),
}
READ_OFF = {"email": {"email"}, "phone": {"phone"}, "domain": {"domain", "website"}, "company": {"company_name"}}
"""Of which fields a reason tells, where a role may hide them."""
LOOKED_THROUGH = 2000
"""Pairs that are weighed anew for somebody from whom reasons are withheld."""
LEVELS = {
    "same": gettext_lazy("the same"),
    "close": pgettext_lazy("alike", "close"),
    "other": gettext_lazy("different"),
    "mailbox": gettext_lazy("different"),
}


class Watcher(Protocol):
    """Who is told how far it is, and may ask to stop."""

    @property
    def cancel_requested(self) -> bool: ...

    def progress(self, done: int, total: int | None = None, note: str = "") -> None: ...


def begin_search(*, kind: str, by: Member, now: datetime) -> Job:
    """Look through all records of a kind, as a job; one that is underway already goes on instead.

    Raises:
        Forbidden: `by` may change no record of that kind.
    """
    must_at_all(by, CHANGE, KINDS[kind].model)
    underway = last_search(kind)
    if underway and not underway.is_finished:
        return underway
    return jobs.start(JOB, by=by, args={"kind": kind}, at=now)


def cancel_search(*, kind: str, by: Member) -> Job | None:
    """Stop looking; what the last search found stays.

    Raises:
        Forbidden: `by` may change no record of that kind.
    """
    must_at_all(by, CHANGE, KINDS[kind].model)
    job = last_search(kind)
    if job and not job.is_finished:
        jobs.cancel(job)
    return job


def last_search(kind: str) -> Job | None:
    """The last search over a kind of record, underway or ended."""
    return Job.objects.filter(kind=JOB, args__kind=kind).newest_first().first()


def search_all(kind: str, *, watcher: Watcher, now: datetime) -> int:
    """Compare all records of a kind and keep the likely pairs, in place of those of the last search. Pairs that
    somebody said are not the same stay so. Answers with how many were found; stops when the watcher asks."""
    candidates = Candidates(_watched(comparables(kind), watcher))
    if watcher.cancel_requested:
        return 0
    total = len(candidates.rows)
    for number in range(total):
        if number % CHUNK == 0:
            watcher.progress(number, total, _("Comparing"))
            if watcher.cancel_requested:
                return 0
        candidates.compare(number)
    with transaction.atomic():
        Pair.objects.filter(kind=kind, is_distinct=False).delete()
        count = _keep(kind, candidates.likely(), now)
    watcher.progress(total, total)
    return count


def _watched(rows: Iterator[Comparable], watcher: Watcher) -> Iterator[Comparable]:
    """Records while they are read. None any more, once somebody asks to stop."""
    for number, row in enumerate(rows):
        if number % CHUNK == 0:
            watcher.progress(0, None, _("Comparing"))
            if watcher.cancel_requested:
                return
        yield row


def _keep(kind: str, found: Iterator[Match], now: datetime) -> int:
    """Write pairs down, some at a time. Answers with how many are likely for whoever may know everything."""
    count = 0
    while some := list(islice(found, CHUNK)):
        count += sum(match.score >= THRESHOLD for match in some)
        rows = [
            Pair(
                kind=kind,
                first_id=match.first,
                second_id=match.second,
                score=match.score,
                reasons=match.reasons,
                found_at=now,
            )
            for match in some
        ]
        Pair.objects.bulk_create(rows, ignore_conflicts=True)
    return count


def pairs_for(kind: str, member: Member, *, first: int, after: int = 0) -> list[dict[str, Any]]:
    """Likely duplicates, the likeliest first: both records, the score in per cent, why. Only pairs of which the
    member sees both; those of which one is gone are left out. Reasons read off what is hidden from them count for
    nothing: neither score nor order nor that a pair is there tells whether hidden fields agree."""
    seen, withheld = KINDS[kind].visible_to(member), withheld_from(kind, member)
    keys = seen.order_by().values("pk")
    rows = Pair.objects.open().filter(kind=kind, first_id__in=keys, second_id__in=keys).order_by("-score", "pk")
    if withheld:
        weighed = [_without(pair, withheld) for pair in rows[:LOOKED_THROUGH]]
        likely = [pair for pair in weighed if pair.score >= THRESHOLD]
        pairs = sorted(likely, key=lambda pair: (-pair.score, pair.pk))[after : after + first]
    else:
        pairs = list(rows.filter(score__gte=THRESHOLD)[after : after + first])
    records = seen.in_bulk({pk for pair in pairs for pk in (pair.first_id, pair.second_id)})
    return [
        {
            "pair": pair,
            "first": records[pair.first_id],
            "second": records[pair.second_id],
            "percent": min(99, round(100 * pair.score)),
            "why": told(pair.reasons),
        }
        for pair in pairs
        if pair.first_id in records and pair.second_id in records
    ]


def withheld_from(kind: str, member: Member) -> set[str]:
    """The reasons that the member may not know: of hidden fields, and of companies where they may not see all."""
    hidden = hidden_fields(member, kind)
    found = {reason for reason, fields in READ_OFF.items() if not hidden.isdisjoint(fields)}
    if kind == "contact" and not may_all(member, READ, Company):
        found.add("company")
    return found


def _without(pair: Pair, withheld: set[str]) -> Pair:
    """The pair as it would be had nobody looked at these fields, on the object only."""
    pair.reasons = [reason for reason in pair.reasons if reason["field"] not in withheld]
    pair.score = score_of(pair.reasons)
    return pair


def told(reasons: list[dict[str, Any]]) -> list[str]:
    """Reasons in words, such as “Email: the same (+11.6)”, each by what it says beside the others."""
    return [
        f"{FIELDS[field]}: {LEVELS[level]} ({round(bits, 1):+})"
        for field, level, bits in weighed(reasons)
        if field in FIELDS
    ]


@transaction.atomic
def mark_distinct(*, pair_id: UUID, by: Member) -> Pair:
    """Remember that two records are not the same, so that no search brings them up again.

    Raises:
        Http404: the member sees no such pair.
        Forbidden: they may change neither record.
    """
    pair = Pair.objects.select_for_update().filter(pk=pair_id).first()
    if pair is None:
        raise Http404
    records = KINDS[pair.kind].visible_to(by).in_bulk([pair.first_id, pair.second_id])
    if len(records) < 2:
        raise Http404
    must(by, CHANGE, records[pair.first_id])
    pair.is_distinct = True
    pair.save(update_fields=["is_distinct"])
    return pair
