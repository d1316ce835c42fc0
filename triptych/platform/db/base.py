"""Django's PostgreSQL backend, with the scope (role and search path) of `platform.scope` kept per connection.

django-tenants sends `SET search_path` before every cursor. This backend sends one statement when the scope changes,
and again after a rollback, which makes PostgreSQL forget it. Before the first write of a request or task it also says
who is at work, for the audit. Django's pool hands a connection back as its last user
left it, so `pooling.neutralise` is the pool's reset callback.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, cast

import psycopg
from django.db.utils import DatabaseError, OperationalError
from django_tenants.postgresql_backend import base
from psycopg.adapt import AdaptersMap, Loader
from psycopg.pq import Format

from triptych.platform.db.pooling import ACT, ENTER
from triptych.platform.scope import NOWHERE, AnyScope
from triptych.platform.web import logs

MOMENT = psycopg.adapters.types["timestamptz"].oid


@cache
def _with_quick_moments(adapters: AdaptersMap) -> AdaptersMap:
    """Django's adapters, but for moments, which psycopg itself reads in C and Django in Python.

    Django's reader sets the time zone of each. Ours have it already: the zone of every connection is UTC.
    """
    quick = AdaptersMap(adapters)
    quick.register_loader(MOMENT, cast(type[Loader], psycopg.adapters.get_loader(MOMENT, Format.TEXT)))
    return quick


WRITES = ("INSERT", "UPDATE", "DELETE", "WITH", "COPY")


class DatabaseWrapper(base.DatabaseWrapper):
    _actor_said: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        self.execute_wrappers.append(self._execute_in_scope)

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        return {**parameters, "context": _with_quick_moments(parameters["context"])}

    def create_cursor(self, name: str | None = None) -> Any:
        """Django would register its own reader of moments; names are for server-side cursors, which are off."""
        return self.connection.cursor()

    def _execute_in_scope(self, execute: Callable[..., Any], statement: str, *args: Any) -> Any:
        """A cursor that was opened before the scope changed, and is used again after, moves with it."""
        self._handle_search_path()
        if str(statement).startswith(WRITES):
            self._say_actor()
        return execute(statement, *args)

    def _say_actor(self) -> None:
        """Tell the database who is at work, unless it knows: what the logs of this request or task say."""
        actor = logs.actor()
        if actor == self._actor_said:
            return
        with self.connection.cursor() as raw:
            raw.execute(ACT, [actor])
        self._actor_said = actor

    def set_schema_to_public(self) -> None:
        """django-tenants leaves a tenant for *public*; here the way out leads nowhere."""
        self.set_tenant(NOWHERE)  # type: ignore[no-untyped-call]

    def set_schema(self, schema_name: str, *args: Any, **kwargs: Any) -> None:
        raise TypeError(f"A schema name ({schema_name}) says nothing about the role: enter a scope instead.")

    def _handle_search_path(self, cursor: Any = None) -> None:
        scope = cast(AnyScope, self.tenant)
        if self._setting_search_path or self.search_path_set_schemas is scope:
            return
        self._setting_search_path = True
        try:
            with self.connection.cursor() as raw:
                raw.execute(ENTER, [scope.role or "none", ", ".join(f'"{name}"' for name in scope.search_path)])
        except psycopg.errors.InFailedSqlTransaction:
            self.search_path_set_schemas = None  # only a rollback can follow, and it asks again
        except psycopg.Error as error:
            self.search_path_set_schemas = None
            lost = isinstance(error, psycopg.OperationalError)
            kind = OperationalError if lost else DatabaseError
            raise kind(f"The connection could not enter {scope.schema_name}: {error}") from error
        else:
            self.search_path_set_schemas = scope
            self._actor_said = None  # a rollback, or a connection from the pool, has forgotten it
        finally:
            self._setting_search_path = False
