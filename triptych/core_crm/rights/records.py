"""Fetching a record of any kind that is under rights, for pages and API fields that work on all of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404

from triptych.core_crm.rights.access import visible
from triptych.core_crm.rights.sight import sight_of
from triptych.tenants.members.access import administering
from triptych.tenants.members.models import Member


def record_to_see(member: Member, kind: str, pk: UUID) -> Any:
    """A record of a kind under rights.

    Raises:
        Http404: there is no such kind, or no such record for this member: the two look the same.
    """
    noun = next((noun for noun in sight_of(member).nouns.values() if noun.kind == kind), None)
    record = None
    if noun is not None:
        records: Any = visible(member, noun.model._default_manager.filter(deleted_at=None, pk=pk))
        record = (records.select_related(noun.owner) if noun.owner else records).first()
    if record is None:
        raise Http404
    return record


def member_asked_about(member: Member, pk: UUID | None) -> Member:
    """Whose rights somebody asks about: their own, or for who administers anybody's.

    Raises:
        Forbidden: it is somebody else, and they do not administer.
        Http404: there is no such member.
    """
    if pk is None or pk == member.pk:
        return member
    administering(member)
    found = Member.objects.select_related("role_record").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
