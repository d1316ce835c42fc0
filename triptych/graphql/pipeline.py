"""What happens to a request between the door and the resolvers: limits before, errors told and the bill after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError, MaxIntrospectionDepthRule, StringValueNode, Visitor, visit
from strawberry.extensions import ParserCache, SchemaExtension

from triptych.graphql import limits, quota
from triptych.graphql.context import Context
from triptych.graphql.errors import FORBIDDEN, TellErrors, bad_input
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
        _refuse_unfit_text(asked.query or "", document)
        measured = limits.measure(asked.schema._schema, document, asked.operation_name, asked.variables)
        self.requested = measured.cost
        limits.refuse_excess(measured)
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
        return {"cost": account.shown()}


def _refuse_unfit_text(query: str, document: Any) -> None:
    """Refuse texts in the document that no database column can hold. They can only come from an escape."""
    if "\\" not in query:
        return

    class Texts(Visitor):
        def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
            if not is_fit(node.value):
                raise bad_input(UNFIT)

    visit(document, Texts())


EXTENSIONS = [TellErrors, Admission, ParserCache]
