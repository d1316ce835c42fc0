"""How passwords are kept: Argon2id, with the first parameters that OWASP's Password Storage Cheat Sheet names."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """46 MiB, one pass, one lane. Django's own figures ask 100 MiB of eight lanes for each sign-in."""

    memory_cost = 47_104
    time_cost = 1
    parallelism = 1
