"""A reply as a mail: threaded under what it answers, with a way back to its case, quoting no more than it must."""

from __future__ import annotations

from email.encoders import encode_base64
from email.mime.base import MIMEBase
from email.utils import formataddr

from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from triptych.core_crm.cases.addresses import address_of_case, address_of_queue, hosts_of_mail, queue_of
from triptych.core_crm.cases.models import CaseMessage
from triptych.platform.files.models import File
from triptych.tenants.models import Tenant

MOST_REFERENCES = 10
MOST_QUOTED_LINES = 30
LOOP_HEADER = "X-Loop"


def compose(message: CaseMessage, *, tenant: Tenant) -> EmailMessage:
    """The mail of a public reply. Its Message-ID is the message's own, so copies of it are known as such."""
    case, host = message.case, hosts_of_mail()[0]
    queue = queue_of(case)
    address = address_of_queue(queue, host=host)
    author = message.author.name if message.author else str(queue)
    earlier = _earlier(message)
    mail = EmailMessage(
        subject=one_line(f"Re: {case.subject} [#{case.number}]"),
        body="\n\n".join(filter(None, (message.body, _quoted(message, earlier)))),
        from_email=formataddr((one_line(f"{author} ({tenant.name})"), address)),
        to=[formataddr((one_line(case.requester_name or str(case.contact or "")), message.sent_to))],
        reply_to=[formataddr((one_line(tenant.name), address_of_case(case, queue, host=host)))],
        headers={"Message-ID": message.message_id, LOOP_HEADER: address, **_thread(earlier)},
    )
    for file in File.objects.filter(pk__in=[one["file"] for one in message.attachments if one["file"]]).order_by("pk"):
        mail.attach(_attached(file))
    return mail


def _attached(file: File) -> MIMEBase:
    """In base64, texts too: on their way mail servers change the ends of lines."""
    part = MIMEBase(*file.content_type.partition("/")[::2])
    with default_storage.open(file.storage_key) as content:
        part.set_payload(content.read())
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=one_line(file.name))
    return part


def one_line(text: str) -> str:
    """Text that may stand in a header."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:200]


def _earlier(message: CaseMessage) -> list[CaseMessage]:
    """What was said in public before it, the newest first; internal notes never leave."""
    said = CaseMessage.objects.public().of_conversation(message.case).filter(at__lte=message.at)
    rows = said.exclude(pk=message.pk).select_related("contact", "author").order_by("-at", "-pk")
    return list(rows[: MOST_REFERENCES * 2])


def _thread(earlier: list[CaseMessage]) -> dict[str, str]:
    ids = [one.message_id for one in earlier if one.message_id][:MOST_REFERENCES]
    return {"In-Reply-To": ids[0], "References": " ".join(reversed(ids))} if ids else {}


def _quoted(message: CaseMessage, earlier: list[CaseMessage]) -> str:
    """The last thing that the customer said, shortened, for them to know what is answered."""
    last = next((one for one in earlier if one.author_id is None and _is_theirs(one, message)), None)
    if last is None:
        return ""
    lines = last.body.splitlines()
    shown = [*lines[:MOST_QUOTED_LINES], *(["[…]"] if len(lines) > MOST_QUOTED_LINES else [])]
    when = date_format(timezone.localtime(last.at), "DATETIME_FORMAT")
    head = _("On %(when)s, %(who)s wrote:") % {"when": when, "who": last.said_by}
    return "\n".join([head, *(f"> {line}" for line in shown)])


def _is_theirs(said: CaseMessage, message: CaseMessage) -> bool:
    """Whether whoever gets the mail has said it: others may have written to the case, or to one merged into it."""
    is_of_contact = said.contact_id is not None and said.contact_id == message.case.contact_id
    return is_of_contact or said.sender_email.lower() == message.sent_to.lower()
