"""The words of rights: acts, levels, kinds of record, and what a role gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.db.models import Model
    from django_stubs_ext import StrOrPromise

    from triptych.tenants.members.models import Member, Role


class Act(StrEnum):
    """What somebody does to a record."""

    READ = "read"
    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    EXPORT = "export"


class Level(StrEnum):
    """On which records somebody may do it. Records of nobody count as those of every team."""

    ALL = "all"
    TEAM = "team"
    OWN = "own"
    NONE = "none"


class FieldRight(StrEnum):
    """What a role may not do with a field."""

    HIDDEN = "hidden"
    READ = "read"


LEVELS, FIELD_RIGHTS = frozenset(Level), frozenset(FieldRight)
WRITES = (Act.CREATE, Act.CHANGE, Act.DELETE)
ACT_WORDS: dict[Act, StrOrPromise] = {
    Act.READ: _("See"),
    Act.CREATE: _("Create"),
    Act.CHANGE: _("Change"),
    Act.DELETE: _("Delete"),
    Act.EXPORT: _("Export"),
}
LEVEL_WORDS: dict[Level, StrOrPromise] = {
    Level.ALL: _("All"),
    Level.TEAM: _("Team"),
    Level.OWN: _("Own"),
    Level.NONE: _("None"),
}


@dataclass(frozen=True)
class Noun:
    """A kind of record that roles give rights to.

    `owner` is the foreign key to the member whose record it is; without one (empty), a role gives all or none of the
    kind. `title` is the text field that carries the name. `fields` are those that a role may hide or make read-only:
    never ones without which the record cannot be told from others. `follows` names columns that repeat a field of
    another kind (column → kind, field): they are hidden with it.
    """

    model: type[Model]
    label: StrOrPromise
    title: str
    owner: str = "owner"
    fields: Sequence[str] = ()
    derived: Mapping[str, Sequence[str]] = field(default_factory=dict)
    follows: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def with_derived(self, names: Iterable[str]) -> frozenset[str]:
        """The fields, and what is read off them under another name (the first email of the emails)."""
        return frozenset(one for name in names for one in (name, *self.derived.get(name, ())))

    @property
    def kind(self) -> str:
        """What events, search and links call it."""
        return str(self.model._meta.model_name)

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels that make sense for it."""
        return tuple(Level) if self.owner else (Level.ALL, Level.NONE)

    def owner_of(self, record: Any) -> Any:
        """The key of the member whose record it is, None for nobody."""
        return getattr(record, f"{self.owner}_id") if self.owner else None

    def label_of(self, field: str) -> str:
        """What people call a field."""
        return str(getattr(self.model._meta.get_field(field), "verbose_name", field)).capitalize()


def role_of(member: Member) -> Role | None:
    """The member's role of the workspace's own; None for a built-in one."""
    role = member.role_record if member.role_record_id else None
    return role if role is not None and role.base == member.role else None


def level_of(role: Role | None, base: str, kind: str, act: Act) -> Level:
    """What a role gives for an act on a kind of record: what it says itself, else what its base gives.

    Owners and admins without a role of their own may do everything, members too; readers see and export.
    """
    if base == "reader" and act in WRITES:
        return Level.NONE
    said = role.rights.get(kind, {}).get(act, "") if role is not None and base != "owner" else ""
    return Level(said) if said in LEVELS else Level.ALL
