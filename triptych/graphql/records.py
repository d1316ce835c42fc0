"""The interface of every record, and what its schema is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry
import strawberry_django
from strawberry import relay


@strawberry.interface(description="A record of this workspace.")
class Record(relay.Node):
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = strawberry.field(description="When it was put into the bin.")
    version: int = strawberry.field(
        description="Counted up by each change. Give it to an update to be told when somebody else was faster."
    )


def choice(name: str, enum: Any, description: str = "") -> Any:
    """A field of the fixed values of `enum`; null where the record has none."""

    def resolve(root: Any) -> Any:
        value = getattr(root, name)
        return enum(value) if value else None

    resolve.__annotations__ = {"return": enum | None}
    return strawberry_django.field(resolver=resolve, only=[name], description=description or None)
