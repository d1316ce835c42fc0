"""Which records of an import undoing must leave alone, and why.

A record stays when somebody has changed it since, or when something refers to it that the import did not make.
Whatever stays keeps those it refers to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from triptych.core_crm.imports.changes import changes_of, marks_of, model_of
from triptych.core_crm.imports.importer import Importer
from triptych.core_crm.imports.models import Import
from triptych.core_crm.words import words_of
from triptych.platform.languages.wording import within_sentence

BOOKKEEPING = ("imports", "search")
"""Apps whose pointers to a record do not count as somebody's work on it."""

AT_ONCE = 5_000
Kept = dict[str, dict[UUID, str]]
"""Kind → record → why it stays."""


@dataclass
class Record:
    """What the import has done, by kind: records it made, and records it touched at all."""

    made: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    touched: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))


def what_stays(records: Sequence[Import], importers: Mapping[str, Importer]) -> Kept:
    """The records that stay when these imports are undone together, with a sentence each."""
    of_all = changes_of(records)
    kept: Kept = defaultdict(dict)
    done = Record()
    for kind in of_all.values_list("kind", flat=True).distinct().order_by("kind"):
        changes = list(of_all.filter(kind=kind).values_list("object_id", "mark", "before"))
        for start in range(0, len(changes), AT_ONCE):
            some = changes[start : start + AT_ONCE]
            marks = marks_of(kind, [pk for pk, _mark, _before in some])
            for pk, mark, before in some:
                done.touched[kind].add(pk)
                if pk in marks and marks[pk] != mark:
                    kept[kind][pk] = str(_("Somebody has changed it since."))
                elif before is None and pk in marks:
                    done.made[kind].add(pk)
    parts = {part: (kind, column) for kind, one in importers.items() for part, column in _part_columns(one)}
    grown = True
    while grown:
        size = _size(kept)
        for kind, ids in done.made.items():
            for pk, reason in _held(kind, ids - kept[kind].keys(), done, kept, parts):
                kept[kind].setdefault(pk, reason)
        grown = _size(kept) > size
    return kept


def _size(kept: Kept) -> int:
    return sum(len(reasons) for reasons in kept.values())


def _held(
    kind: str, ids: set[UUID], done: Record, kept: Kept, parts: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[UUID, str]]:
    """The records among `ids` that something refers to which will still be there, and still refer to them."""
    in_order = sorted(ids)
    for model, column in _pointers(model_of(kind)):
        label = model._meta.label_lower
        owner_kind, owner_column = parts.get(label, (label, "pk"))
        if owner_kind == kind and owner_column == column:
            continue  # a part of the record itself
        for start in range(0, len(in_order), AT_ONCE):
            rows = model._default_manager.filter(**{f"{column}__in": in_order[start : start + AT_ONCE]})
            for holder, owner, pk in rows.values_list("pk", owner_column, column):
                goes = holder in done.touched[label] or owner in done.touched[owner_kind]
                if not goes or holder in kept[label] or owner in kept[owner_kind]:
                    yield pk, str(_("It is in use: {what}.").format(what=within_sentence(words_of(model))))


def _part_columns(importer: Importer) -> Iterator[tuple[str, str]]:
    """The parts of a kind of record, each with the column that says whose part it is."""
    for part in importer.parts:
        for column in model_of(part)._meta.concrete_fields:
            if column.is_relation and column.related_model is importer.model:
                yield part, column.attname
                break


@cache
def _pointers(model: type[models.Model]) -> tuple[tuple[type[models.Model], str], ...]:
    """Every column that can refer to a record of the model: foreign keys, and ids of records of any kind."""
    keys = [
        (one.related_model, one.field.attname)
        for one in model._meta.get_fields(include_hidden=True)
        if isinstance(one, models.ManyToOneRel) and one.related_model._meta.app_label not in BOOKKEEPING
    ]
    tenant_apps = {config.label for config in apps.get_app_configs() if config.name in settings.TENANT_APPS}
    loose = [
        (other, "object_id")
        for other in apps.get_models()
        if other._meta.app_label in tenant_apps - set(BOOKKEEPING)
        and any(column.name == "object_id" for column in other._meta.concrete_fields)
    ]
    return (*keys, *loose)
