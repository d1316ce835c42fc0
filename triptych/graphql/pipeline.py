"""What happens to a request between the door and the resolvers: limits before, errors told and the bill after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    IntValueNode,
    MaxIntrospectionDepthRule,
    NamedTypeNode,
    OperationDefinitionNode,
    StringValueNode,
    Visitor,
    visit,
)
from strawberry.extensions import ParserCache, SchemaExtension

from triptych.graphql import limits, quota
from triptych.graphql.context import Context
from triptych.graphql.errors import FORBIDDEN, bad_input
from triptych.graphql.filters import refuse_flood
from triptych.graphql.text import UNFIT, is_fit


class Admission(SchemaExtension):
    """Measures each document before it is validated, charges the caller, and writes the bill into the answer."""

    requested = 0
    account: quota.Account | None = None

    def on_operation(self) -> Iterator[None]:
        self.execution_context.parse_options["max_tokens"] = limits.MAX_TOKENS
        yield

    def on_validate(self) -> Iterator[None]:
        try:
            self._admit()
        except GraphQLError as error:
            self.execution_context.pre_execution_errors = [error]
        else:
            self.execution_context.validation_rules += (MaxIntrospectionDepthRule,)
        yield

    def _admit(self) -> None:
        asked = self.execution_context
        document, context = asked.graphql_document, self._context
        assert document is not None
        _refuse_several_operations(document, asked._provided_operation_name)
        _refuse_unfit_values(asked.query or "", document)
        measured = limits.measure(asked.schema._schema, document, asked.operation_name, asked.variables)
        measured.cost += limits.sent(asked.variables)
        self.requested = measured.cost
        limits.refuse_excess(measured)
        _refuse_large_filters(document, asked.variables or {})
        self.account = quota.charge(context.caller.key, measured.cost, now=context.now)
        if not context.caller.may_read:
            message = "This token has no scope “read”. Make one that has."
            raise GraphQLError(message, extensions={"code": FORBIDDEN})

    @property
    def _context(self) -> Context:
        context: Context = self.execution_context.context
        return context

    def get_results(self) -> dict[str, Any]:
        context = self._context
        account = self.account or quota.balance(context.caller.key, requested=self.requested, now=context.now)
        hidden = context.hidden_fields
        return {"cost": account.shown(), **({"hiddenFields": hidden} if hidden else {})}


def _refuse_unfit_values(query: str, document: DocumentNode) -> None:
    """Refuse texts that no column can hold (they can only come from an escape) and numbers that no machine reads."""
    if "\\" in query or _endless_number.search(query):
        visit(document, _Values())


def _refuse_large_filters(document: DocumentNode, variables: dict[str, Any]) -> None:
    for operation in document.definitions:
        for defined in getattr(operation, "variable_definitions", None) or ():
            kind = defined.type
            while not isinstance(kind, NamedTypeNode):
                kind = kind.type
            if kind.name.value.endswith("Filter"):
                refuse_flood(variables.get(defined.variable.name.value))


_endless_number = re.compile(r"\d{400}")


class _Values(Visitor):
    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        if not is_fit(node.value):
            raise bad_input(UNFIT)

    def enter_int_value(self, node: IntValueNode, *_: Any) -> None:
        if len(node.value) >= 400:
            raise bad_input("A number has 400 digits or more. Send shorter ones.")

    enter_float_value = enter_int_value


def _refuse_several_operations(document: DocumentNode, name: str | None) -> None:
    operations = [item for item in document.definitions if isinstance(item, OperationDefinitionNode)]
    if name is None and len(operations) > 1:
        raise bad_input("The document has several operations. Name the one to run in “operationName”.")


EXTENSIONS = [Admission, ParserCache]
