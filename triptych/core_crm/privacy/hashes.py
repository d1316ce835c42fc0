"""An address as nobody can read it: a keyed hash, another one in each workspace."""

from django.utils.crypto import salted_hmac

from triptych.platform import scope


def hash_of(email: str) -> str:
    """The keyed hash (HMAC with SHA-256) of an address, whatever its case, in this workspace."""
    salt = f"triptych.privacy:{scope.current().schema_name}"
    return salted_hmac(salt, email.strip().lower(), algorithm="sha256").hexdigest()
