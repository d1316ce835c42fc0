"""Mails that come: what becomes of each, and that none is lost."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from strawberry.relay.utils import to_base64

from triptych.core_crm.cases import actions, addresses
from triptych.core_crm.cases.models import Case, CaseMessage, Queue
from triptych.core_crm.contacts.actions import create_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.mail.actions import keep_mail
from triptych.core_crm.mail.models import Arrival
from triptych.core_crm.mail.taking_in import take_in
from triptych.platform.files.models import File
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

SUPPORT = "support@acme.localhost"
HOME = "/settings/mail/"


def mail(text="It stopped.", *, sender="Petra Novak <petra@kunde.test>", to=SUPPORT, subject="Quarz", id="1", **more):
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"], letter["Message-ID"] = sender, to, subject, f"<{id}@kunde.test>"
    for name, value in more.items():
        letter[name.replace("_", "-")] = value
    letter.set_content(text)
    return letter


@pytest.fixture
def arrive(tenant, now):
    """Bring a mail and let the worker see it."""

    def arrive(letter, *, at=now, to=SUPPORT):
        raw = letter if isinstance(letter, bytes) else letter.as_bytes()
        with entered(tenant):
            arrival = keep_mail(raw=raw, recipient=to, sender="", now=at)
            take_in(arrival.pk, now=at)
            return Arrival.objects.select_related("case__contact", "case__queue").get(pk=arrival.pk)

    return arrive


@pytest.fixture
def petra(tenant, members, now):
    with entered(tenant):
        emails = ["petra@home.test", "petra@kunde.test"]
        return create_contact(first_name="Petra", last_name="Novak", emails=emails, by=members["member"], now=now)


@pytest.fixture
def opened(arrive):
    """The case that Petra's first mail opened."""
    return arrive(mail()).case


@pytest.fixture
def said(tenant):
    def said(case):
        with entered(tenant):
            rows = CaseMessage.objects.of_conversation(case).order_by("at", "pk")
            return [(message.kind, message.sender_email, message.body) for message in rows]

    return said


@pytest.fixture
def close(tenant, members, now):
    def close(case):
        with entered(tenant):
            return actions.reply(case=case, body="Done.", by=members["member"], now=now, then="closed")

    return close


def address_of(tenant, case):
    with entered(tenant):
        return addresses.address_of_case(case, case.queue, host="acme.localhost")


def again(tenant, case):
    with entered(tenant):
        return Case.objects.get(pk=case.pk)


def test_a_mail_opens_a_case_for_the_contact_who_wrote(tenant, arrive, petra, said, now):
    arrival = arrive(mail("It stopped.\n\nPetra"))

    case = arrival.case
    assert (arrival.state, case.subject, case.origin, case.contact, case.queue.name) == (
        "taken", "Quarz", "email", petra, "Support",
    )  # fmt: skip
    assert (case.requester_email, case.awaits_reply) == ("petra@kunde.test", True)
    assert said(case) == [("public", "petra@kunde.test", "It stopped.\n\nPetra")]


def test_the_recipient_chooses_the_queue(tenant, members, arrive, now):
    with entered(tenant):
        actions.create_queue(name="Returns & Co", mailbox="back", by=members["owner"], now=now)
    assert arrive(mail(to="back@acme.localhost"), to="back@acme.localhost").case.queue.name == "Returns & Co"
    assert arrive(mail(to="nobody@acme.localhost", id="2"), to="nobody@acme.localhost").case.queue.name == "Support"


def test_who_is_unknown_becomes_a_contact_when_somebody_says_so(cast, tenant, opened):
    page = cast["member"].get(f"/cases/{opened.pk}/").content.decode()
    assert "Petra Novak (petra@kunde.test) is not among your contacts." in page
    assert cast["reader"].post(f"/cases/{opened.pk}/requester/").status_code == 403

    cast["member"].post(f"/cases/{opened.pk}/requester/")

    with entered(tenant):
        contact = Contact.objects.get()
        assert (contact.full_name, contact.primary_email) == ("Petra Novak", "petra@kunde.test")
        assert Case.objects.get().contact == CaseMessage.objects.get().contact == contact


def test_a_copy_of_a_mail_is_kept_once_and_one_that_only_shares_its_id_is_not_lost(tenant, arrive, said):
    first = arrive(mail())
    relayed = arrive(b"Received: from elsewhere\r\n" + mail().as_bytes())
    other = arrive(mail("Something else."))

    assert (relayed.pk, other.pk == first.pk) == (first.pk, False)
    assert (len(said(first.case)), other.state) == (1, "taken")


def test_an_answer_to_the_address_of_the_case_joins_it_without_the_quoted_text(tenant, arrive, opened, said):
    text = "Yes, please.\n\nOn Mon, 2 Mar 2026 at 10:00, Ann <support@acme.localhost> wrote:\n> Shall we come?"
    to = address_of(tenant, opened)

    arrival = arrive(mail(text, id="2", In_Reply_To="<x@acme.localhost>", to=to), to=to)

    assert arrival.case == opened
    assert said(opened)[-1] == ("public", "petra@kunde.test", "Yes, please.")


def test_an_answer_to_a_mail_of_ours_joins_its_case(tenant, arrive, opened, close, said):
    ours = close(opened).message_id

    assert arrive(mail("No.", id="2", References=f"<1@kunde.test> {ours}")).case == opened
    assert (said(opened)[-1][2], again(tenant, opened).status) == ("No.", "assigned")


def test_a_forged_address_or_subject_opens_a_case_of_its_own(tenant, arrive, opened):
    forged = f"support+{opened.number}.{'a' * 16}@acme.localhost"

    assert arrive(mail(id="2", to=forged, subject=f"Re: Quarz [#{opened.number}]"), to=forged).case != opened


def test_a_token_of_one_tenant_is_none_in_another(tenant, other_tenant, opened):
    with entered(tenant):
        token = addresses.token_of(opened.pk)
    with entered(other_tenant):
        assert addresses.token_of(opened.pk) != token
        assert addresses.case_at(f"support+{opened.number}.{token}@globex.localhost") is None


def test_somebody_else_with_the_address_of_a_case_becomes_a_note_that_warns(cast, tenant, arrive, opened, close, said):
    close(opened)
    arrive(mail("Send it to me instead.", sender="Eve <eve@evil.test>", id="2"), to=address_of(tenant, opened))

    assert said(opened)[-1] == ("internal", "eve@evil.test", "Send it to me instead.")
    assert again(tenant, opened).status == "closed"
    assert "eve@evil.test is nobody this case knows." in cast["member"].get(f"/cases/{opened.pk}/").content.decode()


def test_any_address_of_the_contact_may_answer(tenant, arrive, petra, opened, said):
    arrive(mail("From home.", sender="petra@home.test", id="2"), to=address_of(tenant, opened))

    assert said(opened)[-1][0] == "public"


@pytest.mark.parametrize(("days", "reopened"), [(14, True), (15, False)])
def test_a_late_answer_begins_a_new_case_that_follows_the_old_one(
    tenant, arrive, opened, close, said, now, days, reopened
):
    close(opened)
    later = now + timedelta(days=days, seconds=-1)
    case = arrive(mail("Broken again.", id="2"), to=address_of(tenant, opened), at=later).case

    assert (case == opened, again(tenant, opened).is_open) == (reopened, reopened)
    if not reopened:
        assert (case.follows_id, case.following, said(case)[0][2]) == (opened.pk, "late_reply", "Broken again.")


def test_mail_to_a_merged_case_goes_to_the_one_that_goes_on(tenant, members, arrive, opened, said, now):
    with entered(tenant):
        other = actions.create_case(subject="Same", by=members["member"], now=now)
        actions.merge_case(case=opened, into=other, by=members["member"], now=now)
    assert arrive(mail("And?", id="2"), to=address_of(tenant, opened)).case == other
    assert [kind for kind, _sender, _body in said(other)] == ["public", "public"]


def test_an_out_of_office_note_reopens_nothing_and_opens_nothing(tenant, arrive, opened, close, said):
    close(opened)
    away = {"Auto_Submitted": "auto-replied", "subject": "Away"}

    assert arrive(mail("I am away.", id="2", **away), to=address_of(tenant, opened)).case == opened
    assert (said(opened)[-1][2], again(tenant, opened).status) == ("I am away.", "closed")
    alone = arrive(mail("I am away.", id="3", **away))
    assert (alone.state, alone.case) == ("aside", None)


@pytest.mark.parametrize(
    "letter",
    [
        mail(sender="Support <support@acme.localhost>"),
        mail(X_Loop="support@acme.localhost"),
        b"Received: x\n" * 51 + mail().as_bytes(),
    ],
)
def test_what_goes_in_circles_is_set_aside_and_can_be_taken_in(cast, tenant, members, arrive, letter):
    arrival = arrive(letter)
    assert (arrival.state, arrival.case, bool(arrival.reason)) == ("aside", None, True)

    cast["admin"].post(f"{HOME}{arrival.pk}/try/")

    with entered(tenant):
        assert Arrival.objects.get(pk=arrival.pk).case == Case.objects.get()


def test_a_flood_of_one_sender_is_set_aside(tenant, arrive):
    states = [arrive(mail(f"{number}", id=str(number))).state for number in range(32)]

    assert (states[:30], set(states[31:])) == (["taken"] * 30, {"aside"})


def test_a_mail_that_came_back_is_shown_at_the_reply(cast, tenant, arrive, opened, close):
    ours = close(opened)
    report = (
        b"From: MAILER-DAEMON@mx.test\r\nReturn-Path: <>\r\nMessage-ID: <b@mx.test>\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        b"--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        b"Final-Recipient: rfc822; petra@kunde.test\r\nStatus: 5.1.1\r\n"
        b"Diagnostic-Code: smtp; 550 Nobody of that name\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        b"Message-ID: " + ours.message_id.encode() + b"\r\n\r\n--b--\r\n"
    )
    arrival = arrive(report)
    assert (arrival.state, arrival.case) == ("taken", opened)
    page = cast["member"].get(f"/cases/{opened.pk}/").content.decode()
    assert ("550 Nobody of that name" in page, "Send again" in page) == (True, True)


def test_attachments_pass_the_checks_of_files(cast, tenant, arrive):
    letter = mail("See the picture.")
    letter.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="offer.pdf")
    letter.add_attachment(b"MZ\x90\x00", maintype="application", subtype="pdf", filename="../../run.exe")
    case = arrive(letter).case

    with entered(tenant):
        kept, refused = CaseMessage.objects.get().attachments
        assert File.objects.get(kind="case", object_id=case.pk).name == "offer.pdf"
    assert (kept["name"], refused["file"]) == ("offer.pdf", None)
    page = cast["member"].get(f"/cases/{case.pk}/").content.decode()
    assert (f"/files/{kept['file']}/" in page, "Files of this kind are not taken" in page) == (True, True)


def test_a_very_long_mail_is_shortened_and_whole_beside_it(tenant, arrive):
    case = arrive(mail("word " * 10_000)).case

    with entered(tenant):
        message, file = CaseMessage.objects.get(), File.objects.get(object_id=case.pk)
    assert (len(message.body) < 20_000, file.name, file.size >= 49_000) == (True, "message.txt", True)


def test_what_is_not_understood_is_kept_and_shown(cast, tenant, arrive):
    arrival = arrive(b"Subject: no sender\n\nHello")
    assert (arrival.state, arrival.reason) == ("failed", "It does not say who sent it.")
    owner = cast["owner"]
    page = owner.get(HOME).content.decode()
    assert ("Not understood" in page, "Try again" in page, SUPPORT in page) == (True, True, True)

    owner.post(f"{HOME}{arrival.pk}/try/")
    assert "It still is not understood" in owner.get(HOME).content.decode()
    download = owner.get(f"{HOME}{arrival.pk}/download/")
    assert b"".join(download.streaming_content) == b"Subject: no sender\n\nHello"
    assert download["Content-Disposition"] == 'attachment; filename="mail.eml"'


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 200), ("member", 403), ("reader", 403), ("outsider", 302), ("stranger", 302)]
)
def test_who_sees_what_came(cast, tenant, arrive, who, status):
    arrival = arrive(b"Subject: Secret\n\nHello")
    for path in ("", f"{arrival.pk}/download/"):
        response = cast[who].get(HOME + path)
        assert response.status_code == status
        if status != 200:
            assert b"Secret" not in response.content
    assert cast[who].post(f"{HOME}{arrival.pk}/try/").status_code == (302 if status == 200 else status)


def test_the_same_through_the_api(api, tenant, arrive):
    arrival = arrive(mail(X_Loop=SUPPORT))
    mails = "{ arrivedMails(filter: {state: {eq: ASIDE}}) { edges { node { id subject reason } } } }"
    ((edge,)) = api(mails)["data"]["arrivedMails"]["edges"]
    assert edge["node"]["subject"] == "Quarz"
    assert api(mails, who="member")["data"]["arrivedMails"]["edges"] == []
    attempt = """mutation($input: TryArrivedMailInput!) { tryArrivedMail(input: $input) {
        arrivedMail { state case { subject } } problems { code } } }"""
    input = {"id": to_base64("ArrivedMail", str(arrival.pk))}
    assert api(attempt, who="member", input=input)["data"]["tryArrivedMail"]["problems"] == [{"code": "FORBIDDEN"}]
    taken = api(attempt, input=input)["data"]["tryArrivedMail"]["arrivedMail"]
    assert taken == {"state": "TAKEN", "case": {"subject": "Quarz"}}
    again = api(attempt, input=input)["data"]["tryArrivedMail"]["problems"]
    assert again == [{"code": "REFUSED"}]


def test_a_queue_needs_a_mail_name_of_its_own(cast, tenant, now, members):
    owner = cast["owner"]
    for mailbox in ("support", "a b", "ü@x", "-x", "x" * 64):
        assert owner.post("/settings/queues/new/", {"name": "Second", "mailbox": mailbox}).status_code == 422
    with entered(tenant):
        assert Queue.objects.count() == 1
