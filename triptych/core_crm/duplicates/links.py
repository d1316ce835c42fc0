"""Moving everything that points at a record to another one, and back.

Nothing is ever deleted: a row that cannot move, since its constraints allow one for each record, stays where it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Func, JSONField, Q, Value

from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.custom_fields.models import FieldKind
from triptych.core_crm.custom_fields.objects import OBJECTS
from triptych.core_crm.custom_fields.values import sorted_here
from triptych.core_crm.duplicates.hookspecs import WeakLink
from triptych.core_crm.imports.images import Image, image_of
from triptych.core_crm.rights.access import keys_seen, visible
from triptych.platform.plugins import hooks
from triptych.platform.records import Record
from triptych.tenants.members.models import Member

CUSTOM = "custom/"
"""What stands before the id of a custom field where columns are named."""

STAYS = {("deals.stagechange", "deal")}
"""Rows that tell of a record's own past."""

COUNTED = ("version", "updated_at", "sort_key")
"""Columns that follow from the others."""

CHUNK = 1000


@dataclass
class Change:
    """That these rows of a model held `before` in some columns and `after` from then on."""

    model: str
    ids: list[str]
    before: Image
    after: Image

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def of(self) -> type[models.Model]:
        return apps.get_model(self.model)


@dataclass
class Moving:
    """Moves the rows that point at `loser` to `winner`, and notes what it did."""

    winner: Record
    loser: Record
    at: datetime
    changes: list[Change] = field(default_factory=list)

    @property
    def moved_count(self) -> int:
        return sum(len(change.ids) for change in self.changes)

    def move_all(self) -> None:
        """Move whatever can move."""
        for model, column, kind_column in pointers_to(self.winner):
            rows = _pointing(model, column, kind_column, self.loser)
            if model is type(self.winner):
                rows = rows.exclude(pk__in=[self.winner.pk, self.loser.pk])
            self._move(model, [str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)], column)
        for model, key in _custom_links_to(self.winner):
            rows = model._default_manager.filter(**{f"custom__{key}": str(self.loser.pk)})
            ids = [str(pk) for pk in rows.exclude(pk=self.winner.pk).order_by("pk").values_list("pk", flat=True)]
            self._move(model, ids, f"{CUSTOM}{key}")

    def write(self, model: type[models.Model], ids: Sequence[str], before: Image, after: Image) -> None:
        """Write columns of rows, and note it."""
        if ids:
            update(model, ids, after, at=self.at)
            self.changes.append(Change(model._meta.label_lower, list(ids), before, after))

    def _move(self, model: type[models.Model], ids: list[str], column: str) -> None:
        for begin in range(0, len(ids), CHUNK):
            for some in self._movable(model, ids[begin : begin + CHUNK], column):
                before, after = {column: str(self.loser.pk)}, {column: str(self.winner.pk)}
                self.changes.append(Change(model._meta.label_lower, some, before, after))

    def _movable(self, model: type[models.Model], ids: list[str], column: str) -> Iterator[list[str]]:
        """Move those of the rows that no constraint holds back: all at once, else each half on its own."""
        if not ids:
            return
        try:
            with transaction.atomic():
                update(model, ids, {column: str(self.winner.pk)}, at=self.at)
        except IntegrityError:
            if len(ids) > 1:
                middle = len(ids) // 2
                yield from self._movable(model, ids[:middle], column)
                yield from self._movable(model, ids[middle:], column)
        else:
            yield ids


def pointers_to(record: Record) -> list[tuple[type[models.Model], str, str]]:
    """Where a record of that kind may be pointed at: model, column, and the column that names the kind, if any."""
    found = []
    for relation in type(record)._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel) or relation.related_model._meta.proxy:
            continue
        model: Any = relation.related_model
        named = (model._meta.label_lower, relation.field.name)
        if named not in STAYS and model._meta.app_config.name in settings.TENANT_APPS:
            found.append((model, relation.field.attname, ""))
    links: list[WeakLink] = hooks.gather("weak_links", kind=str(type(record)._meta.model_name))
    found += [(link.model, link.column, link.kind_column) for link in links]
    return sorted(found, key=lambda one: (one[0]._meta.label_lower, one[1]))


def counted(record: Record, member: Member) -> dict[type[models.Model], int]:
    """How many rows of each model point at a record, of those that the member sees: a link to a record that is not
    theirs to see counts as little as the record itself."""
    counts: dict[type[models.Model], int] = {}
    for model, column, kind_column in pointers_to(record):
        rows = visible(member, _pointing(model, column, kind_column, record))
        for other in model._meta.concrete_fields:
            target = other.related_model if other.attname != column else None
            if target is not None and (seen := keys_seen(member, target)) is not None:
                rows = rows.filter(Q(**{other.attname: None}) | Q(**{f"{other.attname}__in": seen}))
        counts[model] = counts.get(model, 0) + rows.count()
    return {model: count for model, count in counts.items() if count}


def columns_now(model: type[models.Model], ids: Collection[str], columns: Collection[str]) -> dict[str, Image]:
    """What these columns of rows hold now, by the row's id."""
    rows = model._default_manager.filter(pk__in=ids)
    return {str(row.pk): picked(full_image(row), columns) for row in rows}


def full_image(row: models.Model) -> Image:
    """Every column of a row; each custom value as a column of its own."""
    image = {name: value for name, value in image_of(row).items() if name not in COUNTED}
    custom = image.pop("custom", None)
    if isinstance(custom, dict):
        image |= {f"{CUSTOM}{key}": value for key, value in custom.items()}
    elif custom is not None:
        image["custom"] = custom
    return image


def picked(image: Image, columns: Collection[str]) -> Image:
    """Those columns of an image; None for a custom value that is not there."""
    return {column: image.get(column) for column in columns}


def differing(before: Image, after: Image) -> tuple[Image, Image]:
    """Of two images only what differs."""
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return picked(before, names), picked(after, names)


def update(model: type[models.Model], ids: Collection[str], image: Image, *, at: datetime) -> None:
    """Write the columns of an image to rows. Records count their version up, so that nobody saves over it unseen."""
    values: dict[str, Any] = {}
    custom = {name.removeprefix(CUSTOM): value for name, value in image.items() if name.startswith(CUSTOM)}
    for name, value in image.items():
        if not name.startswith(CUSTOM):
            column = next(one for one in model._meta.concrete_fields if one.attname == name)
            values[column.attname] = None if value is None else column.to_python(value)
    if custom:
        values["custom"] = Func(
            F("custom"), Value(sorted_here(custom), JSONField()), template="(%(expressions)s)", arg_joiner=" || "
        )
    if issubclass(model, Record):
        values |= {"version": F("version") + 1, "updated_at": at}
    model._default_manager.filter(pk__in=ids).update(**values)


def _pointing(model: type[models.Model], column: str, kind_column: str, record: Record) -> models.QuerySet[Any]:
    wanted: dict[str, UUID | str] = {column: record.pk}
    if kind_column:
        wanted[kind_column] = str(type(record)._meta.model_name)
    return model._default_manager.filter(**wanted)


def _custom_links_to(record: Record) -> list[tuple[type[models.Model], str]]:
    """The custom fields that lead to records of that kind."""
    kind = str(type(record)._meta.model_name)
    fields = (one for one in definitions.everything() if one.kind == FieldKind.RECORD and one.target == kind)
    return [(OBJECTS[one.object].model, one.key) for one in fields if one.object in OBJECTS]
