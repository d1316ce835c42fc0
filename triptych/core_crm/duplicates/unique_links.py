"""Where a contact works: at most one company is the primary one, and each is named once."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from triptych.core_crm.contacts.models import Company, Contact, ContactCompany
from triptych.core_crm.duplicates.links import Moving


def settle_companies(moving: Moving) -> None:
    """Make ready, before links between contacts and companies move, those that would be there twice.

    Of two links between the same contact and company the one that stays takes over that it is the primary one, and
    that it still lasts; the other one remains with the merged record.
    """
    if isinstance(moving.winner, Contact):
        own = ContactCompany.objects.filter(contact=moving.winner.pk)
        others = ContactCompany.objects.filter(contact=moving.loser.pk)
        if own.filter(is_primary=True).exists():
            _not_primary(moving, others)
        _settle_pairs(moving, own, others, "company_id")
    elif isinstance(moving.winner, Company):
        own = ContactCompany.objects.filter(company=moving.winner.pk)
        others = ContactCompany.objects.filter(company=moving.loser.pk)
        _settle_pairs(moving, own, others, "contact_id")


def _settle_pairs(moving: Moving, own: QuerySet[Any], others: QuerySet[Any], by: str) -> None:
    kept = {getattr(link, by): link for link in own}
    for left in others.filter(**{f"{by}__in": list(kept)}).order_by("pk"):
        stays = kept[getattr(left, by)]
        was_primary = left.is_primary
        if was_primary:
            _write(moving, left, is_primary=False)
        if stays.ended_on is not None and left.ended_on is None:
            _write(moving, stays, ended_on=None)
        if was_primary:
            _write(moving, stays, is_primary=True)


def _not_primary(moving: Moving, links: QuerySet[Any]) -> None:
    for link in links.filter(is_primary=True).order_by("pk"):
        _write(moving, link, is_primary=False)


def _write(moving: Moving, link: ContactCompany, **values: Any) -> None:
    columns = {column.attname: column for column in link._meta.concrete_fields}

    def image() -> dict[str, Any]:
        return {name: None if getattr(link, name) is None else columns[name].value_to_string(link) for name in values}

    before = image()
    for name, value in values.items():
        setattr(link, name, value)
    after = image()
    moving.write(ContactCompany, [str(link.pk)], before, after)
