"""Who may see and run imports: whoever may write sees all of the tenant's, as they change what everybody sees."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from triptych.core_crm.imports.importer import Importer
from triptych.core_crm.imports.models import Import, ImportQuerySet
from triptych.core_crm.imports.registry import all_importers
from triptych.core_crm.rights.access import (
    CHANGE,
    CREATE,
    READ,
    NotAllowed,
    field_rights,
    hidden_fields,
    may,
    may_all,
    may_at_all,
    noun_of,
)
from triptych.platform.refusals import Forbidden
from triptych.tenants.members.models import Member

ADDRESSES = ("addresses", "billing_address")
READ_INTO = {
    "other_email": ("emails",),
    "mobile": ("phones",),
    **dict.fromkeys(("street", "city", "state", "postal_code", "country"), ADDRESSES),
}
"""Columns of files that go into a field of another name."""


def may_import(member: Member) -> None:
    """Raises Forbidden for who may only read."""
    if not member.may_write:
        raise Forbidden(_("You may read here but not import. An owner or admin can give you the right."))


def imports_visible_to(member: Member) -> ImportQuerySet:
    """The tenant's imports of what the member sees all of, every field included, and their own; none for who may only
    read. Tables of which nobody knows what they hold are for who sees everything."""
    if not member.may_write:
        return Import.objects.none()
    importers = {name: one for name, one in all_importers().items() if member.may_administer or not one.needs_admin}
    whole = [name for name, importer in importers.items() if _sees_whole(member, importer)]
    unknown = [""] if len(whole) == len(importers) else []
    return Import.objects.filter(Q(object_name__in=[*unknown, *whole]) | Q(started_by=member))


def _sees_whole(member: Member, importer: Importer) -> bool:
    """Whether nothing that a file of such records holds is kept from the member."""
    noun = noun_of(member, importer.model)
    return may_all(member, READ, importer.model) and not (noun and hidden_fields(member, noun.kind))


def import_to_see(member: Member, pk: UUID) -> Import:
    """Raises Http404 if there is no such import, Forbidden for who may only read, or may not import members."""
    may_import(member)
    record = imports_visible_to(member).filter(pk=pk).first()
    if record is None:
        raise Http404
    importer = all_importers().get(record.object_name)
    if importer and importer.needs_admin and not member.may_administer:
        raise Forbidden(_("Only owners and admins may import members. Ask one of them."))
    return record


def import_to_change(member: Member, pk: UUID) -> Import:
    """Raises Http404 if there is no such import, Forbidden for who may only read, or may not import such objects."""
    record = import_to_see(member, pk)
    if record.object_name in all_importers() and record.object_name not in importers_for(member):
        raise Forbidden(_("Your role does not let you add and change all records of that kind, as an import does."))
    return record


def upload_to_change(member: Member, pk: UUID) -> list[Import]:
    """All that came in together, by the id of the upload or of one of its imports.

    Raises:
        Http404, Forbidden: as `import_to_change`, if that is so for one of them.
    """
    may_import(member)
    first = imports_visible_to(member).filter(Q(upload_id=pk) | Q(pk=pk)).order_by("place", "pk").first()
    if first is None:
        raise Http404
    return [import_to_change(member, record.pk) for record in first.together()]


def must_fill(member: Member, record: Import) -> None:
    """Make sure that the member may set every field that a column of the import feeds.

    Raises:
        NotAllowed: their role hides one of them, or makes it read-only; it names the field.
    """
    importer = all_importers().get(record.object_name)
    noun = noun_of(member, importer.model) if importer else None
    if importer is None or noun is None:
        return
    barred = noun.with_derived(field_rights(member, importer.model))
    fed = sorted(name for name in record.mapping if barred & {name, *READ_INTO.get(name, ())})
    if fed:
        message = _("Your role does not set “{field}”. Import the file without that column.")
        label = next((one.label for one in importer.fields() if one.name == fed[0]), fed[0])
        raise NotAllowed(message.format(field=label), field=fed[0])


def may_add_named(member: Member, importer: Importer) -> bool:
    """Whether the member could make such a record, their own, of a name alone, as a link of a row does."""
    if importer.needs_admin and not member.may_administer:
        return False
    noun = noun_of(member, importer.model)
    if noun is None or not noun.owner:
        return may_at_all(member, CREATE, importer.model)
    return may(member, CREATE, importer.model(**{noun.owner: member}))


def importers_for(member: Member) -> dict[str, Importer]:
    """What the member may import, by name: an import recognises and may change any record of its kind, so it wants the
    right to all of them."""
    return {
        name: importer
        for name, importer in all_importers().items()
        if member.may_write
        and (member.may_administer or not importer.needs_admin)
        and all(may_all(member, act, importer.model) for act in (READ, CREATE, CHANGE))
    }
