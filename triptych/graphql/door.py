"""`POST /graphql/`: GraphQL over HTTP, for members and their programs. Whatever comes in, GraphQL goes out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType

from triptych.graphql import text
from triptych.graphql.authentication import NotAdmitted, caller_of
from triptych.graphql.composition import schema_for
from triptych.graphql.context import Context
from triptych.graphql.errors import BAD_INPUT, QUOTA_EXCEEDED, told
from triptych.graphql.limits import MAX_CHARACTERS
from triptych.platform import clock
from triptych.platform.plugins import hooks
from triptych.tenants.members.signed_in import public_page
from triptych.tenants.routing import TenantRequest

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"


class Unusable(Exception):
    """The HTTP request is none of GraphQL's; the message says what one looks like."""

    def __init__(self, message: str, *, status: int = 400, **headers: str) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.headers = headers


@dataclass(frozen=True)
class Asked:
    """The parameters of a GraphQL request."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None


@csrf_exempt  # `caller_of` checks it for sessions; tokens need none
@public_page
def graphql(request: TenantRequest) -> HttpResponse:
    media_type = _answer_type(request)
    try:
        if media_type is None:
            raise Unusable(_("Accept application/graphql-response+json or application/json."), status=406)
        if request.method != "POST":
            raise Unusable(_("Send a POST."), status=405, Allow="POST")
        now = clock.now()
        caller = caller_of(request, at=now)
        asked = _asked(request)
        context = Context(request, request.tenant, caller, now)
        result = _executed(asked, context)
    except NotAdmitted as refused:
        headers = {"WWW-Authenticate": "Bearer"} if refused.status == 401 else {}
        return _refusal(refused.message, refused.code, refused.status, media_type, headers)
    except Unusable as unusable:
        return _refusal(unusable.message, BAD_INPUT, unusable.status, media_type, unusable.headers)
    return _answer(result, media_type)


def _answer_type(request: HttpRequest) -> str | None:
    """The better liked of the two media types; without an Accept header plain JSON, None when neither will do."""
    if "Accept" not in request.headers:
        return JSON
    return request.get_preferred_type([JSON, GRAPHQL])


def _asked(request: HttpRequest) -> Asked:
    given = _json(request)
    if not isinstance(given, dict):
        raise Unusable(_("The body must be one JSON object with “query”. Batches are not taken."))
    query, variables = given.get("query"), given.get("variables")
    name, extensions = given.get("operationName"), given.get("extensions")
    if not isinstance(query, str) or not query.strip():
        raise Unusable(_("“query” must be a text with a GraphQL document."))
    if len(query) > MAX_CHARACTERS:
        raise Unusable(_("The document is longer than %d characters.") % MAX_CHARACTERS, status=413)
    if variables is not None and not isinstance(variables, dict):
        raise Unusable(_("“variables” must be an object."))
    if name is not None and not isinstance(name, str):
        raise Unusable(_("“operationName” must be a text."))
    if extensions is not None and not isinstance(extensions, dict):
        raise Unusable(_("“extensions” must be an object."))
    return Asked(query, variables, name)


def _json(request: HttpRequest) -> Any:
    if request.content_type != JSON:
        raise Unusable(_("Send application/json."), status=415)
    if (request.content_params or {}).get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise Unusable(_("Send UTF-8."), status=415)
    try:
        given = json.loads(request.body.decode(), parse_constant=_no_constant)
    except RequestDataTooBig:
        raise Unusable(_("The body is too large."), status=413) from None
    except UnreadablePostError:
        raise Unusable(_("The body broke off.")) from None
    except UnicodeDecodeError:
        raise Unusable(_("The body is not UTF-8.")) from None
    except RecursionError:
        raise Unusable(_("The body is nested too deeply.")) from None
    except ValueError:  # bad syntax, and numbers of more than 4,300 digits
        raise Unusable(_("The body is not JSON that can be read.")) from None
    if not text.all_fit(given):
        raise Unusable(text.UNFIT)
    return given


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _executed(asked: Asked, context: Context) -> ExecutionResult:
    schema = schema_for(hooks.enabled_plugins())
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
        raise Unusable(_("Subscriptions are not served here.")) from None


def _answer(result: ExecutionResult, media_type: str | None) -> HttpResponse:
    errors = [told(error) for error in result.errors or ()]
    begun = result.data is not None or any(error.path for error in errors)
    content: dict[str, Any] = {"data": result.data} if begun else {}
    if errors:
        content["errors"] = [error.formatted for error in errors]
    content["extensions"] = result.extensions or {}
    wait = next((_retry_after(error) for error in errors if _retry_after(error)), None)
    if wait is not None:
        return _response(content, 429, media_type, {"Retry-After": wait})
    return _response(content, 200 if begun or media_type == JSON else 400, media_type, {})


def _retry_after(error: GraphQLError) -> str | None:
    extensions = error.extensions or {}
    return str(extensions["retryAfter"]) if extensions.get("code") == QUOTA_EXCEEDED else None


def _refusal(message: str, code: str, status: int, media_type: str | None, headers: dict[str, str]) -> HttpResponse:
    content = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return _response(content, status, media_type, headers)


def _response(content: Any, status: int, media_type: str | None, headers: dict[str, str]) -> HttpResponse:
    response = HttpResponse(
        json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        status=status,
        content_type=f"{media_type or JSON}; charset=utf-8",
        headers=headers,
    )
    response["Cache-Control"] = "no-store"
    return response
