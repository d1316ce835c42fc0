"""Global ids: the type and the key of a record in one opaque text."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from strawberry import relay

from triptych.graphql.errors import bad_input
from triptych.platform.refusals import Refused


def key_in(given: relay.GlobalID, *, of: str) -> UUID | None:
    """The key in a global id, None when it is the id of something else than `of`."""
    if given.type_name != of:
        return None
    try:
        return UUID(given.node_id)
    except ValueError:
        return None


def pk_of(given: relay.GlobalID, *, of: str, argument: str) -> UUID:
    """The key in a global id given as an argument of a query.

    Raises:
        GraphQLError: it is the id of something else.
    """
    key = key_in(given, of=of)
    if key is None:
        raise bad_input(_("“%(argument)s” is not the id of a %(kind)s.") % {"argument": argument, "kind": of})
    return key


def chosen(given: relay.GlobalID, *, of: str, field: str) -> UUID:
    """The key in a global id given in the input of a mutation.

    Raises:
        Refused: it is the id of something else.
    """
    key = key_in(given, of=of)
    if key is None:
        message = _("“%(field)s” is not the id of a %(kind)s.") % {"field": field, "kind": of}
        raise Refused(message, field=field, code="NOT_FOUND")
    return key
