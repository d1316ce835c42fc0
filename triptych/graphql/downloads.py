"""`GET /graphql/files/<id>/`: the bytes of a file, for those whom the API admits."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from triptych.graphql import over_http
from triptych.graphql.authentication import NotAdmitted, caller_of
from triptych.graphql.errors import FORBIDDEN, NOT_FOUND
from triptych.platform import clock
from triptych.platform.files import access, views
from triptych.tenants.members.signed_in import public_page
from triptych.tenants.routing import TenantRequest


@public_page
@require_GET
def download(request: TenantRequest, pk: UUID) -> HttpResponseBase:
    """Stream a file to a program with the scope “read”, or to a signed-in member."""
    try:
        caller = caller_of(request, at=clock.now())
        if not caller.may_read:
            raise NotAdmitted(_("This token has no scope “read”. Make one that has."), status=403, code=FORBIDDEN)
        return views.file_sent(access.file_to_see(caller.member, pk))
    except NotAdmitted as refused:
        headers = {"WWW-Authenticate": "Bearer"} if refused.status == 401 else {}
        return over_http.refusal(refused.message, refused.code, refused.status, over_http.JSON, headers)
    except Http404:
        message = _("There is no such record, or it is not yours to see.")
        return over_http.refusal(message, NOT_FOUND, 404, over_http.JSON, {})
