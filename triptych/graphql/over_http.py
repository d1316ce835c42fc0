"""GraphQL over HTTP: what a request must look like, and how an answer does. Whatever comes in, GraphQL goes out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from graphql import GraphQLError

from triptych.graphql import text
from triptych.graphql.errors import BAD_INPUT, QUOTA_EXCEEDED, told
from triptych.graphql.limits import MAX_CHARACTERS

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


def answer_type(request: HttpRequest) -> str | None:
    """The better liked of the two media types; without an Accept header plain JSON, None when neither will do."""
    if "Accept" not in request.headers:
        return JSON
    return request.get_preferred_type([JSON, GRAPHQL])


def must_be_a_post(request: HttpRequest, media_type: str | None) -> None:
    """Make sure of the method, and that the client takes an answer.

    Raises:
        Unusable: it is another method, or none of our media types will do.
    """
    if media_type is None:
        raise Unusable(_("Accept application/graphql-response+json or application/json."), status=406)
    if request.method != "POST":
        raise Unusable(_("Send a POST."), status=405, Allow="POST")


def asked_of(request: HttpRequest) -> Asked:
    """The parameters in the body of a request.

    Raises:
        Unusable: it is no GraphQL request.
    """
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


def answer(
    data: Any, errors: Iterable[GraphQLError] | None, extensions: dict[str, Any] | None, media_type: str | None
) -> HttpResponse:
    """The answer to a document that was taken in. Without `data` its execution has not begun."""
    shown = [told(error) for error in errors or ()]
    begun = data is not None or any(error.path for error in shown)
    content: dict[str, Any] = {"data": data} if begun else {}
    if shown:
        content["errors"] = [error.formatted for error in shown]
    if extensions:
        content["extensions"] = extensions
    wait = next((_retry_after(error) for error in shown if _retry_after(error)), None)
    if wait is not None:
        return _response(content, 429, media_type, {"Retry-After": wait})
    return _response(content, 200 if begun or media_type == JSON else 400, media_type, {})


def _retry_after(error: GraphQLError) -> str | None:
    extensions = error.extensions or {}
    return str(extensions["retryAfter"]) if extensions.get("code") == QUOTA_EXCEEDED else None


def unusable(refused: Unusable, media_type: str | None) -> HttpResponse:
    """The answer to a request that is none of GraphQL's."""
    return refusal(refused.message, BAD_INPUT, refused.status, media_type, refused.headers)


def refusal(message: str, code: str, status: int, media_type: str | None, headers: dict[str, str]) -> HttpResponse:
    """An answer without data, for a request that is not let in or cannot be run."""
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
