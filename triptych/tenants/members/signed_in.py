"""Who the request is from. Every view of a tenant's host wants a signed-in member unless it says `@public_page`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user, logout
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from triptych.platform.web import logs
from triptych.platform.web.coming import coming_from
from triptych.tenants.members.models import Member

View = TypeVar("View", bound=Callable[..., Any])


def public_page(view: View) -> View:
    """Mark a view that strangers may open, too."""
    view.is_public_page = True  # type: ignore[attr-defined]
    return view


def person_of(request: HttpRequest) -> Any:
    """Whose session it is, as `django.contrib.auth.get_user` has it, without its statement: they came with the session.

    A session that does not fit them (their password was changed, they were blocked) is left to Django, which ends it.
    """
    session: Any = request.session
    signed = session.get(HASH_SESSION_KEY, "")
    person = session.person
    fits = (
        person is not None
        and person.is_active
        and session.get(SESSION_KEY) == str(person.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(signed, person.get_session_auth_hash())
    )
    return person if fits else get_user(request)


def member_of(request: HttpRequest) -> Member | None:
    """The active member of this tenant who is signed in, if anybody is."""
    if not request.user.is_authenticated:
        return None
    member: Member | None = request.session.member  # type: ignore[attr-defined]
    return member if member and member.person_id == request.user.pk else None


class PersonMiddleware(AuthenticationMiddleware):
    """Django's, with `person_of`."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: person_of(request))  # type: ignore[assignment]


class MemberMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Set `request.member`, and lead strangers to the sign-in."""
        if request.tenant is None:  # type: ignore[attr-defined]
            return None
        member = member_of(request)
        request.member = member  # type: ignore[attr-defined]
        if member is not None:
            logs.bind(member=str(member.pk))
            return None
        if getattr(view, "is_public_page", False):
            return None
        if request.user.is_authenticated:
            logout(request)  # somebody who is no member any more
        if request.headers.get("HX-Request"):
            page = coming_from(request, "HX-Current-URL").geturl()
            to = redirect_to_login(page).headers["Location"] if page else "/login/"
            return HttpResponse(status=204, headers={"HX-Redirect": to})
        if request.method not in ("GET", "HEAD"):  # what was posted cannot be opened
            return redirect_to_login(coming_from(request, "Referer").geturl() or "/")
        return redirect_to_login(request.get_full_path())
