"""A sheet whose rows hold several objects at once, as small businesses keep them: contact, company and deal in one row.

Each column goes to the object that its heading names (“Company phone”), else to the one whose fields it fits best; the
columns that identify a company or a contact serve the others as links, too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from triptych.core_crm.imports.importer import Field, Importer
from triptych.core_crm.imports.mapping import LIKELY, score_of
from triptych.core_crm.imports.profiling import Column, Profile
from triptych.core_crm.imports.registry import REFERENCE, target_named
from triptych.core_crm.imports.values import folded

WORDS = {
    "companies": (
        "company", "account", "organisation", "organization", "firm", "firma", "unternehmen", "компания", "azienda",
        "empresa", "customer",
    ),
    "contacts": ("contact", "person", "kontakt", "ansprechpartner", "контакт", "contatto", "persona", "osoba"),
    "deals": ("deal", "opportunity", "geschäft", "auftrag", "сделка", "trattativa", "szansa", "oportunidad"),
}  # fmt: skip
"""What headings call the objects, each in the order in which rows are written."""

NAMES = {"companies": "name", "contacts": "full_name", "deals": "name"}
"""The field that a heading means which is nothing but the object's word."""

TELLING = {
    "companies": {"name"},
    "contacts": {"full_name", "last_name", "email"},
    "deals": {"name", "amount"},
}

LINKS = {"contacts": {"company": "companies"}, "deals": {"company": "companies", "primary_contact": "contacts"}}


def proposed_split(profile: Profile, importers: Mapping[str, Importer]) -> dict[str, dict[str, str]]:
    """The objects that the rows hold, each with its mapping; empty when they hold but one."""
    fields = {name: _own_fields(name) for name in WORDS if name in importers}
    parts: dict[str, dict[str, str]] = {name: {} for name in fields}
    for column in profile.columns.values():
        if column.filled:
            _assign(column, fields, parts)
    found = {name: mapping for name, mapping in parts.items() if _is_there(name, mapping)}
    if len(found) < 2:
        return {}
    for name, mapping in found.items():
        for field, of in LINKS.get(name, {}).items():
            if column_name := _identifying(parts.get(of, {})):
                mapping.setdefault(field, column_name)
    return {name: target_named(name).importer.refined(mapping, profile) for name, mapping in found.items()}


def _own_fields(name: str) -> list[Field]:
    """The fields of an object that are its own: no link to the other objects of the row, no key of theirs."""
    links = LINKS.get(name, {})
    return [field for field in target_named(name).fields if field.name not in links and field.name != REFERENCE]


def _assign(column: Column, fields: Mapping[str, list[Field]], parts: dict[str, dict[str, str]]) -> None:
    """Give the column to the likeliest field that no other column has yet."""
    named, rest = _object_named(column.name, fields)
    best: tuple[float, str, str] = (LIKELY, "", "")
    if named and not rest and NAMES[named] not in parts[named]:
        best = (200.0, named, NAMES[named])
    for name, of_object in fields.items() if not best[1] else ():
        if named and name != named:
            continue
        heading = rest if named else column.name
        for field in of_object:
            # a bare “name”, “phone” or “notes” is a person's: that is whom such a sheet is about
            score = score_of(replace(column, name=heading), field) + (0.5 if name == "contacts" else 0.0)
            if field.name not in parts[name] and score > best[0]:
                best = (score, name, field.name)
    if best[1]:
        parts[best[1]][best[2]] = column.name


def _object_named(heading: str, known: Collection[str]) -> tuple[str, str]:
    """The object whose word the heading has, and the rest of the heading."""
    words = heading.replace("_", " ").replace("-", " ").split()
    for name, called in WORDS.items():
        rest = [word for word in words if folded(word) not in {folded(one) for one in called}]
        if name in known and len(rest) < len(words):
            return name, " ".join(rest)
    return "", heading


def _is_there(name: str, mapping: Mapping[str, str]) -> bool:
    """Whether a mapping says enough to make records: what tells them apart, what they need, and more than a name."""
    required = {field.name for field in _own_fields(name) if field.required}
    return len(mapping) > 1 and required <= mapping.keys() and bool(TELLING[name] & mapping.keys())


def _identifying(mapping: Mapping[str, str]) -> str:
    """The column by which another object's row can name this one."""
    return next((mapping[name] for name in ("email", "name", "full_name") if name in mapping), "")
