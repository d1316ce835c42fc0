"""What the dry run knows of records that tables of the same upload would bring."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from triptych.core_crm.duplicates.matching import Comparable
from triptych.core_crm.imports.names import Names


@dataclass
class Learned:
    """Names, other names and keys of records that would be there, by object; and how those that others of the same
    object are compared with look, each with the name of its file."""

    names: dict[str, list[tuple[UUID, str]]] = field(default_factory=lambda: defaultdict(list))
    others: dict[str, list[tuple[UUID, str]]] = field(default_factory=lambda: defaultdict(list))
    keys: dict[str, dict[str, UUID]] = field(default_factory=lambda: defaultdict(dict))
    alike: dict[str, list[tuple[Comparable, str]]] = field(default_factory=lambda: defaultdict(list))

    def teach(self, object_name: str, names: Names) -> None:
        """Tell them to the names that links to such objects may use."""
        for pk, name in self.names[object_name]:
            names.add(pk, name)
        for pk, key in self.others[object_name]:
            names.also(pk, key)
