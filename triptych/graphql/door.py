"""`POST /graphql/`: the API of a tenant, for members and their programs."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType

from triptych.graphql import over_http
from triptych.graphql.authentication import NotAdmitted, caller_of
from triptych.graphql.composition import schema_for
from triptych.graphql.context import Context
from triptych.graphql.over_http import Asked, Unusable
from triptych.platform import clock
from triptych.platform.live.addresses import address_of
from triptych.platform.plugins import hooks
from triptych.tenants.members.signed_in import public_page
from triptych.tenants.routing import TenantRequest


@csrf_exempt  # `caller_of` checks it for sessions; tokens need none
@public_page
def graphql(request: TenantRequest) -> HttpResponse:
    """Run a query or mutation for whoever signs in or brings a token."""
    media_type = over_http.answer_type(request)
    try:
        over_http.must_be_a_post(request, media_type)
        now = clock.now()
        caller = caller_of(request, at=now)
        result = _executed(over_http.asked_of(request), Context(request, request.tenant, caller, now))
    except NotAdmitted as refused:
        headers = {"WWW-Authenticate": "Bearer"} if refused.status == 401 else {}
        return over_http.refusal(refused.message, refused.code, refused.status, media_type, headers)
    except Unusable as refused:
        return over_http.unusable(refused, media_type)
    return over_http.answer(result.data, result.errors, result.extensions, media_type)


def _executed(asked: Asked, context: Context) -> ExecutionResult:
    schema = schema_for(hooks.enabled_plugins(), context.member)
    try:
        return schema.execute_sync(
            asked.query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation_name,
            allowed_operation_types=(OperationType.QUERY, OperationType.MUTATION),
        )
    except MissingQueryError:
        raise Unusable(_("“query” must be a text with a GraphQL document.")) from None
    except CannotGetOperationTypeError:
        raise Unusable(
            _("The document has no operation to run. Name one of its operations in “operationName”.")
        ) from None
    except InvalidOperationTypeError:
        where = address_of(context.request, "graphql/")
        raise Unusable(_("Subscriptions are served as server-sent events at %s.") % where) from None
