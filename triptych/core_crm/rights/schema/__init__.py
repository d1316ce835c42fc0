"""Roles, teams, shares and “why” in the API: thin doors to `access` and `actions`."""

from triptych.core_crm.rights.schema import roles, teams
from triptych.platform.plugins import GraphQLExtension

extensions = [
    GraphQLExtension(on="Query", fields=roles.Queries),
    GraphQLExtension(on="Member", fields=roles.MemberRole),
    GraphQLExtension(on="Mutation", fields=roles.Mutations),
    GraphQLExtension(on="Query", fields=teams.Queries),
    GraphQLExtension(on="Mutation", fields=teams.Mutations),
]
