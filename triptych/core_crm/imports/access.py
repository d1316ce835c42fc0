"""Who may see and run imports: whoever may write sees all of the tenant's, as they change what everybody sees."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from triptych.core_crm.imports.importer import Importer
from triptych.core_crm.imports.models import Import, ImportQuerySet
from triptych.core_crm.imports.registry import all_importers
from triptych.platform.refusals import Forbidden
from triptych.tenants.members.models import Member


def may_import(member: Member) -> None:
    """Raises Forbidden for who may only read."""
    if not member.may_write:
        raise Forbidden(_("You may read here but not import. An owner or admin can give you the right."))


def imports_visible_to(member: Member) -> ImportQuerySet:
    """The tenant's imports; none for who may only read."""
    return Import.objects.all() if member.may_write else Import.objects.none()


def import_to_change(member: Member, pk: UUID) -> Import:
    """Raises Http404 if there is no such import, Forbidden for who may only read, or may not import such objects."""
    may_import(member)
    record = Import.objects.filter(pk=pk).first()
    if record is None:
        raise Http404
    importer = all_importers().get(record.object_name)
    if importer and importer.needs_admin and not member.may_administer:
        raise Forbidden(_("Only owners and admins may import members. Ask one of them."))
    return record


def importers_for(member: Member) -> dict[str, Importer]:
    """What the member may import, by name."""
    return {
        name: importer
        for name, importer in all_importers().items()
        if member.may_write and (member.may_administer or not importer.needs_admin)
    }
