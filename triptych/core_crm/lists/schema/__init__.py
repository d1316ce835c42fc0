"""Acts on many records and saved views in the API."""

from triptych.core_crm.lists.schema import many, views
from triptych.platform.plugins import GraphQLExtension

extensions = [
    GraphQLExtension(on="Query", fields=many.Queries),
    GraphQLExtension(on="Query", fields=views.Queries),
    GraphQLExtension(on="Mutation", fields=many.Mutations),
    GraphQLExtension(on="Mutation", fields=views.Mutations),
]
