"""Who is mentioned in a text: “@Ada Lovelace”."""

from __future__ import annotations

from collections.abc import Collection

from triptych.tenants.members.models import Member


def mentioned(text: str, members: Collection[Member]) -> list[Member]:
    """The members whose name follows an @ in the text; of several fitting names the longest one counts."""
    found: dict[object, Member] = {}
    lower = text.lower()
    by_length = sorted(members, key=lambda one: -len(one.name))
    at = lower.find("@")
    while at >= 0:
        if at == 0 or not lower[at - 1].isalnum():
            rest = lower[at + 1 :]
            for one in by_length:
                name = one.name.lower()
                if name and rest.startswith(name) and not rest[len(name) : len(name) + 1].isalnum():
                    found[one.pk] = one
                    break
        at = lower.find("@", at + 1)
    return list(found.values())
