"""A pooler in transaction mode hands one server connection to several clients, and with it role and search path."""

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

KEYS = ("host", "port", "user", "password", "dbname", "sslmode", "connect_timeout")


def refuse_transaction_pooling() -> None:
    """Make sure that two idle clients have two server processes. Called when a server process starts.

    Raises:
        ImproperlyConfigured: both were given the same one.
    """
    given = connection.get_connection_params()
    parameters = {key: given[key] for key in KEYS if given.get(key)}
    with psycopg.connect(**parameters, autocommit=True) as one, psycopg.connect(**parameters, autocommit=True) as two:
        pids = [client.execute("SELECT pg_backend_pid()").fetchone() for client in (one, two)]
    if pids[0] == pids[1]:
        raise ImproperlyConfigured(
            "DATABASE_URL leads to a pooler in transaction mode, which would mix up tenants. Set it to session mode "
            "(pool_mode = session in pgbouncer), or connect to PostgreSQL itself: Triptych keeps its own pool."
        )
