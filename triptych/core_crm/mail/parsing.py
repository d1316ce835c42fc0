"""A mail's bytes as a letter. Everything in it was chosen by its sender: nothing is believed, nothing may raise but
`NotUnderstood`, and the old header parser is used because it never interprets more than it is asked to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from triptych.core_crm.mail.texts import LONGEST, LONGEST_HTML, decoded, storable, text_of_html, without_quotes
from triptych.platform.refusals import Refused

LARGEST = 30 * 1024 * 1024
"""In bytes: a file of 25 MB has a third more as a mail; two thirds of it fit."""
MOST_PARTS = 200
MOST_ATTACHMENTS = 50
DEEPEST = 20
LONGEST_HEADER = 4_000
MESSAGE_ID = re.compile(r"<[^<>\s]{3,240}>")
DEEP = re.compile(rb"(?im)^content-type:\s*(multipart|message)/")


class NotUnderstood(Refused):
    """The mail is kept, and nobody knows what it says."""


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes


@dataclass(frozen=True)
class Bounce:
    """That a mail could not be delivered: which one, and what the servers say."""

    message_ids: tuple[str, ...]
    reason: str
    is_final: bool


@dataclass(frozen=True)
class Letter:
    message_id: str
    sender_name: str
    sender_email: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    whole_text: str
    references: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    bounce: Bounce | None
    is_auto_reply: bool
    is_automatic: bool
    loops: tuple[str, ...]
    hops: int


Part = Message


def read_letter(raw: bytes) -> Letter:
    """Understand a mail.

    Raises:
        NotUnderstood: it is too large, too nested, in too many parts, or has no sender.
    """
    if len(raw) > LARGEST:
        raise NotUnderstood(_("It is larger than 30 MB."))
    if len(DEEP.findall(raw)) > MOST_PARTS:
        raise NotUnderstood(_("It has too many parts."))
    try:
        mail = message_from_bytes(raw, policy=compat32)
        parts = list(_parts(mail))
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise NotUnderstood(_("Its parts cannot be told apart.")) from error
    bounce = _bounce(mail)
    name, email = _sender(mail)
    if not email and bounce is None:
        raise NotUnderstood(_("It does not say who sent it."))
    texts, attachments = _content(parts)
    whole = texts.strip()
    kinds = _automatic(mail)
    return Letter(
        message_id=next(iter(_ids(mail, "Message-ID")), ""),
        sender_name=name,
        sender_email=email,
        recipients=_recipients(mail),
        subject=" ".join(header(mail, "Subject").split())[:200],
        text=without_quotes(whole) if _ids(mail, "In-Reply-To") or _ids(mail, "References") else whole,
        whole_text=whole,
        references=tuple(dict.fromkeys([*_ids(mail, "In-Reply-To"), *reversed(_ids(mail, "References"))]))[:50],
        attachments=tuple(attachments[:MOST_ATTACHMENTS]),
        bounce=bounce,
        is_auto_reply="reply" in kinds,
        is_automatic=bool(kinds),
        loops=tuple(value.strip().lower()[:320] for value in _all(mail, "X-Loop")),
        hops=len(_all(mail, "Received")),
    )


def header(mail: Part, name: str) -> str:
    """A header as text, however it is encoded; empty without it."""
    found = next(iter(_all(mail, name)), "")
    try:
        pieces = decode_header(found)
        text = "".join(decoded(one, kind) if isinstance(one, bytes) else one for one, kind in pieces)
    except (HeaderParseError, ValueError, LookupError, TypeError):
        text = found
    return storable(text).strip()


def _all(mail: Part, name: str) -> list[str]:
    return [storable(str(value))[:LONGEST_HEADER].replace("\n", " ") for value in mail.get_all(name) or ()]


def _ids(mail: Part, name: str) -> list[str]:
    return [found for value in _all(mail, name) for found in MESSAGE_ID.findall(value)]


def _sender(mail: Part) -> tuple[str, str]:
    for field in ("From", "Sender", "Return-Path"):
        for name, address in _addresses(_all(mail, field)[:1]):
            if is_address(address):
                return _name(name), address.lower()
    return "", ""


def _name(text: str) -> str:
    carrier = Message()
    carrier["Name"] = text
    return header(carrier, "Name").replace("\n", " ").strip("\"' ")[:200]


def _recipients(mail: Part) -> tuple[str, ...]:
    values = [value for field in ("To", "Cc", "Delivered-To", "X-Original-To") for value in _all(mail, field)]
    return tuple(address.lower() for _name, address in _addresses(values)[:100] if is_address(address))


def _addresses(values: list[str]) -> list[tuple[str, str]]:
    try:
        return getaddresses(values)
    except (RecursionError, ValueError, IndexError):
        return []


def is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return text.lower().endswith("@localhost")
    return len(text) <= 254


def _automatic(mail: Part) -> set[str]:
    """How a program shows that it wrote this (RFC 3834, and what older ones do)."""
    kinds = set()
    auto = header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    if auto not in ("", "no"):
        kinds.add("reply" if auto == "auto-replied" else "generated")
    if _all(mail, "X-Autoreply") or _all(mail, "X-Autorespond"):
        kinds.add("reply")
    if header(mail, "Precedence").lower() in ("auto_reply", "bulk", "junk"):
        kinds.add("reply" if "auto" in header(mail, "Precedence").lower() else "generated")
    if "".join(_all(mail, "Return-Path")).strip() == "<>":
        kinds.add("reply")
    return kinds


def _parts(mail: Part) -> Iterator[Part]:
    """The leaves of a mail; mails within it are leaves, too."""
    waiting: list[tuple[Part, int]] = [(mail, 0)]
    count = 0
    while waiting:
        part, depth = waiting.pop()
        count += 1
        if depth > DEEPEST:
            raise NotUnderstood(_("Its parts are nested too deeply."))
        if count > MOST_PARTS:
            raise NotUnderstood(_("It has too many parts."))
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting.extend((inner, depth + 1) for inner in reversed(payload) if isinstance(inner, Message))
        else:
            yield part


def _content(parts: list[Part]) -> tuple[str, list[Attachment]]:
    plain: list[str] = []
    html: list[str] = []
    attachments: list[Attachment] = []
    for part in parts:
        name, kind = _file_name(part), part.get_content_type()
        if part.get_content_disposition() != "attachment" and not name and kind in ("text/plain", "text/html"):
            (plain if kind == "text/plain" else html).append(decoded(_bytes(part), part.get_content_charset()))
        elif part.get_content_maintype() != "multipart" and not kind.startswith(("message/delivery", "text/rfc822")):
            attachments.append(Attachment(name or f"{kind.replace('/', '-')}", _bytes(part)))
    text = "\n\n".join(one for one in plain if one.strip())[:LONGEST]
    return text or "\n\n".join(_texts_of_html(html)), attachments


def _texts_of_html(parts: list[str]) -> Iterator[str]:
    """The texts of HTML parts, of as much of them together as one part may hold: each takes its time."""
    left = LONGEST_HTML
    for one in parts:
        if left > 0:
            yield text_of_html(one[:left])
        left -= len(one)


def _bytes(part: Part) -> bytes:
    try:
        if part.get_content_maintype() == "message":
            return part.as_bytes()
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, KeyError, RecursionError, AttributeError):
        return b""
    return payload if isinstance(payload, bytes) else b""


def _file_name(part: Part) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        return "file"
    return _name(name)


def _bounce(mail: Part) -> Bounce | None:
    """What a delivery status notification says (RFC 3464)."""
    if mail.get_content_type() != "multipart/report" or not isinstance(mail.get_payload(), list):
        return None
    ids: list[str] = []
    reason, status = "", ""
    for part in mail.walk():
        reason = reason or header(part, "Diagnostic-Code")
        status = status or header(part, "Status")
        if part is not mail:
            ids += _ids(part, "Message-ID")
        if part.get_content_type() == "text/rfc822-headers":
            carrier = message_from_bytes(_bytes(part)[:100_000], policy=compat32)
            ids += _ids(carrier, "Message-ID")
    if not status and not ids:
        return None
    return Bounce(tuple(ids), (reason.partition(";")[2].strip() or reason or status)[:300], not status.startswith("4"))
