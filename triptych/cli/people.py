"""`triptych person`: what is known of one natural person, handed over or erased."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from triptych.cli.connecting import Data, TenantName, connect, refusals_end_it, tenant_named

app = typer.Typer(help="Hand over or erase what is known of a person.", no_args_is_help=True)
Email = Annotated[str, typer.Option("--email", help="An address of the person.")]


@app.command("export")
def person_export(
    tenant: TenantName,
    email: Email,
    file: Annotated[Path, typer.Argument(help="The ZIP file to write.")] = Path("dossier.zip"),
    data: Data = None,
) -> None:
    """Write everything that a tenant knows of a person into a ZIP file: a page to read, and person.json."""
    connect(data, as_owner=False)
    from triptych.core_crm.privacy import command

    with refusals_end_it():
        code = command.export(tenant_named(tenant), email, file)
    raise typer.Exit(code)


@app.command("erase")
def person_erase(
    tenant: TenantName,
    email: Email,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    data: Data = None,
) -> None:
    """Erase a person from a tenant for good. On a terminal the address has to be typed once more."""
    connect(data, as_owner=False)
    from triptych.core_crm.privacy import command

    ask = None if yes or not sys.stdin.isatty() else _typed
    with refusals_end_it():
        code = command.erase(tenant_named(tenant), email, ask=ask, dry_run=dry_run)
    raise typer.Exit(code)


def _typed(who: str) -> str:
    return input(f"This cannot be undone. Type “{who}” to erase them: ")
