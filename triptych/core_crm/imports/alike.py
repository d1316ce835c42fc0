"""Rows that look like a record that is here already, or like another row of the file: doubted, with the reason.

The matcher is the one that searches the whole base for duplicates (`duplicates.matching`). Only records that share a
key with a row (an email, a phone, the beginning of a name) are compared with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from triptych.core_crm.duplicates.candidates import SharedKeys
from triptych.core_crm.duplicates.comparing import comparables
from triptych.core_crm.duplicates.matching import THRESHOLD, Comparable, Frequencies, Match, compared, without
from triptych.core_crm.duplicates.searching import told, withheld_from
from triptych.core_crm.imports.choices import ALL, Choice, Do
from triptych.core_crm.imports.findings import Finding
from triptych.core_crm.imports.importer import Row, Writing
from triptych.core_crm.imports.models import ImportChange
from triptych.core_crm.imports.plan import ALIKE, Plan

HERE, IN_FILE, BESIDE = "alike_here", "alike_in_file", "alike_beside"


class AlikeIndex:
    """Records and rows by the keys that they share. Rows have their number for an id."""

    def __init__(self, known: Iterable[Comparable]) -> None:
        self._rows: list[Comparable] = []
        self._keys = SharedKeys()
        self._among = Frequencies()
        for one in known:
            self.add(one)

    def add(self, one: Comparable) -> None:
        """Let others be compared with it."""
        self._keys.add(len(self._rows), one)
        self._rows.append(one)
        self._among.add(one)

    def best(self, one: Comparable, withheld: Collection[str] = ()) -> Match | None:
        """The likeliest of those that share a key with it; `second` is that one. Reasons of fields that are withheld
        count for nothing."""
        seen = (compared(one, self._rows[number], self._among) for number in self._keys.of(one))
        likely = (match for match in (without(match, withheld) for match in seen) if match.score >= THRESHOLD)
        return max(likely, key=lambda match: (match.score, -match.second.int), default=None)


def index_of(plan: Plan) -> AlikeIndex:
    """What the rows of an import are compared with: all that was here before it, and what files of the same kind that
    come with it have brought, or would."""
    if plan.alike is None:
        kind, name = plan.target.importer.model._meta.label_lower, plan.target.importer.name
        made = ImportChange.objects.filter(kind=kind, before__isnull=True)
        mine = set(made.filter(of_import=plan.record.pk).values_list("object_id", flat=True))
        plan.alike = AlikeIndex(comparables(plan.target.importer.compared_as, but=mine))
        theirs = made.filter(of_import__in=plan.siblings).values_list("object_id", "of_import") if plan.siblings else ()
        plan.files_of = {pk: plan.siblings[of] for pk, of in theirs}
        for one, file_name in plan.learned.alike[name]:
            plan.alike.add(one)
            plan.files_of[one.id] = file_name
        plan.names_here |= plan.learned.names[name]
    return plan.alike


def doubt_of(plan: Plan, row: Row, writing: Writing) -> Finding | None:
    """What a new row looks like, if anything. Where somebody chose to update that one, the row's `existing` is set."""
    one = plan.target.importer.comparable(row)
    if not plan.target.importer.compared_as or one is None:
        return None
    index, one = index_of(plan), replace(one, id=UUID(int=row.number))
    match = None if row.existing else index.best(one, withheld_from(plan.target.importer.compared_as, writing.by))
    index.add(one)
    return _finding(plan, row, match, writing) if match else None


def note(plan: Plan, row: Row) -> None:
    """Let later rows be compared with one that is written already."""
    one = plan.target.importer.comparable(row)
    if plan.target.importer.compared_as and one is not None:
        index_of(plan).add(replace(one, id=UUID(int=row.number)))


def _finding(plan: Plan, row: Row, match: Match, writing: Writing) -> Finding | None:
    in_file = match.second.int < 1 << 32
    choice = _chosen(plan.choices.get(ALIKE, {}), row.number)
    if choice and choice.do is Do.KEEP:
        return None
    mine = plan.target.importer.name_of(row) or str(row.values.get("email", ""))
    why = ", ".join(told(match.reasons))
    words = {"mine": mine[:80], "percent": min(99, round(100 * match.score)), "why": why}
    if in_file:
        message = _("“{mine}” looks like row {row} of the file ({percent} %). {why}.").format(
            row=match.second.int, **words
        )
    elif match.second in plan.files_of:
        message = _("“{mine}” looks like “{name}” of the file “{file}” ({percent} %). {why}.").format(
            name=_name_of(plan, match.second), file=plan.files_of[match.second], **words
        )
    else:
        name = _name_of(plan, match.second)
        message = _("“{mine}” looks like “{name}”, which is here already ({percent} %). {why}.").format(
            name=name, **words
        )
    code = IN_FILE if in_file else BESIDE if match.second in plan.files_of else HERE
    finding = Finding(ALIKE, code, str(row.number), message, is_rejection=False)
    if choice and choice.do is Do.SKIP:
        finding.is_rejection = True
    if choice and choice.do is Do.UPDATE and not in_file:
        row.existing, finding.is_taken = match.second, True
    return finding


def _chosen(choices: Mapping[str, Choice], number: int) -> Choice | None:
    return choices.get(str(number)) or choices.get(ALL)


def _name_of(plan: Plan, pk: UUID) -> str:
    if pk not in plan.names_here:
        plan.names_here |= plan.target.importer.names()
    return plan.names_here.get(pk, "")[:80]
