"""Deals and pipelines in the API: thin doors to `access` and `actions`."""

from triptych.core_crm.deals.schema import competitors, deals, mutations, pipeline_changes, pipelines, rates
from triptych.platform.plugins import GraphQLExtension

extensions = [
    GraphQLExtension(on="Query", fields=deals.Queries),
    GraphQLExtension(on="Query", fields=pipelines.Queries),
    GraphQLExtension(on="Company", fields=deals.CompanyLists),
    GraphQLExtension(on="Contact", fields=deals.ContactLists),
    GraphQLExtension(on="Stage", fields=deals.StageLists),
    GraphQLExtension(on="Mutation", fields=mutations.Mutations),
    GraphQLExtension(on="Mutation", fields=pipeline_changes.Mutations),
    GraphQLExtension(on="Query", fields=competitors.Queries),
    GraphQLExtension(on="Mutation", fields=competitors.Mutations),
    GraphQLExtension(on="Query", fields=rates.Queries),
    GraphQLExtension(on="Mutation", fields=rates.Mutations),
]
