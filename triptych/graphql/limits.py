"""How much one request and one minute may ask for. A walk over the document computes its cost before it is validated.

The cost is the number of objects that the answer may hold: each field with a selection of its own counts one (or what
its metadata says under `cost`), times the page size of every connection around it. Each fragment is walked once, so a
document of 700 bytes cannot keep a worker busy by spreading fragments into each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SchemaMetaFieldDef,
    SelectionSetNode,
    TypeMetaFieldDef,
    VariableNode,
    get_named_type,
)
from strawberry.types.field import StrawberryField

from triptych.graphql.errors import TOO_EXPENSIVE

DEFAULT_PAGE = 50
MAX_PAGE = 200
MAX_COST = 20_000
"""Objects that one answer may hold."""
MAX_DEPTH = 16
MAX_FIELDS = 500
"""Fields that one document may name, aliases included."""
MAX_ALIASES = 100
MAX_TOKENS = 5_000
MAX_CHARACTERS = 100_000
VALUES_FOR_ONE = 10
"""So many values that are sent cost as much as one object of the answer."""
LIST_SIZE = 10
"""What a list without paging is taken to hold (e-mail addresses of a contact, stages of a pipeline)."""


INTROSPECTION: dict[str, Any] = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}


@dataclass
class Measure:
    """What a selection asks for: objects, levels, named fields and aliases."""

    cost: int = 0
    depth: int = 0
    fields: int = 0
    aliases: int = 0

    def add(self, other: Measure, *, times: int = 1, deeper: int = 0) -> None:
        self.cost += other.cost * times
        self.depth = max(self.depth, other.depth + deeper)
        self.fields += other.fields
        self.aliases += other.aliases


def too_expensive(message: str) -> GraphQLError:
    """The error that a document is told which asks for more than the limits allow."""
    return GraphQLError(message, extensions={"code": TOO_EXPENSIVE})


@dataclass
class Walk:
    """One measuring of one document. Fragments are remembered, so the work grows with the text and not with its use."""

    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    variables: dict[str, Any]
    _known: dict[str, Measure] = field(default_factory=dict)
    _level: int = 0

    def selections(self, node: SelectionSetNode, parent: GraphQLNamedType | None) -> Measure:
        self._level += 1
        if self._level > 4 * MAX_DEPTH:
            raise too_expensive(_("The document is nested too deeply. Ask for at most %d levels.") % MAX_DEPTH)
        total = Measure()
        for selection in node.selections:
            if isinstance(selection, FieldNode):
                total.add(self.field(selection, parent))
            elif isinstance(selection, FragmentSpreadNode):
                total.add(self.fragment(selection.name.value))
            else:
                condition = selection.type_condition  # type: ignore[attr-defined]
                inner = self.schema.get_type(condition.name.value) if condition else parent
                total.add(self.selections(selection.selection_set, inner))  # type: ignore[attr-defined]
        self._level -= 1
        return total

    def fragment(self, name: str) -> Measure:
        if name not in self._known:
            self._known[name] = Measure()  # what a fragment that spreads itself adds; validation refuses it
            definition = self.fragments.get(name)
            if definition is not None:
                condition = self.schema.get_type(definition.type_condition.name.value)
                self._known[name] = self.selections(definition.selection_set, condition)
        return self._known[name]

    def field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Measure:
        total = Measure(depth=1, fields=1, aliases=int(node.alias is not None))
        definition = getattr(parent, "fields", {}).get(node.name.value) or INTROSPECTION.get(node.name.value)
        total.cost = _hints(definition).get("cost", int(node.selection_set is not None))
        if node.selection_set is None or definition is None:
            return total
        times = self._page_size(node, definition)
        if "first" not in definition.args:
            total.cost *= times  # the members of a plain list; those of a connection are its nodes
        total.add(self.selections(node.selection_set, get_named_type(definition.type)), times=times, deeper=1)
        return total

    def _page_size(self, node: FieldNode, definition: Any) -> int:
        if "first" in definition.args:
            sizes = [self._number(given.value) for given in node.arguments if given.name.value in ("first", "last")]
            known = [size for size in sizes if size is not None]
            return min(max(known), MAX_PAGE) if known else DEFAULT_PAGE
        return LIST_SIZE if "[" in str(definition.type) and "paged" not in _hints(definition) else 1

    def _number(self, value: Any) -> int | None:
        if isinstance(value, VariableNode):
            number = self.variables.get(value.name.value)
        else:
            number = int(value.value) if isinstance(value, IntValueNode) and len(value.value) < 10 else MAX_PAGE
        return max(number, 1) if isinstance(number, int) else None


def _hints(definition: Any) -> Mapping[str, Any]:
    """What a field says of itself: `{"cost": 20}` when it is dearer than a row, `paged` inside a connection."""
    ours = (getattr(definition, "extensions", None) or {}).get("strawberry-definition")
    return ours.metadata if isinstance(ours, StrawberryField) else {}


def measure(
    schema: GraphQLSchema, document: DocumentNode, operation_name: str | None, variables: dict[str, Any] | None
) -> Measure:
    """What the operation would cost at most, by the walk above. Documents that are not valid are measured, too."""
    definitions = document.definitions
    fragments = {item.name.value: item for item in definitions if isinstance(item, FragmentDefinitionNode)}
    total = Measure()
    for item in definitions:
        if not isinstance(item, OperationDefinitionNode):
            continue
        values = {**_defaults(item), **(variables or {})}
        root = schema.get_root_type(item.operation)
        measured = Walk(schema, fragments, values).selections(item.selection_set, root)
        total.fields += measured.fields
        total.aliases += measured.aliases
        if operation_name is None or (item.name and item.name.value == operation_name):
            total.cost, total.depth = measured.cost, measured.depth
            if item.operation is OperationType.MUTATION:
                total.cost += 10 * len(item.selection_set.selections)
    return total


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        item.variable.name.value: int(item.default_value.value)
        for item in operation.variable_definitions
        if isinstance(item.default_value, IntValueNode) and len(item.default_value.value) < 10
    }


def sent(variables: dict[str, Any] | None) -> int:
    """What reading the variables costs: one for each ten values in them."""
    count = 0
    waiting: list[dict[str, Any] | list[Any]] = [variables or {}]
    while waiting:
        inner = waiting.pop()
        count += len(inner)
        items: Iterable[Any] = inner.values() if isinstance(inner, dict) else inner
        waiting += [item for item in items if isinstance(item, dict | list)]
    return count // VALUES_FOR_ONE


def refuse_excess(measured: Measure) -> None:
    """Refuse what is beyond the limits of one request.

    Raises:
        GraphQLError: names the limit and what was asked.
    """
    limits = (
        (measured.depth, MAX_DEPTH, _("The document has %(asked)d levels. Ask for at most %(limit)d.")),
        (measured.fields, MAX_FIELDS, _("The document names %(asked)d fields. Name at most %(limit)d.")),
        (measured.aliases, MAX_ALIASES, _("The document has %(asked)d aliases. Use at most %(limit)d.")),
        (measured.cost, MAX_COST, _("The answer could hold %(asked)d objects. Ask for at most %(limit)d, in pages.")),
    )
    for asked, limit, message in limits:
        if asked > limit:
            raise too_expensive(message % {"asked": asked, "limit": limit})
