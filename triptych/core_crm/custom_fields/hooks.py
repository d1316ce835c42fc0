"""What custom fields contribute to lists, imports, the gates of stages and the tables themselves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from triptych.platform.plugins import hookimpl

if TYPE_CHECKING:
    from triptych.core_crm.deals.hookspecs import DealRequirement
    from triptych.core_crm.imports.importer import ExtraColumns
    from triptych.core_crm.lists.fields import Field
    from triptych.platform.plugins import KeptKeys
    from triptych.tenants.members.models import Member
    from triptych.tenants.models import Tenant


@hookimpl
def list_fields(kind: str, member: Member) -> list[Field]:
    """The workspace's own fields as columns, conditions, orders, groups and changes in bulk."""
    from triptych.core_crm.custom_fields import definitions, listing

    return listing.fields_of(kind, member) if definitions.of(kind) else []


@hookimpl
def deal_requirements(names: Collection[str]) -> list[DealRequirement]:
    """The workspace's own fields of deals as what a stage can ask for."""
    from triptych.core_crm.custom_fields import definitions, gates

    return gates.requirements(names) if names or definitions.of("deal") else []


@hookimpl
def tend_tables(tenant: Tenant, now: datetime) -> list[str]:
    """Indexes of fields that are often filtered or ordered by."""
    from triptych.core_crm.custom_fields import indexing

    return indexing.tend()


@hookimpl
def import_columns(object_name: str) -> list[ExtraColumns]:
    """The workspace's own fields as what columns of a file can be mapped to."""
    from triptych.core_crm.custom_fields import importing

    return importing.columns_of(object_name)


@hookimpl
def kept_sort_keys() -> list[KeptKeys]:
    """Those of texts in the workspace's own fields."""
    from triptych.core_crm.custom_fields import sorting

    return sorting.kept_keys()
