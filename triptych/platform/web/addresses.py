"""Addresses of single records. Lists ask for one or two per row, so the pattern of each view is worked out once."""

from functools import cache
from uuid import UUID

from django.conf import settings
from django.urls import reverse

ANY = UUID(int=0)


def address_of(view: str, pk: UUID) -> str:
    """What `reverse(view, args=[pk])` says. The addresses of records are those of a tenant's host everywhere."""
    return _pattern(view).format(pk)


@cache
def _pattern(view: str) -> str:
    return reverse(view, urlconf=settings.ROOT_URLCONF, args=[ANY]).replace(str(ANY), "{}")
