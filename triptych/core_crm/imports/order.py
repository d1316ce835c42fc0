"""In what order tables that came together are written, so that each finds the records it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from triptych.core_crm.imports.importer import Field, Kind
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.registry import target_named


@dataclass(frozen=True)
class Link:
    """That a column of one table names records that another one brings. `is_weak` ones may wait for a second pass."""

    of: Import
    field: Field
    to: Import
    is_weak: bool


def links_between(records: Sequence[Import]) -> list[Link]:
    """The links between the tables of an upload, also those of a table to itself."""
    return [link for record in records if record.object_name for link in _links_of(record, records)]


def _links_of(record: Import, records: Sequence[Import]) -> Iterator[Link]:
    target = target_named(record.object_name)
    own = {field.name for field in target.importer.fields()}
    for field in target.fields:
        if field.name not in record.mapping or field.kind is not Kind.LINK:
            continue
        if target.importer.own_names(field.name, record.options) is not None:
            continue
        for other in records:
            if other.object_name == field.link:
                yield Link(record, field, other, is_weak=field.deferred or field.name not in own)


def in_order(records: Sequence[Import]) -> list[Import]:
    """The tables, each after those that it names; where they name each other, the links that can wait do."""
    links = [link for link in links_between(records) if link.of.pk != link.to.pk]
    left, ordered = list(records), []
    while left:
        chosen = _free(left, links) or _free(left, [link for link in links if not link.is_weak]) or left[0]
        left.remove(chosen)
        ordered.append(chosen)
    return ordered


def _free(left: Sequence[Import], links: Sequence[Link]) -> Import | None:
    """The first table that names nothing of the others that are left."""
    keys = {record.pk for record in left}
    held = {link.of.pk for link in links if link.to.pk in keys}
    return next((record for record in left if record.pk not in held), None)


def waiting_fields(record: Import) -> frozenset[str]:
    """The fields whose links are set in a second pass, since what they name comes in with the table or after it."""
    ordered = in_order(record.together())
    place = {one.pk: number for number, one in enumerate(ordered)}
    mine = (link for link in links_between(ordered) if link.of.pk == record.pk and link.is_weak)
    return frozenset(link.field.name for link in mine if place[link.to.pk] >= place[record.pk])
