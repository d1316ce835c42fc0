"""Where the bytes are: one folder per tenant, named like its schema, taken from the scope and from nothing else."""

from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

from triptych.platform import scope


class OutsideTenant(Exception):
    """Somebody asked for a file while standing in no tenant."""


class TenantStorage(FileSystemStorage):
    """Files of the tenant in whose scope the thread stands. Outside any tenant every operation raises.

    Names are relative to the tenant's folder, so the same name means another file in another tenant, and a name that
    leads out of it raises `SuspiciousFileOperation`.
    """

    @property
    def location(self) -> str:
        """The tenant's folder.

        Raises:
            OutsideTenant: the connection stands in no tenant.
        """
        return str(Path(self.base_location).absolute() / folder_of_this_tenant())

    def url(self, name: str | None) -> Any:
        """Files have no address of their own: only views hand them out, after asking who wants them."""
        raise TypeError("Files are handed out by views, not by an address of the storage.")


def folder_of_this_tenant() -> str:
    """The folder of the tenant in whose scope the thread stands.

    Raises:
        OutsideTenant: it stands in none.
    """
    here = scope.current()
    if here.role is None or here.role != here.schema_name or not here.schema_name.startswith("t_"):
        raise OutsideTenant(f"Files belong to a tenant, and the connection stands in {here.schema_name!r}.")
    return here.schema_name
