"""Putting a schema together: what the apps' `schema.py` and the enabled plugins contribute, type by type."""

from __future__ import annotations

import copy
import logging
from collections import OrderedDict
from collections.abc import Collection, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from threading import RLock
from typing import Any

import strawberry
from django.apps import apps
from django.conf import settings
from strawberry import relay
from strawberry.annotation import StrawberryAnnotation
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryObjectDefinition, StrawberryOptional
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case
from strawberry_django.fields.field import StrawberryDjangoField

from triptych.graphql import own
from triptych.graphql.guarding import Guarded
from triptych.graphql.limits import MAX_PAGE
from triptych.graphql.own import NOTHING, OwnTypes
from triptych.graphql.pipeline import EXTENSIONS
from triptych.graphql.scalars import SCALARS
from triptych.platform.plugins import GraphQLExtension, failures, hooks
from triptych.tenants.members.models import Member

logger = logging.getLogger(__name__)


class CompositionRefused(Exception):
    """The contributions do not fit together; `problems` are sentences that name who clashes over what."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@strawberry.type(description="Everything that can be read.")
class Query:
    pass


@strawberry.type(description="Everything that can be changed. Each change answers with the record and with problems.")
class Mutation:
    pass


@strawberry.type(description="What is told as it happens, over server-sent events at /live/graphql/.")
class Subscription:
    pass


@cache
def core_extensions() -> tuple[GraphQLExtension, ...]:
    """What the core apps contribute: `extensions` of each app's `schema.py`, in the order of the settings."""
    plugins = {plugin.app for plugin in settings.PLUGINS}
    ours = [app.name for app in apps.get_app_configs() if app.name.startswith("triptych.") and app.name not in plugins]
    modules = [import_module(f"{name}.schema") for name in ours if find_spec(f"{name}.schema")]
    return tuple(extension for module in modules for extension in module.extensions)


def contributions(plugin_ids: Collection[str]) -> list[tuple[str, GraphQLExtension]]:
    """Who contributes what, core first. A plugin that raises here is reported and contributes nothing."""
    return [
        *(("core", extension) for extension in core_extensions()),
        *hooks.pairs("graphql_extensions", plugin_ids, {}),
    ]


class TenantSchema(strawberry.Schema):
    """The schema of one set of enabled plugins and of what one tenant has of its own.

    Types are shared by all schemas; their fields are copied for each, since strawberry keeps what it resolved on them.
    """

    def __init__(self, plugin_ids: Collection[str], types_of_tenant: OwnTypes = NOTHING) -> None:
        self.plugin_ids, self.own = frozenset(plugin_ids), types_of_tenant
        self.added: dict[str, list[StrawberryField]] = {}
        types: list[type] = [relay.Node]
        for contributor, extension in contributions(plugin_ids):
            self._add(contributor, extension)
            types += [*extension.types]
        super().__init__(
            query=Query,
            mutation=Mutation if "Mutation" in self.added else None,
            subscription=Subscription if "Subscription" in self.added else None,
            types=types,
            extensions=EXTENSIONS,
            scalar_overrides=SCALARS,
            config=StrawberryConfig(relay_max_results=MAX_PAGE),
        )
        self._check_extended()

    def _add(self, contributor: str, extension: GraphQLExtension) -> None:
        """Take in the fields of one contribution; each keeps the name of who brought it."""
        definition = extension.fields.__strawberry_definition__  # type: ignore[attr-defined]
        for given in definition.fields:
            field = copy.copy(given)
            field.metadata = {**(given.metadata or {}), "contributor": contributor}
            self.added.setdefault(extension.on, []).append(field)

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        placed = (own.placed(self.own, type_definition.name, field) for field in type_definition.fields)
        fields = [_as_read(field) for field in placed if field is not None]
        fields += [_as_contributed(field) for field in self.added.get(type_definition.name, ())]
        self._refuse_doubles(type_definition.name, fields)
        return fields

    def get_field_for_type(self, field_name: str, type_name: str) -> StrawberryField | None:
        """As in strawberry, contributed fields included."""
        definition = self.get_type_by_name(type_name)
        fields = [*getattr(definition, "fields", ()), *self.added.get(type_name, ())]
        named = self.config.name_converter.get_graphql_name
        return next((field for field in fields if named(field) == field_name), None)

    def process_errors(self, errors: Any, execution_context: Any = None) -> None:
        """Nothing is logged here: the door logs what is our fault, once, with the reference that the client gets."""

    def _refuse_doubles(self, type_name: str, fields: list[StrawberryField]) -> None:
        first: dict[str, StrawberryField] = {}
        for field in fields:
            name = self.config.name_converter.get_graphql_name(field)
            if name in first:
                whose = " and ".join(sorted({_whose(first[name]), _whose(field)}))
                raise CompositionRefused([f"The field {type_name}.{name} is there twice: from {whose}."])
            first[name] = field

    def _check_extended(self) -> None:
        unknown = sorted(set(self.added) - set(self._schema.type_map))
        if unknown:
            whose = ", ".join(f"{name} (from {_whose(self.added[name][0])})" for name in unknown)
            raise CompositionRefused([f"Fields are added to types that do not exist: {whose}."])


def _whose(field: StrawberryField) -> str:
    metadata: Mapping[str, Any] = field.metadata or {}
    return str(metadata.get("contributor", "core"))


def _as_read(field: StrawberryField) -> StrawberryField:
    """A copy of a type's own field. A plain column becomes a plain field, which costs a fraction."""
    if type(field) is not StrawberryDjangoField or field.base_resolver or field.is_relation or field.extensions:
        return copy.copy(field)
    return StrawberryField(
        python_name=field.django_name or field.python_name,
        graphql_name=field.graphql_name or to_camel_case(field.python_name),
        type_annotation=field.type_annotation,
        origin=field.origin,
        description=field.description,
        deprecation_reason=field.deprecation_reason,
        metadata=field.metadata,
    )


def _as_contributed(field: StrawberryField) -> StrawberryField:
    """A copy of a contributed field. A plugin's may always be null and is guarded: its faults cost only itself."""
    copied, whose = copy.copy(field), _whose(field)
    if not whose.startswith("core"):
        kind = field.resolve_type()
        if not isinstance(kind, StrawberryOptional):
            copied.type_annotation = StrawberryAnnotation(StrawberryOptional(kind))
        copied.extensions = [*copied.extensions, Guarded(whose)]
    return copied


def _composed(plugin_ids: frozenset[str], types: OwnTypes) -> TenantSchema:
    try:
        return TenantSchema(plugin_ids, types)
    except Exception as error:
        if not plugin_ids:
            raise
        logger.exception("schema_not_composed")
        return TenantSchema(_which_compose(plugin_ids, error), types)


def _which_compose(plugin_ids: frozenset[str], error: Exception) -> list[str]:
    """As many of the plugins as make a schema together. The others are reported; the API goes on without them."""
    fitting: list[str] = []
    for plugin_id in sorted(plugin_ids):
        if composition_problems([*fitting, plugin_id]):
            failures.report(plugin_id, "graphql_extensions", error)
        else:
            fitting.append(plugin_id)
    return fitting


KEPT = 32
"""How many schemas a process keeps, those used last."""

_building = RLock()
_schemas: OrderedDict[tuple[frozenset[str], str], TenantSchema] = OrderedDict()


def schema_for(plugin_ids: Collection[str], member: Member | None = None) -> TenantSchema:
    """The schema of a tenant that has these plugins enabled, with what this member of it sees of its own fields.

    Built on first use; the 32 used last are kept.
    """
    core_extensions()  # whoever knows of a tenant's own fields registers when its `schema.py` is read
    key = (frozenset(plugin_ids), own.fingerprint(member) if member else "")
    with _building:
        schema = _schemas.pop(key, None)
        if schema is None:
            schema = _composed(key[0], own.types(member) if member and key[1] else NOTHING)
        _keep(key, schema)
    return schema


def _keep(key: tuple[frozenset[str], str], schema: TenantSchema) -> None:
    _schemas[key] = schema
    while len(_schemas) > KEPT:
        _schemas.popitem(last=False)


def composition_problems(plugin_ids: Collection[str]) -> list[str]:
    """Why a tenant cannot have these plugins together, as sentences; empty when it can.

    The schema that answers the question is kept: pages ask again, and whoever enables the plugins needs it.
    """
    key = (frozenset(plugin_ids), "")
    try:
        with _building:
            known = _schemas.pop(key, None)
            _keep(key, known if known and known.plugin_ids == key[0] else TenantSchema(plugin_ids))
    except Exception as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, CompositionRefused):
            cause = cause.__cause__  # graphql-core wraps what happens while it asks for fields
        return cause.problems if cause is not None else [f"The schema cannot be built: {error}"]
    return []
