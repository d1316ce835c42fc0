"""Operators: people who run the installation. They sign in on the bare host, where nobody else can.

An operator who is also a member of a tenant is a member there like any other: a tenant's host has no door to the
console, and a session of one host does not exist on another.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from triptych.platform import scope
from triptych.platform.refusals import Refused
from triptych.platform.scope import CONTROL, entered
from triptych.platform.web import toasts
from triptych.tenants.actions import random_password
from triptych.tenants.models import Person, Session
from triptych.tenants.sign_in import has_second_factor, may_be_here

logger = logging.getLogger(__name__)
View = Callable[..., HttpResponseBase]


def is_operator(request: HttpRequest) -> bool:
    """Whether the request is from an operator who is signed in on the bare host."""
    at_home = getattr(request, "tenant", None) is None and scope.current() is CONTROL
    return at_home and request.user.is_authenticated and may_be_here(request.user)


def signed_in_operator(view: View) -> View:
    """Let operators alone open a view of the bare host; others are led to the sign-in."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_operator(request):
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded


def operator_page(view: View) -> View:
    """A page of the console: for operators with a second factor. Who has none yet is led to where it is set up."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not has_second_factor(request.user):  # type: ignore[arg-type]  # signed in: the wrapper below saw to it
            toasts.warn(request, _("Set up a code from an app or a passkey first. Then the console opens."))
            return redirect("mfa_index")
        return view(request, *args, **kwargs)

    return signed_in_operator(guarded)


@transaction.atomic
def add_operator(*, email: str, password: str | None = None) -> tuple[Person, str]:
    """Make somebody an operator: an existing person, or a new one. Returns them and the password that was made up.

    Doing it twice changes nothing. An existing person's password stays as it is.

    Raises:
        Refused: the e-mail or the password cannot be used, or a password is given for somebody who has one.
    """
    email = email.strip().lower()
    made_up = ""
    with entered(CONTROL):
        person = Person.objects.filter(email__iexact=email).first()
        if person is not None and password is not None:
            raise Refused(_("%s has an account, whose password stays as it is. Leave out --password.") % email)
        if person is None:
            made_up = "" if password else random_password()
            person = _new_person(email, password or made_up)
        person.is_operator = True
        person.save()
    logger.info("operator added", extra={"person": str(person.pk)})
    return person, made_up


def _new_person(email: str, password: str) -> Person:
    person = Person(email=email)
    try:
        validate_email(email)
        validate_password(password, person)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    person.set_password(password)
    return person


@transaction.atomic
def remove_operator(*, email: str) -> Person:
    """Make an operator an ordinary person again and end their sessions on the bare host.

    Raises:
        Refused: they are none.
    """
    with entered(CONTROL):
        person = Person.objects.filter(email__iexact=email.strip(), is_operator=True).first()
        if person is None:
            raise Refused(_("%s is no operator. `triptych operator list` shows all.") % email)
        person.is_operator = False
        person.save(update_fields=["is_operator"])
        Session.objects.filter(person=person, tenant=None).delete()
    logger.info("operator removed", extra={"person": str(person.pk)})
    return person


def all_operators() -> list[tuple[Person, bool]]:
    """The operators by e-mail, each with whether they have a second factor."""
    with entered(CONTROL):
        found = Person.objects.filter(is_operator=True).order_by("email", "pk")
        return [(person, has_second_factor(person)) for person in found]
