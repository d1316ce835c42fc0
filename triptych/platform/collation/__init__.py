"""Names in the order in which the readers of a language look for them.

`collation_key` is that order as bytes, for a database that knows no language; `in_order` sorts what is put together in
Python. Rows keep the key of their workspace's language (`CollationKeyField`), and `renewing` makes them anew when that
changes.
"""

from triptych.platform.collation.field import CollationKeyField
from triptych.platform.collation.keys import collation_key, in_order
from triptych.platform.collation.querying import NamedQuerySet

__all__ = ["CollationKeyField", "NamedQuerySet", "collation_key", "in_order"]
