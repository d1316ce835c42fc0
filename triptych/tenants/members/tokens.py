"""API tokens: made, checked and revoked here. The text of a token is shown once; only its digest is kept."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from triptych.platform.refusals import Refused
from triptych.tenants.members.models import ApiToken, Member, digest_of

READ, WRITE = "read", "write"
SCOPES = (READ, WRITE)
PREFIX = "tri_"
"""What every token begins with, so that scanners for leaked secrets can tell one."""

MOST = 20
"""So many valid tokens a member has at most: each has a quota of its own."""


class TokenRefused(Refused):
    """The token cannot be made."""

    code = "TOKEN_REFUSED"


def create_token(
    *, member: Member, scopes: Collection[str], expires_at: datetime | None, name: str, now: datetime
) -> tuple[ApiToken, str]:
    """Make a token that acts as the member, and its text, which nobody can read again.

    Raises:
        TokenRefused: a scope is unknown, “read” is missing, the time has passed, the member may not have it or has 20.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        raise TokenRefused(_("There is no scope “%s”. The scopes are read and write.") % unknown[0], field="scopes")
    if READ not in scopes:
        raise TokenRefused(_("A token must have the scope read; what writes also reads its answers."), field="scopes")
    if WRITE in scopes and not member.may_write:
        raise TokenRefused(_("A reader cannot have a token that writes. Leave out the scope write."), field="scopes")
    if not member.is_active:
        raise TokenRefused(_("%s is not active any more and cannot have a token.") % member)
    if expires_at is not None and expires_at <= now:
        raise TokenRefused(_("The token would have expired already. Choose a later day."), field="expires_at")
    valid = ApiToken.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), member=member, revoked_at=None)
    if valid.count() >= MOST:
        raise TokenRefused(_("There are %d valid tokens of yours already. Revoke one that is not needed.") % MOST)
    text = PREFIX + secrets.token_urlsafe(32)
    ordered = [scope for scope in SCOPES if scope in scopes]
    token = ApiToken.objects.create(
        member=member, name=name, digest=digest_of(text), scopes=ordered, created_at=now, expires_at=expires_at
    )
    return token, text


def revoke_token(*, token: ApiToken, now: datetime) -> ApiToken:
    """Make a token useless from now on. Revoking it again changes nothing."""
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
    return token


def valid_token(text: str, *, at: datetime) -> ApiToken | None:
    """The token of that text, its member loaded, if it may be used in this tenant at that time."""
    if not text.startswith(PREFIX):
        return None
    token = ApiToken.objects.select_related("member").filter(digest=digest_of(text)).first()
    return token if token is not None and token.is_valid(at=at) else None
