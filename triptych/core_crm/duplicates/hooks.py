"""What merging contributes to the generic hooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triptych.core_crm.activities.models import ActivityLink
from triptych.core_crm.duplicates.hookspecs import WeakLink
from triptych.core_crm.imports.models import ImportReference
from triptych.core_crm.rights.models import Share
from triptych.platform.files.models import File
from triptych.platform.plugins import Fragment, hookimpl
from triptych.tenants.members.models import Member

SLOTS = {"contact_side": "contact", "company_side": "company", "lead_side": "lead", "deal_side": "deal"}


@hookimpl
def weak_links() -> list[WeakLink]:
    """Activities, files, shares, and the keys under which imports know a record."""
    return [
        WeakLink(ActivityLink, "object_id", "kind"),
        WeakLink(File, "object_id", "kind"),
        WeakLink(Share, "object_id", "kind"),
        WeakLink(ImportReference, "object_id"),
    ]


@hookimpl
def slot(name: str, page: Mapping[str, Any], member: Member) -> list[Fragment]:
    """The way to the duplicates of a record, on its page. No statement."""
    kind = SLOTS.get(name)
    if kind is None or not member.may_write:
        return []
    return [Fragment("duplicates/side.html", {"kind": kind, "record": page[kind]}, position=90)]
