"""Who can sign in to the new workspace stays able to, as the member whom the archive knows by the same address."""

from __future__ import annotations

from typing import Any

from django.db import models

from triptych.tenants.members.models import Member


class People:
    """The members who have a sign-in, put aside while the members of the archive come in."""

    def __init__(self) -> None:
        self.before = list(Member.objects.filter(person_id__isnull=False).order_by("pk"))
        self.names = [member.email for member in self.before]
        self._waiting = {member.email.casefold(): member for member in self.before}
        self._became: dict[Member, Member] = {}

    def step_aside(self) -> None:
        """Free their keys and addresses. What refers to them is looked at when the transaction ends."""
        rows = Member.objects.filter(pk__in=[member.pk for member in self.before])
        rows._raw_delete(rows.db)

    def welcome(self, member: Member) -> None:
        """Give a member of the archive the sign-in of whoever has the same address; owners stay owners."""
        known = self._waiting.pop(member.email.casefold(), None) if member.email else None
        if known is None:
            return
        member.person_id = known.person_id
        if known.role == Member.Role.OWNER:
            member.role, member.role_record_id, member.is_active = Member.Role.OWNER, None, True
        self._became[known] = member

    def come_back(self) -> None:
        """Put those whom the archive does not know beside the others, and lead what refers to the rest to who they are
        now: tokens, invitations."""
        Member.objects.bulk_create(self._waiting.values())
        for known, member in self._became.items():
            if known.pk == member.pk:
                continue
            for column in _pointing_here():
                rows = column.model._base_manager.filter(**{column.attname: known.pk})
                rows.update(**{column.attname: member.pk})


def _pointing_here() -> list[models.ForeignKey[Any, Any]]:
    """Every foreign key to members, also those that members do not know of."""
    relations = Member._meta.get_fields(include_hidden=True)
    return [
        relation.field
        for relation in relations
        if isinstance(relation, models.ManyToOneRel) and relation.field.model._meta.managed
    ]
