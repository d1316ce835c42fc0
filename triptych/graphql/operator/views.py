"""`POST /operator/graphql/` on the public host, for signed-in operators. Runs in the control scope."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from graphql import ExecutionResult, GraphQLError, OperationType, execute_sync, get_operation_ast, parse, validate

from triptych.graphql import limits, over_http
from triptych.graphql.authentication import lacks_csrf_token
from triptych.graphql.errors import FORBIDDEN, UNAUTHENTICATED, bad_input
from triptych.graphql.operator.schema import schema
from triptych.graphql.over_http import Asked, Unusable
from triptych.tenants.operators import is_operator
from triptych.tenants.sign_in import has_second_factor


@csrf_exempt  # checked below, so that the answer is GraphQL
def operator_graphql(request: HttpRequest) -> HttpResponse:
    media_type = over_http.answer_type(request)
    try:
        over_http.must_be_a_post(request, media_type)
        if not is_operator(request):
            return over_http.refusal(_("Sign in as an operator."), UNAUTHENTICATED, 401, media_type, {})
        if not has_second_factor(request.user):  # type: ignore[arg-type]  # an operator is somebody
            message = _("Set up a code from an app or a passkey first, under Sign-in and security.")
            return over_http.refusal(message, FORBIDDEN, 403, media_type, {})
        if lacks_csrf_token(request):
            message = _("The request lacks the CSRF token of this session. Send it as X-CSRFToken.")
            return over_http.refusal(message, FORBIDDEN, 403, media_type, {})
        result = _executed(over_http.asked_of(request), request)
    except Unusable as refused:
        return over_http.unusable(refused, media_type)
    return over_http.answer(result.data, result.errors, None, media_type)


def _executed(asked: Asked, request: HttpRequest) -> ExecutionResult:
    graphql_schema = schema.graphql_schema
    try:
        document = parse(asked.query, max_tokens=limits.MAX_TOKENS)
        limits.refuse_excess(limits.measure(graphql_schema, document, asked.operation_name, asked.variables))
    except GraphQLError as error:
        return ExecutionResult(None, [error])
    except RecursionError:
        return ExecutionResult(None, [limits.too_expensive(_("The document is nested too deeply."))])
    operation = get_operation_ast(document, asked.operation_name)
    if operation is None:
        return ExecutionResult(None, [bad_input(_("Name the operation to run in “operationName”."))])
    if operation.operation is not OperationType.QUERY:
        return ExecutionResult(None, [bad_input(_("This API only reads."))])
    if errors := validate(graphql_schema, document):
        return ExecutionResult(None, errors)
    result = execute_sync(
        graphql_schema,
        document,
        context_value=request,
        variable_values=asked.variables,
        operation_name=asked.operation_name,
    )
    return ExecutionResult(result.data, [_page_too_large(error) for error in result.errors or ()])


def _page_too_large(error: GraphQLError) -> GraphQLError:
    """graphene-django says with an assertion that `first` is above its limit; anything else stays as it is."""
    if isinstance(error.original_error, AssertionError) and "limit" in error.message:
        return bad_input(error.message)
    return error
