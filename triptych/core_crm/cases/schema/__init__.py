"""Cases and their conversation in the API: thin doors to `access` and `actions`."""

from triptych.core_crm.cases.schema import cases, mutations, queue_changes
from triptych.platform.plugins import GraphQLExtension

extensions = [
    GraphQLExtension(on="Query", fields=cases.Queries),
    GraphQLExtension(on="Company", fields=cases.CompanyLists),
    GraphQLExtension(on="Contact", fields=cases.ContactLists),
    GraphQLExtension(on="Deal", fields=cases.DealLists),
    GraphQLExtension(on="Mutation", fields=mutations.Mutations),
    GraphQLExtension(on="Mutation", fields=queue_changes.Mutations),
]
