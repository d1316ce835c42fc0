"""How each command finds the database and says no."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from triptych.platform import embedded

if TYPE_CHECKING:
    from triptych.tenants.models import Tenant

Data = Annotated[Path | None, typer.Option("--data", help="The folder of database, files and keys.")]
TenantName = Annotated[str, typer.Option("--tenant", help="Subdomain of the tenant.")]


def refuse(sentence: str) -> typer.Exit:
    """Print why something will not be done. Raise what this returns."""
    print(sentence, file=sys.stderr)
    return typer.Exit(1)


def find_database(data: Path | None) -> Path:
    """Find the database, starting the embedded one if no URL is set. Returns the data folder."""
    if data:
        os.environ["TRIPTYCH_DATA"] = str(data.expanduser().resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.settings")
    try:
        folder = embedded.prepared(embedded.default_data_folder())
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"] = embedded.start(folder)
    except embedded.DataFolderRefused as refused:
        raise refuse(str(refused)) from refused
    return folder


def connect(data: Path | None, *, as_owner: bool = True) -> Path:
    """Find the database and set Django up on it. Returns the data folder."""
    folder = find_database(data)
    set_up(as_owner=as_owner)
    return folder


def set_up(*, as_owner: bool) -> None:
    """Set Django up on the database that was found."""
    if as_owner:
        os.environ["TRIPTYCH_AS_OWNER"] = "1"
    import django

    django.setup()


@contextmanager
def refusals_end_it() -> Iterator[None]:
    """Turn a refused action into its sentence and exit status 1."""
    from triptych.platform.refusals import Refused

    try:
        yield
    except Refused as refused:
        raise refuse(refused.message) from refused


def tenant_named(subdomain: str) -> Tenant:
    from triptych.platform.scope import CONTROL, entered
    from triptych.tenants.models import Tenant

    with entered(CONTROL):
        tenant = Tenant.objects.named().filter(subdomain=subdomain).first()
    if tenant is None:
        raise refuse(f"There is no tenant “{subdomain}”. `triptych tenant list` shows all.")
    return tenant
