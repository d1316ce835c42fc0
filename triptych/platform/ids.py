"""Identifiers: UUIDv7 made here, since PostgreSQL 15 to 17 cannot and outbox rows need theirs before they are saved."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562): unique over all cells, growing with time."""
    return uuid_utils.compat.uuid7()
