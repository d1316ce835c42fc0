"""Sign-in through django-allauth: what we decide differently, and the fields our pages use.

A person is looked for inside the tenant whose host was called: row-level security hides everybody else, so who is no
member here reads “wrong e-mail or password” like a stranger. On the bare host, where everybody is in sight, the same is
said to all but operators.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import LoginForm
from allauth.account.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet
from django import forms
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from triptych.platform import clock, scope
from triptych.platform.scope import CONTROL

SILENT = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")
"""Messages of allauth that tell people what they see anyway."""


def may_be_here(person: AbstractBaseUser) -> bool:
    """Whether somebody may be signed in where the connection stands: on the bare host only operators may."""
    return scope.current() is not CONTROL or bool(getattr(person, "is_operator", False))


class SignInBackend(AuthenticationBackend):
    """allauth's, for which on the bare host nobody but operators exists: neither their passwords nor their sessions."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:  # type: ignore[override]
        person = super().authenticate(request, **credentials)
        if scope.current() is CONTROL:
            self.unstash_authenticated_user()  # or a closed account's right password would be told from a wrong one
        return person if person is not None and may_be_here(person) else None

    def get_user(self, user_id: Any) -> Any:
        person = super().get_user(user_id)
        return person if person is not None and may_be_here(person) else None


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail or the password is wrong. Try again, or reset the password."),
        "invalid_login": _("The e-mail or the password is wrong. Try again, or reset the password."),
        "incorrect_password": _("This password is wrong. Try again, or reset it."),
        "enter_current_password": _("This is not your current password."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
        "rate_limited": _("Too many tries. Wait a few minutes, then try again."),
    }

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin a session and note browser and time, for the list of sessions."""
        super().login(request, user)
        request.session["user_agent"] = request.headers.get("User-Agent", "")[:300]
        request.session["signed_in_at"] = clock.now().isoformat()

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse | None:
        """A passkey needs no password, so it is asked here, too, whether its holder may come in."""
        if not may_be_here(user):
            return redirect(settings.LOGIN_URL)
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("operator") if scope.current() is CONTROL else str(super().get_login_redirect_url(request))

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Save the password alone; allauth would save whatever was read before, too."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        return user.check_password(password)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People join by invitation, or sign up on the public site."""
        return False

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if message_template not in SILENT:
            super().add_message(request, level, message_template, *args, **kwargs)

    def format_email_subject(self, subject: str) -> str:
        """Our subjects stand as they are written, without the host in brackets."""
        return subject


class MFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong or too old. Take the newest one from your app."),
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the base domain, so that one opens all of a person's workspaces.

        Browsers accept no bare `localhost` for its subdomains, and a tenant's own domain is a party of its own.
        """
        host = str(allauth_context.request.get_host()).partition(":")[0]
        ours = settings.BASE_DOMAIN != "localhost" and host.endswith(f".{settings.BASE_DOMAIN}")
        return {"id": settings.BASE_DOMAIN if ours else host, "name": "Triptych"}


def has_second_factor(person: AbstractBaseUser) -> bool:
    """Whether a password is not enough for them. Who only proved a password is then sent to the sign-in."""
    return bool(is_mfa_enabled(person))


def _cipher() -> Fernet:
    """The cipher of second factors at rest, with a key derived from the secret key for this alone."""
    digest = hashlib.sha256(b"second factors" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


class SignInForm(LoginForm):
    """E-mail and password. In the page the fields are called `email` and `password`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["login"].widget = forms.EmailInput(attrs={"autocomplete": "username webauthn", "autofocus": True})
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)

    def add_prefix(self, field_name: str) -> str:
        return "email" if field_name == "login" else str(super().add_prefix(field_name))


class ResetPasswordForm(AllauthResetPasswordForm):
    """Mails go to those who may sign in here; the page says the same to everybody."""

    def clean_email(self) -> str:
        email = str(super().clean_email())
        self.users = [person for person in self.users if may_be_here(person)]
        return email


class ReauthenticateForm(AllauthReauthenticateForm):
    """The password once more, before something sensitive."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs = {"autocomplete": "current-password", "autofocus": True}
