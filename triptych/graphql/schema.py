"""What every schema has: who I am, the members, and any record by its global id."""

from __future__ import annotations

from typing import Any

import strawberry
from django.utils.translation import gettext as _
from strawberry import relay

from triptych.graphql import workspace
from triptych.graphql.context import ApiInfo, group_as_peers
from triptych.graphql.errors import bad_input
from triptych.graphql.listings import listing_called, listing_of, path_of
from triptych.graphql.member_changes import Mutations
from triptych.graphql.members import Member, member_list
from triptych.graphql.optimizing import optimized
from triptych.platform import search
from triptych.platform.plugins import GraphQLExtension

__all__ = ["Member", "extensions", "member_list"]

MAX_SEARCH = 50


@strawberry.type(description="A record that was found, and how lists show it.")
class SearchResult:
    kind: str = strawberry.field(description="What it is, e.g. contact.")
    title: str
    subtitle: str
    url: str = strawberry.field(description="Its page.")
    matched: str = strawberry.field(
        description="Where it is a message, a note or another long text that was found: which, and an excerpt."
    )

    @strawberry.field(description="The record itself.")
    def node(self, info: ApiInfo) -> relay.Node:
        found: relay.Node = info.context.batch(path_of(info), self, lambda entries: _found_records(info, entries))
        return found


def _found_records(info: ApiInfo, entries: list[Any]) -> dict[Any, Any]:
    """The records behind entries of the search that the caller sees, by key."""
    records: dict[Any, Any] = {}
    for kind in {entry.kind for entry in entries}:
        listing = listing_called(kind)
        if listing is not None and info.schema.get_type_by_name(listing.name) is not None:
            keys = [entry.pk for entry in entries if entry.kind == kind]
            rows = list(optimized(listing.visible_to(info.context.member).filter(pk__in=keys), info))
            group_as_peers(rows)
            records |= {row.pk: row for row in rows}
    return records


@strawberry.type
class RootQueries:
    member = member_list.singular("Somebody of this workspace by id.")
    members = member_list.plural("Everybody in this workspace, by name.")

    @strawberry.field(description="The member as whom the request is made.")
    def me(self, info: ApiInfo) -> Member:
        return info.context.member  # type: ignore[return-value]

    @strawberry.field(description="Any record by its global id; null when there is none that the caller sees.")
    def node(self, info: ApiInfo, id: relay.GlobalID) -> relay.Node | None:
        listing = listing_of(id.type_name) if info.schema.get_type_by_name(id.type_name) else None
        found: relay.Node | None = listing.find(info, id) if listing is not None else None
        return found

    @strawberry.field(description="Records with words that begin with the words of the text; best and latest first.")
    def search(self, info: ApiInfo, text: str, first: int = 20, kinds: list[str] | None = None) -> list[SearchResult]:
        if not 0 <= first <= MAX_SEARCH:
            raise bad_input(
                _("“first” is %(size)d. A search finds 0 to %(limit)d.") % {"size": first, "limit": MAX_SEARCH}
            )
        entries = search.find(info.context.member, text, limit=first, kinds=kinds)
        group_as_peers(entries)
        visible = _visible(info, entries)
        return [entry for entry in entries if entry.pk in visible]  # type: ignore[misc]


def _visible(info: ApiInfo, entries: list[Any]) -> set[Any]:
    """The keys of those entries of the search whose records the caller sees, one statement for each kind."""
    keys: set[Any] = set()
    for kind in {entry.kind for entry in entries}:
        listing = listing_called(kind)
        if listing is not None and info.schema.get_type_by_name(listing.name) is not None:
            wanted = [entry.pk for entry in entries if entry.kind == kind]
            keys |= set(listing.visible_to(info.context.member).filter(pk__in=wanted).values_list("pk", flat=True))
    return keys


extensions = [
    GraphQLExtension(on="Query", fields=RootQueries),
    GraphQLExtension(on="Query", fields=workspace.Queries),
    GraphQLExtension(on="Mutation", fields=Mutations),
    GraphQLExtension(on="Mutation", fields=workspace.Mutations),
]
