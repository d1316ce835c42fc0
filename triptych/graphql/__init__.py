"""The API engine: one schema per set of plugins, connections, filters, mutations with problems, limits, the door.

It knows no record of the CRM. Apps contribute in their `schema.py`, plugins through the hook `graphql_extensions`.
"""
