"""The statement that moves a connection, and what the pool does to one before anybody else can take it."""

from typing import Any

import psycopg

ENTER = "SELECT set_config('role', %s, false), set_config('search_path', %s, false)"
ACT = "SELECT set_config('triptych.actor', %s, false)"
"""Says who is at work, as JSON, to the trigger that writes the audit."""


def neutralise(connection: psycopg.Connection[Any]) -> None:
    """Leave a pooled connection nowhere: an empty schema and a role without rights."""
    connection.rollback()
    connection.execute(ENTER, ["triptych_nobody", "nowhere"])
    connection.execute(ACT, [""])
    connection.commit()
