"""Texts that tell one person wherever they stand, as a regular expression for PostgreSQL and for Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from triptych.core_crm.privacy.people import Person

ESCAPED = r"(?<=\\[nrtbf])"
"""In the text of JSON a line break is a backslash and a letter; what comes after it begins a word."""

BEFORE_ADDRESS, AFTER_ADDRESS = r"(?<![[:alnum:]._%+-])", r"(?![[:alnum:]-])"
BEFORE_WORD, AFTER_WORD = r"(?<![[:alnum:]])", r"(?![[:alnum:]])"
GAP = r"(?:[[:space:]]|,|\+|%20|\\[nrt])+"
"""Between the parts of a name: also as addresses and JSON write it."""


def expression_of(person: Person) -> str:
    """The regular expression, to be matched whatever the case; empty where nothing tells this person alone.

    It finds each address, each phone number, and the full name either way round.
    """
    return "|".join(_alternatives(person))


def python_expression_of(person: Person) -> re.Pattern[str] | None:
    """The same for texts in memory; None where there is nothing to look for."""
    text = expression_of(person).replace("[[:space:]]", r"\s").replace("[:alnum:]", r"\w")
    return re.compile(text, re.IGNORECASE) if text else None


def _alternatives(person: Person) -> Iterator[str]:
    for email in person.emails:
        for form in dict.fromkeys((email, quote(email), quote(email, safe=""))):
            yield f"(?:{BEFORE_ADDRESS}|{ESCAPED}){_literal(form)}{AFTER_ADDRESS}"
    for phone in person.phones:
        yield f"(?:(?<![0-9])|{ESCAPED}){_literal(phone)}(?![0-9])"
    for name in person.names:
        parts = name.split()
        if len(parts) < 2:
            continue
        turned = [parts[-1], *parts[:-1]]
        for order in (parts, turned):
            for cased in dict.fromkeys(
                (tuple(order), tuple(p.lower() for p in order), tuple(p.upper() for p in order))
            ):
                yield f"(?:{BEFORE_WORD}|{ESCAPED}){GAP.join(map(_literal, cased))}{AFTER_WORD}"


def _literal(text: str) -> str:
    return "".join(sign if sign.isalnum() or sign.isspace() else f"\\{sign}" for sign in text)
