"""Erasing one person: all or nothing in the database, then the bytes; nothing that undoes brings the person back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from triptych.core_crm.imports.running import Watcher
from triptych.core_crm.lists.models import PastAct
from triptych.core_crm.privacy import finding_again, stored
from triptych.core_crm.privacy.hashes import hash_of
from triptych.core_crm.privacy.mentions import expression_of, python_expression_of
from triptych.core_crm.privacy.models import Erasure
from triptych.core_crm.privacy.other_files import IN_A_JOB, files_naming
from triptych.core_crm.privacy.people import Person, member_at
from triptych.core_crm.privacy.rows import Found, PersonRows, everything_about
from triptych.core_crm.privacy.sweeping import Touched, sweep_cell, sweep_workspace
from triptych.platform import events, scope
from triptych.platform.audit.blanking import blank_entries
from triptych.platform.audit.models import Entry
from triptych.platform.collation import CollationKeyField
from triptych.platform.records import Record
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant

DOSSIERS = "privacy.dossier"
"""The kind of jobs that write dossiers."""


LEFT = "left"
"""What erasing does with files of others: nothing; somebody has to look at them."""


class NothingKnown(Refused):
    """No record, mail or mention is this person's."""

    code = "NOTHING_KNOWN"


class IsMember(Refused):
    """The person works here. Their sign-in is not erased with a customer's data."""

    code = "IS_MEMBER"


class Stopped(Exception):
    """Somebody asked for it; nothing has changed."""


def check_erasable(person: Person) -> None:
    """Raises IsMember if the person works, or worked, in this workspace."""
    member = member_at(person)
    if member is None:
        return
    if member.is_active:
        message = _(
            "%(name)s works in this workspace, so their own account has this address. Remove them under Settings → "
            "People and give their member another address, or none, before you erase what else is known of them."
        )
    else:
        message = _(
            "%(name)s worked in this workspace and stands in its history with this address. Erasing a former "
            "colleague is a matter for whoever runs Triptych for you."
        )
    raise IsMember(message % {"name": member.name}, field="email")


@dataclass
class _Erasing:
    """What one erasure has done so far."""

    found: Found
    now: datetime
    whole: set[UUID] = field(default_factory=set)
    parts: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    files: list[str] = field(default_factory=list)
    counts: list[dict[str, Any]] = field(default_factory=list)

    def count(self, kind: str, label: str, count: int, fate: str) -> None:
        if count:
            self.counts.append({"kind": kind, "label": label, "count": count, "fate": fate})


@transaction.atomic
def erase(person: Person, *, erasure: Erasure, by: Member | None, now: datetime, watcher: Watcher) -> Erasure:
    """Erase a person from core and plugins, and make of the order its receipt. The bytes of files are named on it and
    go with `remove_files`, after the commit. Announces `person.erased`, which names nobody.

    Raises:
        IsMember: they work here.
        NothingKnown: there is nothing to erase.
        InUse: an import or export that holds them is running.
        Incomplete: a plugin could not say what it keeps.
        Stopped: the watcher asks for it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
    check_erasable(person)
    work = _Erasing(everything_about(person, now=now), now)
    expression, in_python = expression_of(person), python_expression_of(person)
    kept = stored.take_out(work.found, in_python, own_kinds=frozenset({DOSSIERS}))
    work.files += kept.names
    _erase_rows(work, watcher)
    _forget_names(work.found.person)
    touched = sweep_workspace(expression) if expression else {}
    _count_others(work, kept, touched)
    if work.counts:
        to_look_at = len(files_naming(work.found, IN_A_JOB).naming)
        work.count("files_of_others", _("Files of others that may name them"), to_look_at, LEFT)
    finding_again.index_anew(person, touched)
    audited = blank_entries(whole=work.whole, parts=work.parts, mentions=expression)
    tenant = cast(Tenant, scope.current())
    in_cell = sweep_cell(expression, tenant_id=tenant.pk, about=work.whole)
    if not work.counts:
        raise NothingKnown(_("Nothing is known of “%(who)s”.") % {"who": person.confirmation}, field="email")
    work.count("audit", _("Entries of the audit"), audited, "blanked")
    work.count("events", _("Events and jobs"), in_cell, "blanked")
    return _made_receipt(erasure, work, by=by)


def remove_files(erasure: Erasure) -> None:
    """Delete the bytes that an erasure left. What is gone already is no matter, so it can be done again."""
    for name in erasure.files_left:
        default_storage.delete(name)
    Erasure.objects.filter(pk=erasure.pk).update(files_left=[])
    erasure.files_left = []


def _erase_rows(work: _Erasing, watcher: Watcher) -> None:
    parts = work.found.parts
    for done, (rows, keys) in enumerate(parts):
        watcher.progress(done, len(parts), str(rows.label))
        if watcher.cancel_requested:
            raise Stopped
        if not keys:
            continue
        _note_for_audit(work, rows, keys)
        if rows.file and rows.blank is None:
            work.files += rows.model._base_manager.filter(pk__in=keys).values_list(rows.file, flat=True)
        if rows.blank is None:
            rows.model._base_manager.filter(pk__in=keys).delete()
        elif rows.blank and rows.model is not Entry:
            _blank(rows, keys, at=work.now)
        if rows.is_shown and rows.model is not Entry:
            work.count(rows.name, str(rows.label), len(keys), rows.fate)


def _note_for_audit(work: _Erasing, rows: PersonRows, keys: Sequence[Any]) -> None:
    """Remember of which entries of the audit the values are to go."""
    if rows.whole:
        work.whole.update(keys)
        return
    about = getattr(rows.model, "audited_with", rows.model._meta.pk.attname)
    if about and rows.fate != "kept" and rows.model is not Entry:
        named = rows.model._base_manager.filter(pk__in=keys).values_list(about, flat=True)
        work.parts[rows.model._meta.db_table].update(named)


def _blank(rows: PersonRows, keys: Iterable[Any], *, at: datetime) -> None:
    """Give the columns their values, one row after another: sort keys follow, versions count up."""
    names = {*(rows.blank or {})}
    names |= {one.name for one in rows.model._meta.concrete_fields if isinstance(one, CollationKeyField)}
    for row in rows.model._base_manager.filter(pk__in=keys).iterator(chunk_size=500):
        for name, value in (rows.blank or {}).items():
            setattr(row, name, value)
        if isinstance(row, Record):
            row.save_fields(*names, at=at)
        else:
            row.save(update_fields=names)


def _forget_names(person: Person) -> None:
    """Take the names out of what acts on many records left alone; their keys say nothing."""
    for pk in person.own_ids:
        named = [{"id": str(pk)}]
        for act in PastAct.objects.filter(Q(skipped__contains=named) | Q(kept__contains=named)):
            for told in (*act.skipped, *act.kept):
                if told["id"] == str(pk):
                    told |= {"name": "", "why": ""}
            act.save(update_fields=["skipped", "kept"])


def _count_others(work: _Erasing, kept: stored.StoredFiles, touched: Touched) -> None:
    words = {
        "import_files": _("Files of imports"),
        "mails_of_others": _("Raw mails of others that name them"),
        "archives": _("Archives and dossiers"),
    }
    known: dict[type[models.Model], set[Any]] = defaultdict(set)
    for rows, keys in work.found.parts:
        known[rows.model].update(keys)
    mentions = sum(len(set(keys) - known[model]) for model, keys in touched.items() if model is not Erasure)
    for kind, count in kept.counts.items():
        work.count(kind, words[kind], count, "deleted")
    work.count("mentions", _("Mentions in other records"), mentions, "blanked")


def _made_receipt(erasure: Erasure, work: _Erasing, *, by: Member | None) -> Erasure:
    erasure.state, erasure.order, erasure.done_at = Erasure.State.DONE, {}, work.now
    erasure.hashes = [hash_of(email) for email in work.found.person.emails]
    erasure.records = sorted(work.found.person.own_ids)
    erasure.counts, erasure.files_left, erasure.by = work.counts, work.files, by
    erasure.save(update_fields=["state", "order", "done_at", "hashes", "records", "counts", "files_left", "by"])
    counts = {part["kind"]: part["count"] for part in work.counts}
    events.announce("person.erased", erasure, by=by, at=work.now, counts=counts)
    return erasure
