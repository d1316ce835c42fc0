"""The options of a choice: what people type becomes a list of names, labels and whether they are still offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields.naming import option_name_of
from triptych.platform.refusals import Refused

MOST = 200
LONGEST = 60

Given = Sequence[Mapping[str, Any] | str]
"""Labels, or `{"label", "name"}` with the name of the option that is to be called so from now on."""


def settled(given: Given, before: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """The options of a field in the order given. Those of `before` that are missing are kept, but no longer offered:
    records that have them keep them.

    Raises:
        Refused: there are none or too many, or a label is too long or there twice.
    """
    rows = [{"label": one} if isinstance(one, str) else one for one in given]
    rows = [{**row, "label": str(row.get("label") or "").strip()} for row in rows]
    rows = [row for row in rows if row["label"]]
    _check([row["label"] for row in rows])
    known = {option["name"]: option for option in before}
    by_label = {option["label"].casefold(): option["name"] for option in before}
    found: list[dict[str, Any]] = []
    for row in rows:
        name = row.get("name") if row.get("name") in known else by_label.get(row["label"].casefold())
        if name is None or any(option["name"] == name for option in found):
            name = option_name_of(row["label"], [*known, *(option["name"] for option in found)])
        found.append({"name": name, "label": row["label"], "is_active": True})
    names = {option["name"] for option in found}
    return [*found, *({**option, "is_active": False} for option in before if option["name"] not in names)]


def _check(labels: Sequence[str]) -> None:
    if not labels:
        raise Refused(_("Give at least one option to choose from."), field="options")
    if len(labels) > MOST:
        raise Refused(_("A field has %(most)d options at most.") % {"most": MOST}, field="options")
    seen: set[str] = set()
    for label in labels:
        if len(label) > LONGEST:
            message = _("“%(label)s…” is longer than %(limit)d characters.")
            raise Refused(message % {"label": label[:20], "limit": LONGEST}, field="options")
        if label.casefold() in seen:
            raise Refused(_("“%(label)s” is there twice.") % {"label": label}, field="options")
        seen.add(label.casefold())
