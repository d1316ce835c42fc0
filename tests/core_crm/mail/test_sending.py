"""A public reply on its way out: a real SMTP server on loopback, the worker's handlers, what the page shows."""

import socket
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from strawberry.relay.utils import to_base64

from triptych.core_crm.cases import actions
from triptych.core_crm.cases.actions import conversation
from triptych.core_crm.cases.actions.delivery import PAUSES, claim_sending
from triptych.core_crm.cases.models import CaseMessage
from triptych.core_crm.contacts.actions import create_contact
from triptych.core_crm.notifications.models import Notification
from triptych.platform import clock
from triptych.platform.events.models import Outbox
from triptych.platform.events.testing import drain
from triptych.platform.files.actions import attach_file, delete_file
from triptych.platform.files.models import File
from triptych.platform.scope import CELL, entered

pytestmark = pytest.mark.django_db


class Postman:
    """Takes what is sent, or answers with `refusal`."""

    def __init__(self):
        self.mails, self.refusal = [], ""

    async def handle_DATA(self, server, session, envelope):
        if self.refusal:
            return self.refusal
        self.mails.append((envelope, message_from_bytes(envelope.content, policy=default)))
        return "250 OK"


@pytest.fixture
def postman(settings):
    postman = Postman()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(postman, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield postman
    server.stop()


@pytest.fixture
def case(tenant, members, now):
    with entered(tenant):
        by = members["member"]
        contact = create_contact(first_name="Petra", last_name="Novák", emails=["petra@kunde.test"], by=by, now=now)
        return actions.create_case(subject="Quarz\nstopped", contact=contact, by=by, now=now)


@pytest.fixture
def worker(django_capture_on_commit_callbacks):
    """Everything that waits happens, with what follows the commit."""

    def work():
        with django_capture_on_commit_callbacks(execute=True):
            drain()

    return work


@pytest.fixture
def say(tenant, members, case, now):
    def say(body, **more):
        with entered(tenant):
            return actions.reply(case=case, body=body, by=members["member"], now=more.pop("now", now), **more)

    return say


def fares(tenant, message):
    with entered(tenant):
        message.refresh_from_db()
    return message.delivery


def test_a_reply_is_mailed_once_and_answers_find_their_way(tenant, members, case, say, worker, postman, now):
    with entered(tenant):
        first = actions.Written(message_id="<first@kunde.test>", sender_email="petra@kunde.test")
        actions.take_in_message(case=case, body="It stopped.", contact=None, by=None, now=now, written=first)
        actions.add_internal_note(case=case, body="She is difficult.", by=members["member"], now=now)
    message = say("We look into it.", now=now + timedelta(minutes=1))
    assert fares(tenant, message) == "queued"

    worker()
    worker()

    ((envelope, mail),) = postman.mails
    assert (envelope.rcpt_tos, fares(tenant, message)) == (["petra@kunde.test"], "sent")
    assert (mail["From"], mail["To"]) == (
        "\"Member (Acme Tools)\" <support@acme.localhost>", "Petra Novák <petra@kunde.test>",
    )  # fmt: skip
    assert (mail["Subject"], mail["In-Reply-To"]) == ("Re: Quarz stopped [#1]", "<first@kunde.test>")
    assert mail["Message-ID"] == message.message_id
    assert mail["Reply-To"].addresses[0].addr_spec.startswith("support+1.")
    text = mail.get_content().replace("\r\n", "\n")
    assert (text.startswith("We look into it.\n\n"), "> It stopped." in text, "difficult" in text) == (
        True, True, False,
    )  # fmt: skip


def test_a_reply_quotes_nobody_but_whom_it_goes_to(tenant, members, case, say, worker, postman, now):
    who = {"by": members["member"], "now": now}
    with entered(tenant):
        other = actions.create_case(subject="Quartz", requester_email="olaf@kunde.test", **who)
        for about, text, email in ((case, "It stopped.", "petra@kunde.test"), (other, "My secret.", "olaf@kunde.test")):
            written = actions.Written(message_id=f"<{email}>", sender_email=email)
            actions.take_in_message(case=about, body=text, contact=None, by=None, now=now, written=written)
        actions.merge_case(case=other, into=case, **who)
    say("We look into it.", now=now + timedelta(minutes=1))
    worker()

    ((_envelope, mail),) = postman.mails
    assert ("> It stopped." in mail.get_content(), "secret" in mail.get_content()) == (True, False)


def test_what_is_internal_or_has_no_address_never_leaves(tenant, members, case, say, worker, postman, now):
    with entered(tenant):
        nobody = actions.create_case(subject="By phone", by=members["member"], now=now)
        actions.reply(case=nobody, body="Hello.", by=members["member"], now=now)
        actions.add_internal_note(case=case, body="Secret.", by=members["member"], now=now)
    say("Kept only.", by_mail=False)
    worker()

    assert postman.mails == []


def test_a_server_that_is_away_is_tried_again_later(tenant, settings, say, worker, postman, monkeypatch):
    there = settings.EMAIL_PORT
    settings.EMAIL_PORT = 1
    message = say("Hello.")
    worker()
    assert (fares(tenant, message), message.tries) == ("queued", 1)
    assert "could not be reached" in message.delivery_note

    settings.EMAIL_PORT = there
    worker()
    assert postman.mails == []  # its time has not come
    later = clock.now() + PAUSES[0] + timedelta(seconds=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    worker()
    assert (fares(tenant, message), len(postman.mails)) == ("sent", 1)


def test_a_refusal_for_good_is_shown_and_can_be_sent_again(cast, tenant, case, say, worker, postman):
    postman.refusal = "550 5.7.1 We take nothing of yours"
    message = say("Hello.")
    worker()
    page = cast["member"].get(f"/cases/{case.pk}/").content.decode()
    assert (fares(tenant, message), "We take nothing of yours" in page, "Send again" in page) == ("failed", True, True)
    assert "Send again" not in cast["reader"].get(f"/cases/{case.pk}/").content.decode()

    postman.refusal = ""
    cast["member"].post(f"/cases/messages/{message.pk}/send-again/")
    worker()
    assert (fares(tenant, message), len(postman.mails)) == ("sent", 1)


@pytest.mark.parametrize(("who", "status"), [("reader", 403), ("outsider", 302), ("stranger", 302), ("member", 302)])
def test_who_may_send_again_and_only_what_failed(cast, tenant, say, worker, postman, who, status):
    message = say("Hello.")
    worker()
    assert cast[who].post(f"/cases/messages/{message.pk}/send-again/").status_code == status
    worker()
    assert len(postman.mails) == 1


def test_whoever_is_cut_off_while_sending_sends_nothing_twice(cast, tenant, case, say, worker, postman, now):
    message = say("Hello.")
    with entered(tenant):
        claim_sending(message_id=message.pk, now=now)
    worker()

    assert (fares(tenant, message), postman.mails) == ("sending", [])
    assert "Nobody knows whether this left" in cast["member"].get(f"/cases/{case.pk}/").content.decode()


def test_an_event_that_comes_twice_sends_one_mail(tenant, say, worker, postman):
    message = say("Hello.")
    with entered(CELL):
        event = Outbox.objects.get(name="case.replied")
        event.pk, event._state.adding = message.pk, True
        event.save()
    worker()

    assert len(postman.mails) == 1


def test_the_same_through_the_api(api, tenant, case, worker, postman):
    postman.refusal = "554 No"
    reply = """mutation($input: ReplyToCaseInput!) { replyToCase(input: $input) {
        message { id delivery sentTo } problems { code } } }"""
    said = api(reply, input={"id": to_base64("Case", str(case.pk)), "body": "Hello."})["data"]["replyToCase"]["message"]
    assert (said["delivery"], said["sentTo"]) == ("QUEUED", "petra@kunde.test")
    worker()
    again = """mutation($input: ResendCaseMessageInput!) { resendCaseMessage(input: $input) {
        message { delivery } problems { code } } }"""
    assert api(again, input={"id": said["id"]})["data"]["resendCaseMessage"]["message"] == {"delivery": "QUEUED"}
    refused = api(again, input={"id": said["id"]})["data"]["resendCaseMessage"]
    assert refused["problems"] == [{"code": "REFUSED"}]


def test_the_database_keeps_notes_inside(tenant, members, case, now):
    from django.db import IntegrityError, transaction

    with entered(tenant), pytest.raises(IntegrityError), transaction.atomic():
        CaseMessage.objects.create(case=case, kind="internal", body="x", at=now, sent_to="a@b.test", delivery="queued")


def _remembering(attached, kept):
    def remembering(case, message, files):
        kept.extend(files)
        return attached(case, message, files)

    return remembering


class TestFilesOfAReply:
    def test_they_go_with_the_mail_and_stay_on_the_case(self, cast, tenant, case, worker, postman):
        files = [
            ContentFile(b"%PDF-1.4 how to", name="Guide.pdf"),
            ContentFile("Größe;3\n".encode(), name="größen.csv"),
        ]
        page = f"/cases/{case.pk}/say/reply/"
        assert cast["reader"].post(page, {"reply-body": "See."}).status_code == 403
        assert cast["member"].post(page, {"reply-body": "See.", "reply-attachments": files}).status_code == 302

        worker()

        ((_envelope, mail),) = postman.mails
        attached = {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}
        assert attached == {"Guide.pdf": b"%PDF-1.4 how to", "größen.csv": "Größe;3\n".encode()}
        shown = cast["member"].get(f"/cases/{case.pk}/").content.decode()
        assert shown.count("Guide.pdf") >= 2

    def test_one_that_is_refused_keeps_all_back(self, cast, tenant, case):
        files = [ContentFile(b"%PDF-1.4", name="Guide.pdf"), ContentFile(b"MZ\x90\x00", name="run.exe")]
        page = cast["member"].post(
            f"/cases/{case.pk}/say/reply/",
            {"reply-body": "See.", "reply-attachments": files},
            headers={"HX-Request": "true"},
        )
        assert (page.status_code, "run.exe" in page.text, "See." in page.text) == (422, True, True)
        with entered(tenant):
            assert (File.objects.count(), case.messages.count()) == (0, 0)

    def test_no_bytes_stay_of_what_is_too_large_for_a_mail(self, cast, tenant, case, monkeypatch):
        kept = []
        monkeypatch.setattr(conversation, "MOST_MAILED", 2)
        monkeypatch.setattr(conversation, "_attached", _remembering(conversation._attached, kept))
        said = {"reply-body": "See.", "reply-attachments": [ContentFile(b"%PDF-1.4", name="Guide.pdf")]}
        assert cast["member"].post(f"/cases/{case.pk}/say/reply/", said).status_code == 302
        with entered(tenant):
            assert [default_storage.exists(file.storage_key) for file in kept] == [False]

    @pytest.mark.parametrize(
        ("names", "note"),
        [
            (
                ["Prices.txt"],
                "Prices.txt was deleted before this left. Restore it, or send the reply again without it.",
            ),
            (
                ["A.txt", "B.txt"],
                "A.txt, B.txt were deleted before this left. Restore them, or send the reply again without them.",
            ),
        ],
    )
    def test_what_is_deleted_keeps_the_mail_back_until_it_is_sent_without(
        self, cast, tenant, members, case, say, worker, postman, now, names, note
    ):
        with entered(tenant):
            by = members["member"]
            stays, *go = (
                attach_file(upload=ContentFile(b"A", name=name), kind="case", object_id=case.pk, by=by, now=now)
                for name in ("Guide.txt", *names)
            )
        message = say("See.", attachments=[stays, *go])
        with entered(tenant):
            for file in go:
                delete_file(file=file, by=by, now=now)
        worker()
        worker()

        assert (fares(tenant, message), postman.mails) == ("failed", [])
        assert message.delivery_note == note
        with entered(tenant):
            told = list(Notification.objects.values_list("member__name", "kind", "title", "body"))
        assert told == [("Member", "unsent", "Your reply on #1 Quarz stopped has not left", note)]
        assert note in cast["member"].get(f"/cases/{case.pk}/").content.decode()

        assert cast["member"].post(f"/cases/messages/{message.pk}/send-again/").status_code == 302
        worker()
        [(_envelope, mail)] = postman.mails
        assert [part.get_filename() for part in mail.iter_attachments()] == ["Guide.txt"]
        assert (
            f"{names[0]}: It was deleted before it was sent."
            in cast["member"].get(f"/cases/{case.pk}/").content.decode()
        )

    def test_the_api_attaches_files_of_the_case_only(self, api, tenant, members, case, now):
        with entered(tenant):
            by = members["owner"]
            other = actions.create_case(subject="Other", by=by, now=now)
            kept = [
                attach_file(upload=ContentFile(b"A", name="a.txt"), kind="case", object_id=one.pk, by=by, now=now)
                for one in (case, other)
            ]
        asked = """mutation($input: ReplyToCaseInput!) { replyToCase(input: $input) {
            message { attachments { name file } } problems { code field } } }"""
        mine, theirs = (to_base64("File", str(file.pk)) for file in kept)
        said = {"id": to_base64("Case", str(case.pk)), "body": "See."}
        told = api(asked, input={**said, "attachments": [mine]})["data"]["replyToCase"]["message"]
        assert told == {"attachments": [{"name": "a.txt", "file": mine}]}
        refused = api(asked, input={**said, "attachments": [theirs]})["data"]["replyToCase"]["problems"]
        assert refused == [{"code": "REFUSED", "field": "attachments"}]

    def test_a_mail_carries_so_much_and_no_more(self, tenant, members, case, say, now, monkeypatch):
        monkeypatch.setattr(conversation, "MOST_MAILED", 2)
        with entered(tenant):
            upload = ContentFile(b"abc", name="a.txt")
            file = attach_file(upload=upload, kind="case", object_id=case.pk, by=members["member"], now=now)
        with pytest.raises(actions.MessageRefused, match="20 MB"):
            say("See.", attachments=[file])
        assert say("Read it here.", attachments=[file], by_mail=False).attachments
