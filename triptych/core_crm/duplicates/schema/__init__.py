"""Duplicates in the API."""

from triptych.core_crm.duplicates.schema.merging import Mutations
from triptych.core_crm.duplicates.schema.pairs import NewRecordQueries, PairMutations, PairQueries
from triptych.core_crm.duplicates.schema.preview import PreviewQueries
from triptych.platform.plugins import GraphQLExtension

extensions = [
    GraphQLExtension(on="Query", fields=NewRecordQueries),
    GraphQLExtension(on="Query", fields=PairQueries),
    GraphQLExtension(on="Query", fields=PreviewQueries),
    GraphQLExtension(on="Mutation", fields=Mutations),
    GraphQLExtension(on="Mutation", fields=PairMutations),
]
