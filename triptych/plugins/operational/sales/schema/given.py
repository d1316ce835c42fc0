"""Nulls in inputs."""

from typing import Any


def given(fields: dict[str, Any], *may_be_null: str) -> dict[str, Any]:
    """The fields without the nulls that mean nothing."""
    return {name: value for name, value in fields.items() if value is not None or name in may_be_null}
