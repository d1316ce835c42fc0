"""Fields whose values nobody types: formulas over a record's own fields, rollups over the records related to it.

Nothing of them is stored. A field becomes one expression of the statement that reads the records, so it is right
whatever has changed, and lists filter, order, group and export by it as by a column. `formulas` reads what an admin
wrote, `functions` says what each operator means in SQL, `rollups` adds up, `reading` gives values to pages and the API.
"""
