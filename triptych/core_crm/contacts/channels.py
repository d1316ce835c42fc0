"""The ways to reach somebody: emails, phones, addresses, domains, brought into one form however they were typed."""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict, TypeVar, cast
from urllib.parse import urlsplit

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator, EmailValidator
from django.utils.translation import gettext as _

from triptych.platform.refusals import Refused

Entry = TypeVar("Entry")
MOST = 20
"""How many emails, phones or addresses one contact may have."""


class Email(TypedDict):
    email: str
    label: str


class Phone(TypedDict):
    phone: str
    label: str


class Address(TypedDict, total=False):
    street: str
    city: str
    state: str
    postal_code: str
    country: str
    label: str


ADDRESS_PARTS = ("street", "city", "state", "postal_code", "country")


def clean_emails(entries: Iterable[Mapping[str, str] | str], *, field: str = "emails") -> list[Email]:
    """Emails in lower case, each once, the first one primary; a plain text counts as an email without label.

    Raises:
        Refused: one of them is no email address.
    """
    found: dict[str, Email] = {}
    for entry in entries:
        email, label = _entry(entry, "email", field)
        email = clean_email(email, field=field)
        if email:
            found.setdefault(email, {"email": email, "label": label})
    return _not_too_many(list(found.values()), field)


def clean_email(text: str, *, field: str = "email") -> str:
    """One email address in lower case; an empty text stays empty.

    Raises:
        Refused: it is no email address.
    """
    email = text.strip().lower()
    try:
        if email:
            EmailValidator()(email)
    except ValidationError:
        message = _("“%(email)s” is not an email address. One looks like anna@example.com.")
        raise Refused(message % {"email": email[:100]}, field=field) from None
    return email


def clean_phones(entries: Iterable[Mapping[str, str] | str], *, country: str = "") -> list[Phone]:
    """Phone numbers as `clean_phone` writes them, each once, the first one primary."""
    found: dict[str, Phone] = {}
    for entry in entries:
        text, label = _entry(entry, "phone", "phones")
        phone = clean_phone(text, country=country, field="phones")
        if phone:
            found.setdefault(phone, {"phone": phone, "label": label})
    return _not_too_many(list(found.values()), "phones")


def clean_phone(text: str, *, country: str = "", field: str = "phone") -> str:
    """A phone number as E.164 (`+390212345678`) when it can be read as one, else as it was typed.

    `country` is the ISO 3166 code in which a number without a country code is read.

    Raises:
        Refused: it is longer than any phone number with its notes.
    """
    typed = " ".join(text.split())
    if len(typed) > 50:
        raise Refused(_("A phone number has at most 50 characters, for example +39 02 1234 5678."), field=field)
    try:
        number = phonenumbers.parse(typed, country.upper() or None)
    except phonenumbers.NumberParseException:
        return typed
    if number.extension or not phonenumbers.is_valid_number(number):
        return typed
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def spoken_phone(phone: str) -> str:
    """A phone number as people write it: `+39 02 1234 5678`."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def phone_digits(phone: str) -> str:
    """The number as people may look for it: its digits with and without the country code."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return f"{phone} {''.join(filter(str.isdigit, national))} {number.national_number}"


def clean_address(address: Mapping[str, Any], *, field: str = "addresses") -> Address:
    """The known parts of an address, trimmed, without the empty ones.

    Raises:
        Refused: a part is no text or longer than 300 characters.
    """
    cleaned: dict[str, str] = {}
    for part in (*ADDRESS_PARTS, "label"):
        value = address.get(part) or ""
        if not isinstance(value, str) or len(value) > 300:
            raise Refused(_("Each part of an address is a text of at most 300 characters."), field=field)
        if value.strip():
            cleaned[part] = value.strip()
    return cast("Address", cleaned)


def clean_addresses(addresses: Iterable[Mapping[str, Any]]) -> list[Address]:
    """Addresses as `clean_address` writes them, without empty ones."""
    return _not_too_many([cleaned for address in addresses if (cleaned := clean_address(address))], "addresses")


def address_lines(address: Mapping[str, str]) -> list[str]:
    """An address as it stands on an envelope."""
    town = " ".join(filter(None, (address.get("postal_code"), address.get("city"))))
    lines = (address.get("street", ""), town, address.get("state", ""), address.get("country", ""))
    return [line for line in lines if line]


def clean_domain(text: str, *, field: str = "domain") -> str:
    """The bare domain of an address typed in any way: `https://www.Acme.example/it` is `acme.example`.

    Raises:
        Refused: no domain can be read from it.
    """
    typed = text.strip().lower()
    if not typed:
        return ""
    try:
        host = urlsplit(typed if "//" in typed else f"//{typed}").hostname or ""
        domain = host.removeprefix("www.").rstrip(".")
        DomainNameValidator()(domain)
    except (ValueError, ValidationError):
        message = _("“%(domain)s” is not a domain. One looks like example.com.")
        raise Refused(message % {"domain": typed[:100]}, field=field) from None
    return domain


def clean_website(text: str, *, field: str = "website") -> str:
    """An address that a browser opens: `http` or `https`, which is added when missing.

    Raises:
        Refused: it leads nowhere, or to something that is no web page.
    """
    typed = text.strip()
    if not typed:
        return ""
    address = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(address)
        reachable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        reachable = False
    if not reachable or any(character.isspace() for character in address):
        message = _("“%(website)s” is not the address of a web page. One looks like https://example.com.")
        raise Refused(message % {"website": typed[:100]}, field=field)
    return address


def _entry(entry: Mapping[str, str] | str, key: str, field: str) -> tuple[str, str]:
    value, label = (entry, "") if isinstance(entry, str) else (entry.get(key, ""), entry.get("label") or "")
    if not isinstance(value, str) or not isinstance(label, str) or len(label) > 50:
        raise Refused(_("Each entry has a text and a label of at most 50 characters, such as “work”."), field=field)
    return value.strip(), label.strip()


def _not_too_many(entries: list[Entry], field: str) -> list[Entry]:
    if len(entries) > MOST:
        raise Refused(_("At most %(most)d of these can be kept.") % {"most": MOST}, field=field)
    return entries
