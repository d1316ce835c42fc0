"""Hooks that lists call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from triptych.platform.plugins import hookspec

if TYPE_CHECKING:
    from triptych.core_crm.lists.fields import Field
    from triptych.core_crm.lists.spec import ListSpec
    from triptych.tenants.members.models import Member


@hookspec
def list_fields(kind: str, member: Member) -> list[Field]:
    """Further fields of the list of a kind of record (`"contact"`), as this member may see them.

    They become columns to choose, conditions, orders, groups and, with an `editor`, fields that are changed in bulk.
    Called once per list page and bulk act: at most one statement. Answer with an empty list for kinds you do not know.
    """
    raise AssertionError(kind, member)


@hookspec
def record_lists() -> list[ListSpec]:
    """Lists of kinds of record: acts on many records, saved views and the API's bulk mutations come with them."""
    return []
