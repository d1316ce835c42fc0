"""Roles, teams, shares and “why” in the API: thin doors to `access` and `actions`."""

from triptych.core_crm.rights.schema import records, roles, teams
from triptych.platform.plugins import GraphQLExtension

extensions = [
    GraphQLExtension(on="Query", fields=roles.Queries),
    GraphQLExtension(on="Member", fields=roles.MemberRole),
    GraphQLExtension(on="Mutation", fields=roles.Mutations),
    GraphQLExtension(on="Query", fields=teams.Queries),
    GraphQLExtension(on="Mutation", fields=teams.Mutations),
    GraphQLExtension(on="Query", fields=records.Queries),
    GraphQLExtension(on="Mutation", fields=records.Mutations),
    *(GraphQLExtension(on=name, fields=records.RecordShares) for name in records.WITH_SHARES),
]
