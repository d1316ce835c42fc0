"""Writes to the roles of a workspace. Only owners and admins make and give them; the four built-in ones stay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.rights.levels import FIELD_RIGHTS, LEVELS, WRITES, Act, Level, Noun
from triptych.platform import events
from triptych.platform.plugins import hooks
from triptych.platform.refusals import Refused
from triptych.tenants.members.access import administering
from triptych.tenants.members.actions import change_role
from triptych.tenants.members.models import Member, Role, RoleCode

Rights = Mapping[str, Mapping[str, str]]
"""By kind of record: levels by act, or field rights by field."""

BASES = (RoleCode.ADMIN, RoleCode.MEMBER, RoleCode.READER)
MOST_ROLES = 100


@transaction.atomic
def create_role(
    *, name: str, base: str = RoleCode.MEMBER, rights: Rights, field_rights: Rights, by: Member, now: datetime
) -> Role:
    """Make a role. What `rights` does not name is as in the base. Announces `role.created`.

    Raises:
        Forbidden: `by` does not administer.
        Refused: the name is taken or empty, or there is no such kind, act, level or field; it names the field.
    """
    administering(by)
    if Role.objects.count() >= MOST_ROLES:
        raise Refused(_("There are 100 roles already. Delete one that nobody has."))
    role = Role(created_at=now, updated_at=now)
    _set(role, name=name, base=base, rights=_known(rights), field_rights=_known(field_rights, "fields"))
    role.save(force_insert=True)
    events.announce("role.created", role, by=by, at=now)
    return role


@transaction.atomic
def update_role(
    *,
    role: Role,
    name: str | None = None,
    base: str | None = None,
    rights: Rights | None = None,
    field_rights: Rights | None = None,
    version: int | None = None,
    by: Member,
    now: datetime,
) -> Role:
    """Change a role, for everybody who has it at once; the kinds that are given are replaced, each as a whole.

    Announces `role.updated`.

    Raises:
        Forbidden: `by` does not administer.
        Conflict: somebody changed the role since `version`.
        Refused: as in `create_role`.
    """
    administering(by)
    role = Role.objects.select_for_update().get(pk=role.pk)
    role.expect_version(version)
    _set(
        role,
        name=role.name if name is None else name,
        base=role.base if base is None else base,
        rights={**role.rights, **_known(rights or {})},
        field_rights={**role.field_rights, **_known(field_rights or {}, "fields")},
    )
    role.save_fields("name", "base", "rights", "field_rights", at=now)
    Member.objects.filter(role_record=role).update(role=role.base)
    events.announce("role.updated", role, by=by, at=now)
    return role


@transaction.atomic
def delete_role(*, role: Role, by: Member, now: datetime) -> None:
    """Take a role away that nobody has. Announces `role.deleted`.

    Raises:
        Forbidden: `by` does not administer.
        Refused: somebody has it.
    """
    administering(by)
    if role.members.exists():
        raise Refused(_("Somebody has the role “%(role)s”. Give them another one first.") % {"role": role})
    events.announce("role.deleted", role, by=by, at=now, called=role.name)
    role.delete()


def give_role(*, member: Member, role: Role | RoleCode, by: Member, now: datetime) -> Member:
    """Give a member a role, a built-in one by its code.

    Raises:
        Forbidden: `by` does not administer, or touches an owner without being one.
        Refused: it would leave the workspace without an owner.
    """
    record = role if isinstance(role, Role) else None
    code = role.base if isinstance(role, Role) else role
    return change_role(member=member, role=code, record=record, by=by, now=now)


def _set(role: Role, *, name: str, base: str, rights: Rights, field_rights: Rights) -> None:
    role.name, role.base = name.strip(), base
    if not role.name or len(role.name) > 80:
        raise Refused(_("Give the role a name of up to 80 characters, such as “Sales, own records”."), field="name")
    taken = Role.objects.filter(name__iexact=role.name).exclude(pk=role.pk)
    if taken.exists() or role.name.casefold() in {str(label).casefold() for label in RoleCode.labels}:
        raise Refused(_("There is a role of that name already. Choose another name."), field="name")
    if base not in BASES:
        raise Refused(_("A role is built on Admin, Member or Reader."), field="base")
    role.rights, role.field_rights = _checked_rights(rights, base), _checked_fields(field_rights)


def _nouns() -> dict[str, Noun]:
    return {noun.kind: noun for noun in hooks.gather("record_nouns")}


def _known(rights: Rights, field: str = "rights") -> Rights:
    """The rights as given, provided that there are such kinds of record: what a role kept for a plugin that is switched
    off stays as it is."""
    unknown = sorted(set(rights) - set(_nouns()))
    if unknown:
        raise Refused(_("There are no records of the kind “%(kind)s”.") % {"kind": unknown[0]}, field=field)
    return rights


def _checked_rights(rights: Rights, base: str) -> dict[str, dict[str, str]]:
    nouns, checked = _nouns(), {}
    for kind, levels in rights.items():
        noun = nouns.get(kind)
        for act, level in levels.items():
            if act not in frozenset(Act) or level not in LEVELS or (noun and level not in noun.levels):
                facts = {"level": level, "act": act, "kind": noun.label if noun else kind}
                raise Refused(_("“%(level)s” is no level for “%(act)s” of %(kind)s.") % facts, field="rights")
            if base == RoleCode.READER and act in WRITES and level != Level.NONE:
                raise Refused(_("A role built on Reader changes nothing. Build it on Member."), field="rights")
        checked[kind] = dict(levels)
    return checked


def _checked_fields(field_rights: Rights) -> dict[str, dict[str, str]]:
    nouns, checked = _nouns(), {}
    for kind, fields in field_rights.items():
        noun = nouns.get(kind)
        for name, right in fields.items():
            if right not in FIELD_RIGHTS or (noun and name not in noun.fields):
                message = _("The field “%(field)s” of %(kind)s cannot be made “%(right)s”.")
                facts = {"field": name, "kind": noun.label if noun else kind, "right": right}
                raise Refused(message % facts, field="fields")
        if fields:
            checked[kind] = dict(fields)
    return checked
