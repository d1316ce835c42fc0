"""The audit: what changed in a tenant's tables, written by the database itself, which nobody can take back.

A trigger on each table writes one entry per changed row (`triggers`), with what `db` says of who is at work. A
tenant's role may read the entries and nothing else. docs/audit.md tells how to read them.
"""
