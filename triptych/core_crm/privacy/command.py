"""`triptych person export` and `triptych person erase` without their command lines."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from triptych.core_crm.imports.command import DONE, REFUSED, Console
from triptych.core_crm.privacy import actions
from triptych.core_crm.privacy.erasing import check_erasable
from triptych.core_crm.privacy.models import BACKUPS
from triptych.core_crm.privacy.people import Person, person_at
from triptych.core_crm.privacy.rows import Found
from triptych.platform import clock
from triptych.platform.languages.wording import counted
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered
from triptych.platform.web import logs
from triptych.tenants.models import Tenant

FATES = {"deleted": "-", "blanked": "*", "kept": " "}


def export(tenant: Tenant, email: str, file: Path, *, out: TextIO | None = None, err: TextIO | None = None) -> int:
    """Write what is known of whoever has the address into a ZIP file; the exit status, 0 or 1."""
    out, err = out or sys.stdout, err or sys.stderr
    with entered(tenant), logs.bound(door="command"):
        try:
            person = person_at(email)
            rows = actions.dossier_to_file(person, file, tenant=tenant, now=clock.now(), watcher=Console(err))
        except OSError as error:
            err.write(_("{file} cannot be written: {why}.").format(file=file, why=error.strerror) + "\n")
            return REFUSED
        except Refused as refused:
            err.write(f"{refused.message}\n")
            return REFUSED
    out.write(
        ngettext("{file}: {rows} row about {who}.", "{file}: {rows} rows about {who}.", rows).format(
            file=file.name, rows=counted(rows), who=person
        )
        + "\n"
    )
    return DONE


def erase(
    tenant: Tenant,
    email: str,
    *,
    ask: Callable[[str], str] | None = None,
    dry_run: bool = False,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Erase whoever has the address, or only say what would go; the exit status, 0 or 1. `ask` has the address typed
    once more; without it nobody is asked."""
    out, err = out or sys.stdout, err or sys.stderr
    now = clock.now()
    with entered(tenant), logs.bound(door="command"):
        try:
            person = person_at(email)
            check_erasable(person)
            _show(person, actions.known_of(person, now=now), out)
            if dry_run:
                return DONE
            if ask is not None and ask(person.confirmation).strip().lower() != person.confirmation.lower():
                err.write(_("That is not the address. Nothing was erased.") + "\n")
                return REFUSED
            receipt = actions.ordered(person, by=None, now=now)
            try:
                actions.erase_now(person, erasure=receipt, by=None, now=now, watcher=Console(err))
            except Refused as refused:
                actions.refuse(receipt, refused)
                raise
        except Refused as refused:
            err.write(f"{refused.message}\n")
            return REFUSED
    out.write(_("Erased. Receipt: {number}").format(number=receipt.pk) + f"\n{BACKUPS}\n")
    return DONE


def _show(person: Person, found: Found, out: TextIO) -> None:
    """Who is meant, and what is known, each kind with its fate: - deleted, * blanked."""
    out.write(f"{person}\n")
    for rows, count in found.shown:
        out.write(f"{FATES[rows.fate]} {count:>9,}  {rows.label}\n")
    out.write(_("- is deleted, * is blanked, the rest stays without naming the person.") + "\n")
