"""The lists that there are, whoever brings them."""

from __future__ import annotations

from triptych.core_crm.lists.spec import ListSpec
from triptych.platform.plugins import hooks
from triptych.platform.refusals import Refused

PLURALS = {"company": "companies", "activity": "activities"}


def all_lists() -> dict[str, ListSpec]:
    """Every list of the workspace, by the kind of its records."""
    return {spec.kind: spec for spec in hooks.gather("record_lists")}


def list_of(kind: str) -> ListSpec:
    """The list of a kind of record, called `contact` or `contacts`.

    Raises:
        UnknownList: there is none.
    """
    lists = all_lists()
    named = {plural_of(one): spec for one, spec in lists.items()}
    found = lists.get(kind) or named.get(kind)
    if found is None:
        raise UnknownList(f"There is no list called “{kind}”. There are: {', '.join(sorted(named))}.", field="object")
    return found


def plural_of(kind: str) -> str:
    """What several records of a kind are called in the API."""
    return PLURALS.get(kind, f"{kind}s")


class UnknownList(Refused):
    """No noun or plugin has a list of that kind."""

    code = "UNKNOWN_OBJECT"
