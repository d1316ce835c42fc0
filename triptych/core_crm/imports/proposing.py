"""What a file probably is: which object, which column is which field, which pipeline."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePath
from typing import Any

from rapidfuzz import fuzz

from triptych.core_crm.imports.importer import Field, Importer, Kind
from triptych.core_crm.imports.mapping import Names, propose_mapping, strength_of
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.profiling import Profile
from triptych.core_crm.imports.registry import Target, all_importers, target_named
from triptych.core_crm.imports.values import folded

MOST_NAMES = 20_000


def proposed_mapping(
    profile: Profile, target: Target, besides: Mapping[str, Collection[str]] | None = None
) -> dict[str, str]:
    """The likeliest mapping of the file to the object. `besides` are folded names by object, of records that come in
    with the file."""
    names = {name: known | frozenset((besides or {}).get(name, ())) for name, known in known_names(target).items()}
    return target.importer.refined(propose_mapping(list(profile.columns.values()), target.fields, names), profile)


def proposed_object(profile: Profile, file_name: str, importers: Iterable[Importer]) -> str:
    """The object that most of the file's columns fit, with a word for the one that the file is named after."""
    best, name = -1.0, ""
    title = folded(PurePath(file_name).stem)
    for importer in importers:
        target = target_named(importer.name)
        mapping = proposed_mapping(profile, target)
        if any(field.required and field.name not in mapping for field in target.fields):
            continue
        if not mapping.keys() & set(importer.telling):
            continue
        called = max(fuzz.partial_ratio(folded(word), title) for word in (importer.name, *importer.file_words))
        score = strength_of(mapping, profile, target.fields) + 0.4 * called / 100
        if score > best:
            best, name = score, importer.name
    return name


def known_names(target: Target) -> Names:
    """The names that a column's values may turn out to be."""
    names: dict[str, frozenset[str]] = {}
    for field in target.fields:
        if field.kind is Kind.LINK and field.link not in names:
            names[field.link] = frozenset(_folds(target, field))
    return names


def _folds(target: Target, field: Field) -> set[str]:
    if target.importer.own_names(field.name, {}) is not None:
        return set()
    importer = all_importers().get(field.link)
    folds: set[str] = set()
    for _pk, name in importer.names() if importer else ():
        folds.add(folded(name))
        if len(folds) >= MOST_NAMES:
            break
    return folds


def settled_options(record: Import, profile: Profile, target: Target) -> dict[str, Any]:
    """The object's options with what nobody chose filled in."""
    texts = {name: list(profile.columns[column].values) for name, column in record.mapping.items()}
    return target.importer.settled(record.options, texts, PurePath(record.file_name).stem)
