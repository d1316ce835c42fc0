"""Finding records by the names that files give them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from rapidfuzz import fuzz, process

from triptych.core_crm.imports.values import folded

ALIKE = 82.0


@dataclass(frozen=True)
class Near:
    """A known name that is like the one asked for. `is_same` says that only case, spacing and punctuation differ."""

    name: str
    is_same: bool


def id_in(text: str) -> UUID | None:
    """The id that a text is, as our exports and the API's addresses write it."""
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


class Names:
    """The names of one kind of record, in memory. Case never matters; two records of one name are ambiguous."""

    def __init__(self, named: Iterable[tuple[UUID, str]] = ()) -> None:
        self._ids: dict[str, UUID] = {}
        self._ambiguous: set[str] = set()
        self._by_fold: dict[str, set[str]] = {}
        self._near: dict[str, Near | None] = {}
        self._others: dict[str, UUID] = {}
        self._pks: set[UUID] = set()
        for pk, name in named:
            self.add(pk, name)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, pk: UUID, name: str) -> None:
        """Learn one more record."""
        self._pks.add(pk)
        key = name.casefold().strip()
        if self._ids.setdefault(key, pk) != pk:
            self._ambiguous.add(key)
        self._by_fold.setdefault(folded(name), set()).add(name)
        self._near.clear()

    def also(self, pk: UUID, key: str) -> None:
        """Learn what else a record is known by: an e-mail address, its key in another system. Names go first."""
        self._others.setdefault(key.casefold().strip(), pk)

    def find(self, name: str) -> UUID | None:
        """The record of that name, the oldest if several have it; else of that other name, else of that id."""
        key = name.casefold().strip()
        return self._ids.get(key) or self._others.get(key) or self._of_id(key)

    def _of_id(self, text: str) -> UUID | None:
        pk = id_in(text)
        return pk if pk in self._pks else None

    def is_ambiguous(self, name: str) -> bool:
        """Whether several records have that name."""
        return name.casefold().strip() in self._ambiguous

    def near(self, name: str) -> Near | None:
        """The known name that was most likely meant, if any is like it."""
        if name not in self._near:
            self._near[name] = self._nearest(folded(name))
        return self._near[name]

    def _nearest(self, fold: str) -> Near | None:
        same = self._by_fold.get(fold, set())
        if len(same) == 1:
            return Near(next(iter(same)), is_same=True)
        if len(fold) < 3:
            return None
        best = process.extractOne(fold, self._by_fold.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE)
        return Near(min(self._by_fold[best[0]]), is_same=False) if best else None

    @property
    def folds(self) -> frozenset[str]:
        """All names, folded."""
        return frozenset(self._by_fold)
