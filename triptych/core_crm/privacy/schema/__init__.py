"""Privacy in the API."""

from triptych.core_crm.privacy.schema import consents, people
from triptych.platform.plugins import GraphQLExtension

extensions = [
    GraphQLExtension(on="Query", fields=people.Queries),
    GraphQLExtension(on="Query", fields=consents.ConsentQueries),
    GraphQLExtension(on="Mutation", fields=people.Mutations),
    GraphQLExtension(on="Mutation", fields=consents.ConsentMutations),
]
