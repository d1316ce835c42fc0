"""Which language somebody is spoken to in: their own choice, else the workspace's, and before sign-in the browser's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header

from triptych.tenants.members.models import Member
from triptych.tenants.members.signed_in import member_of
from triptych.tenants.models import Tenant


def language_of(member: Member | None, tenant: Tenant) -> str:
    """The language of a member: the one they chose, else the workspace's."""
    return (member.language if member else "") or tenant.language


@contextmanager
def in_words_for(member: Member | None, tenant: Tenant) -> Iterator[None]:
    """Speak a member's language and count in the workspace's time zone, where no request has chosen them."""
    with translation.override(language_of(member, tenant)), timezone.override(tenant.timezone):
        yield


def language_asked(request: HttpRequest) -> str | None:
    """The first language of `Accept-Language` that we speak; None when it names none."""
    for code, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        with suppress(LookupError):
            return translation.get_supported_language_variant(code)
    return None


def language_middleware(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Speak the member's language. Stands where the person is known; until then the browser's is spoken.

    A program with a token is answered as its `Accept-Language` says.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        tenant: Tenant | None = request.tenant  # type: ignore[attr-defined]
        if tenant is not None:
            member = None if "Authorization" in request.headers else member_of(request)
            if member is not None or language_asked(request) is None:
                translation.activate(language_of(member, tenant))
        return get_response(request)

    return middleware
