"""The second factor of people in tests."""

import pytest
from allauth.mfa.totp.internal import auth


def code_now(secret: str) -> str:
    """What an authenticator app shows for that key now."""
    return auth.format_hotp_value(auth.hotp_value(secret, next(auth.yield_hotp_counters_from_time())))


def let_codes_stand_still(patch: pytest.MonkeyPatch) -> None:
    """From here on the same code is good, also when half a minute ends between showing and entering it."""
    counters = list(auth.yield_hotp_counters_from_time())
    patch.setattr(auth, "yield_hotp_counters_from_time", lambda: iter(counters))
