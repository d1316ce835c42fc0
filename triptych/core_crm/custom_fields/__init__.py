"""Fields that a tenant adds to its own records, and the values they hold.

A field is a row of `CustomField`; its values stand in the column `custom` of each main record, one JSON object keyed by
the field's id, so that renaming a field moves nothing. `definitions` knows the fields of the current tenant, `kinds`
what each kind of value looks like, `values` is the one place where values are checked and written.
"""
