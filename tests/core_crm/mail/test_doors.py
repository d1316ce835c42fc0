"""The two doors for mail: LMTP on loopback, and the command line."""

import smtplib
import socket
import subprocess
import sys

import pytest

from triptych.core_crm.mail import command, listener
from triptych.core_crm.mail.models import Arrival
from triptych.platform.refusals import Refused
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.models import Domain, Tenant

MAIL = b"From: Ann <ann@kunde.test>\r\nSubject: Help\r\nMessage-ID: <1@kunde.test>\r\n\r\nPlease.\r\n"


@pytest.fixture
def lmtp(fresh_tenant):
    """A listener, and a tenant at fresh.localhost, committed: the listener has connections of its own."""
    with entered(CONTROL):
        Domain.objects.create(tenant=fresh_tenant, domain="fresh.localhost", is_primary=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = listener.controller(host="127.0.0.1", port=port)
    server.start()
    yield smtplib.LMTP("127.0.0.1", port)
    server.stop()
    with entered(CONTROL):
        Domain.objects.filter(domain="fresh.localhost").delete()


def kept(tenant):
    with entered(tenant):
        return list(Arrival.objects.values_list("recipient", "sender", "state"))


def test_the_recipient_decides_the_tenant_and_whoever_hears_250_may_forget_the_mail(lmtp, fresh_tenant):
    lmtp.sendmail("ann@kunde.test", ["support@fresh.localhost"], MAIL)
    assert kept(fresh_tenant) == [("support@fresh.localhost", "ann@kunde.test", "waiting")]

    for nobody in ("nobody@fresh.localhost", "support@elsewhere.test", "support+1.aaaaaaaaaaaaaaaa@fresh.localhost"):
        lmtp.mail("ann@kunde.test")
        code, _said = lmtp.rcpt(nobody)
        assert (code == 250) == nobody.startswith("support+")  # the queue takes what names no case
        lmtp.rset()

    lmtp.mail("ann@kunde.test", [f"size={40 * 1024 * 1024}"])
    assert lmtp.rcpt("support@fresh.localhost")[0] != 250

    with entered(CONTROL):
        Tenant.objects.filter(pk=fresh_tenant.pk).update(state=Tenant.State.SUSPENDED)
    lmtp.rset()
    lmtp.mail("ann@kunde.test")
    assert lmtp.rcpt("support@fresh.localhost")[0] == 451  # for now: the mail server tries again
    with entered(CONTROL):
        Tenant.objects.filter(pk=fresh_tenant.pk).update(state=Tenant.State.TRIAL)


@pytest.mark.django_db
def test_a_file_is_delivered(tenant, tmp_path):
    file = tmp_path / "mail.eml"
    file.write_bytes(MAIL)

    assert command.deliver(tenant=tenant, file=str(file), recipient="support@acme.localhost") == "#1 Help"
    assert command.deliver(tenant=tenant, file=str(file), recipient="") == "#1 Help"
    assert kept(tenant) == [("support@acme.localhost", "ann@kunde.test", "taken")]


@pytest.mark.django_db
@pytest.mark.parametrize(("content", "message"), [(None, "cannot be read"), (b"  ", "is empty")])
def test_what_is_no_mail(tenant, tmp_path, content, message):
    file = tmp_path / "mail.eml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Refused, match=message):
        command.deliver(tenant=tenant, file=str(file), recipient="")


def test_the_commands_are_there():
    for name in ("deliver", "serve"):
        shown = subprocess.run(
            [sys.executable, "-m", "triptych.cli", "mail", name, "--help"], capture_output=True, text=True, check=False
        )
        assert shown.returncode == 0
