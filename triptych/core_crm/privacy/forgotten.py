"""Addresses whose owners were erased, known by their keyed hashes alone."""

from __future__ import annotations

from collections.abc import Iterable

from triptych.core_crm.privacy.hashes import hash_of
from triptych.core_crm.privacy.models import Erasure


def forgotten(emails: Iterable[str]) -> frozenset[str]:
    """Those of the addresses, as they are given, that somebody was erased by. One statement, none for no address."""
    hashes = {hash_of(email): email for email in emails if email}
    if not hashes:
        return frozenset()
    found = Erasure.objects.filter(hashes__overlap=list(hashes)).values_list("hashes", flat=True)
    return frozenset(hashes[one] for row in found for one in row if one in hashes)
