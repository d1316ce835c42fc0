"""Contacts and companies in the API: thin doors to `access` and `actions`."""

from triptych.core_crm.contacts.schema import companies, contacts
from triptych.platform.plugins import GraphQLExtension

extensions = [
    GraphQLExtension(on="Query", fields=contacts.Queries),
    GraphQLExtension(on="Query", fields=companies.Queries),
    GraphQLExtension(on="Company", fields=contacts.CompanyLists),
    GraphQLExtension(on="Company", fields=companies.CompanyLists),
    GraphQLExtension(on="Mutation", fields=contacts.Mutations),
    GraphQLExtension(on="Mutation", fields=companies.Mutations),
]
