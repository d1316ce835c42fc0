"""`triptych export`: everything that a tenant keeps, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triptych.cli.connecting import Data, TenantName, connect, refusals_end_it, tenant_named

app = typer.Typer()


@app.command("export")
def export(file: Annotated[Path, typer.Argument()], tenant: TenantName, data: Data = None) -> None:
    """Write everything that a tenant keeps into a ZIP file; `triptych import --archive` reads it back."""
    connect(data)
    from triptych.core_crm.archives import command

    with refusals_end_it():
        code = command.export(tenant_named(tenant), file)
    raise typer.Exit(code)
