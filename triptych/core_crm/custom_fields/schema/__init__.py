"""Custom fields in the API: the fields themselves, and their values typed in each tenant's own schema."""

from triptych.core_crm.custom_fields.schema import fields
from triptych.core_crm.custom_fields.schema.own import CustomFieldTypes
from triptych.graphql import own
from triptych.platform.plugins import GraphQLExtension

own.register(CustomFieldTypes())

extensions = [
    GraphQLExtension(on="Query", fields=fields.Queries),
    GraphQLExtension(on="Mutation", fields=fields.Mutations),
]
