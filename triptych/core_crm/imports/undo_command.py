"""`triptych import --undo` without its command line."""

from __future__ import annotations

import json
import sys
from typing import TextIO
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from triptych.core_crm.imports import actions
from triptych.core_crm.imports.command import DONE, REFUSED, Console, owner
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.undoing import undo_import
from triptych.platform import clock
from triptych.platform.languages.wording import counted
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered
from triptych.tenants.models import Tenant


class UnknownImport(Refused):
    """There is no such import in the tenant."""

    code = "NOT_FOUND"


def run(
    tenant: Tenant, key: str, *, as_json: bool = False, out: TextIO | None = None, err: TextIO | None = None
) -> int:
    """Undo an import as the tenant's owner, by its id or that of its job; the exit status, 0 or 1.

    An undoing that was interrupted is gone on with.
    """
    out, err = out or sys.stdout, err or sys.stderr
    with entered(tenant):
        try:
            record = _begun(_found(key))
            undo_import(record, by=owner(), at=clock.now(), watcher=Console(err))
        except Refused as refused:
            err.write(f"{refused.message}\n")
            return REFUSED
        record.refresh_from_db()
    report = record.undo_report or {}
    out.write(json.dumps(report, ensure_ascii=False, indent=2) + "\n" if as_json else _as_text(report))
    return DONE


def _found(key: str) -> Import:
    """Raises UnknownImport."""
    try:
        known = UUID(key)
    except ValueError:
        known = None
    record = Import.objects.filter(Q(pk=known) | Q(job_id=known) | Q(upload_id=known)).first() if known else None
    if record is None:
        raise UnknownImport(_("There is no import “%s” here. An import tells its id when it ends.") % key)
    return record


def _begun(record: Import) -> Import:
    """The import with its undoing begun, or interrupted and nobody at it."""
    record = actions.settle_ended_job(record, now=clock.now())
    if record.state == Import.State.UNDOING and not actions.is_attended(record):
        return record
    return actions.begin_undo(record=record, by=owner(), now=clock.now(), as_job=False)


def _as_text(report: dict[str, object]) -> str:
    lines = [
        _("Removed: {deleted}, given back as before: {restored}, kept: {kept}.").format(
            **{name: counted(int(str(report[name]))) for name in ("deleted", "restored", "kept")}
        )
    ]
    shown = report.get("shown")
    for one in shown if isinstance(shown, list) else ():
        lines.append(f"  {one['name']}: {one['reason']}")
    return "\n".join(lines) + "\n"
