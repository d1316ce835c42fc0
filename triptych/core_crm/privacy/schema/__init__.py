"""Privacy in the API."""

from triptych.core_crm.privacy.schema import consents, people, retention
from triptych.platform.plugins import GraphQLExtension

extensions = [
    GraphQLExtension(on="Query", fields=people.Queries),
    GraphQLExtension(on="Query", fields=consents.ConsentQueries),
    GraphQLExtension(on="Query", fields=retention.RetentionQueries),
    GraphQLExtension(on="Mutation", fields=people.Mutations),
    GraphQLExtension(on="Mutation", fields=consents.ConsentMutations),
    GraphQLExtension(on="Mutation", fields=retention.RetentionMutations),
]
