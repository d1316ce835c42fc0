"""What the generic hooks contribute. Each is a plain value; labels may be lazy translations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class MenuEntry:
    """A line of the navigation and of the command palette. Lower `position` stands higher.

    `icon` is the name of a Tabler icon without its prefix, e.g. "gift".
    """

    label: StrOrPromise
    url: str
    icon: str = "puzzle"
    position: int = 100


@dataclass(frozen=True)
class Fragment:
    """A piece of a page for one of its slots: a template and what it is rendered with. Lower `position` comes first.

    The template also sees the page's request and what the slot was given.
    """

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    position: int = 100


@dataclass(frozen=True)
class Permission:
    """Something only some members may do. `name` begins with the plugin's id: "loyalty.adjust_points".

    `roles` hold it from the start: of owner, admin, member, reader.
    """

    name: str
    label: StrOrPromise
    roles: tuple[str, ...] = ("owner", "admin")


@dataclass(frozen=True)
class UsageMeter:
    """Something that is counted for billing. `key` begins with the plugin's id: "loyalty.points"."""

    key: str
    label: StrOrPromise


@dataclass(frozen=True)
class GraphQLExtension:
    """Fields for a type of the API: `fields` is a strawberry type whose fields are added to the type called `on`.

    `on` is "Query" or "Mutation" for root fields, else the name of any object type, e.g. "Contact". `types` are
    further types that no field names by itself, such as the members of an interface.
    """

    on: str
    fields: type
    types: tuple[type, ...] = ()


class KeptKeys(Protocol):
    """Sort keys of one table."""

    def count(self) -> int:
        """How many rows there are, about."""

    def renew(self, after: UUID | None, most: int) -> tuple[UUID | None, int, int]:
        """Make the keys of the next rows anew, in one transaction. Answers with the key of the last row that was
        looked at, None at the end; how many were looked at; and how many had another sort key."""
