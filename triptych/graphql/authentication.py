"""Who calls the API: a member with a session and its CSRF token, or a program with a bearer token. Never both."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _

from triptych.graphql.context import Caller
from triptych.graphql.errors import FORBIDDEN, UNAUTHENTICATED
from triptych.platform.web import logs
from triptych.tenants.members import tokens


class NotAdmitted(Exception):
    """Nobody whom the API knows."""

    def __init__(self, message: str, *, status: int, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code


def caller_of(request: HttpRequest, *, at: datetime) -> Caller:
    """The caller of a request on a tenant's host. An `Authorization` header wins: the session is then not looked at.

    Raises:
        NotAdmitted: with 401 for strangers and with 403 for a session without its CSRF token.
    """
    logs.bind(door="api")
    if "Authorization" in request.headers:
        return _bearer(request.headers["Authorization"], at=at)
    member = getattr(request, "member", None)
    if member is None:
        raise NotAdmitted(_("Sign in, or send a token: Authorization: Bearer …"), status=401, code=UNAUTHENTICATED)
    if lacks_csrf_token(request):
        raise NotAdmitted(
            _("The request lacks the CSRF token of this session. Send it as X-CSRFToken."), status=403, code=FORBIDDEN
        )
    return Caller(member)


def _bearer(header: str, *, at: datetime) -> Caller:
    scheme, _space, text = header.partition(" ")
    token = tokens.valid_token(text.strip(), at=at) if scheme.lower() == "bearer" else None
    if token is None:
        raise NotAdmitted(
            _("The token is unknown, expired or revoked. Make a new one under Settings, API tokens."),
            status=401,
            code=UNAUTHENTICATED,
        )
    logs.bind(member=str(token.member_id), token=str(token.pk))
    return Caller(token.member, token)


def lacks_csrf_token(request: HttpRequest) -> bool:
    """The view is exempt from the middleware for the sake of tokens, so the check is made here."""
    middleware = CsrfViewMiddleware(lambda request: HttpResponse())
    return middleware.process_view(request, lambda request: HttpResponse(), (), {}) is not None
