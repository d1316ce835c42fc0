"""Taking turns over what no row stands for, so that none could be locked."""

from django.db import connection


def one_at_a_time(what: str) -> None:
    """Let whoever else asks for the same in this tenant wait until this transaction has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.' || %s))", [what])
