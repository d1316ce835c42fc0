"""Which record a row is about: by the key of the other system, by its id, or by what its object is recognised by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from triptych.core_crm.imports.findings import Finding
from triptych.core_crm.imports.importer import Row
from triptych.core_crm.imports.models import ImportReference
from triptych.core_crm.imports.names import id_in
from triptych.core_crm.imports.plan import Plan
from triptych.core_crm.imports.registry import REFERENCE
from triptych.platform.ids import new_id


def repeated_row(plan: Plan, row: Row) -> Finding | None:
    """A finding for a row whose key an earlier row of the file had."""
    if not is_repeated(plan, row):
        return None
    field, _key = key_of(plan, row)
    message = _("The file has this one more than once; the first of them is taken.")
    return Finding(field, "repeated", row.texts.get(field, ""), message, is_rejection=True)


def is_repeated(plan: Plan, row: Row) -> bool:
    """Whether an earlier row of the file has the same key. The row's own key counts from now on."""
    _field, key = key_of(plan, row)
    return bool(key) and plan.seen.setdefault(key, row.number) != row.number


def key_of(plan: Plan, row: Row) -> tuple[str, str]:
    """The field that recognises this row, and its key; an empty key recognises nothing."""
    reference = row.values.get(REFERENCE)
    if reference:
        return REFERENCE, f"{REFERENCE}:{reference}"
    key = plan.target.importer.key(row)
    if not key and plan.record.is_part:
        key = "\n".join(f"{name}={text.casefold()}" for name, text in sorted(row.texts.items()))
    return "name", key


def recognised(plan: Plan, rows: Sequence[Row]) -> dict[int, UUID]:
    """Row number → the record that is here already, or would be by then."""
    importer = plan.target.importer
    references = {row.values[REFERENCE]: row.number for row in rows if row.values.get(REFERENCE)}
    known: dict[str, UUID] = {key: pk for key in references if (pk := id_in(key))}
    rows_known = ImportReference.objects.filter(kind=importer.name, key__in=references)
    known |= dict(rows_known.values_list("key", "object_id"))
    alive = importer.alive(known.values()) if known else set()
    found = {references[key]: pk for key, pk in known.items() if pk in alive}
    keys = {row.number: importer.key(row) for row in rows if row.number not in found}
    by_key: Mapping[str, UUID] = importer.recognised({key for key in keys.values() if key})
    would_be = plan.learned.keys.get(importer.name, {})
    together = {row.number: would_be[key] for row in rows if (key := key_of(plan, row)[1]) in would_be}
    return {**together, **{number: by_key[key] for number, key in keys.items() if key in by_key}, **found}


def learn(plan: Plan, row: Row) -> None:
    """Let links of the second pass, and of tables that come after this one, find a row that would be written."""
    importer, learned = plan.target.importer, plan.learned
    pk, name = row.existing or new_id(), importer.name_of(row)
    others = [str(row.values[key]) for key in (REFERENCE, "email", "domain") if row.values.get(key)]
    learned.names[importer.name] += [(pk, name)] if name else []
    learned.others[importer.name] += [(pk, other) for other in others]
    if plan.siblings and row.existing is None and (one := importer.comparable(row)):
        learned.alike[importer.name].append((replace(one, id=pk), plan.record.file_name))
    if key := key_of(plan, row)[1]:
        learned.keys[importer.name].setdefault(key, pk)
