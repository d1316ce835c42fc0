"""The process of streams as it runs: a real server, a real database, programs that subscribe, and what goes wrong."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx
import pytest
from django.db import connection, transaction

from triptych.core_crm.contacts.actions import create_contact, update_contact
from triptych.core_crm.rights.actions import create_role, give_role
from triptych.platform import events
from triptych.platform.events.models import Outbox, Pulse
from triptych.platform.scope import CELL, CONTROL, building, entered
from triptych.tenants.members.models import Member
from triptych.tenants.members.tokens import create_token, revoke_token
from triptych.tenants.models import Domain, Tenant

HOST = "live.localhost"
WITHIN = 120
CHANGED = """subscription { recordChanged(kinds: ["contact"]) {
  event version by { name } record { ... on Contact { name } } } }"""


class Subscription:
    """A client of one stream, in a thread of its own. `next()` is the next event: its name and its data."""

    def __init__(self, port, token, document, host=HOST):
        self.lines = queue.Queue()
        self.status = None
        self.headers = {"Host": host, "Accept": "text/event-stream", "Authorization": f"Bearer {token}"}
        self.url, self.body = f"http://127.0.0.1:{port}/live/graphql/", {"query": document}
        threading.Thread(target=self._read, daemon=True).start()
        assert self.lines.get(timeout=WITHIN) is not None, self.status

    def _read(self):
        try:
            with (
                httpx.Client(trust_env=False, timeout=WITHIN) as client,
                client.stream("POST", self.url, headers=self.headers, json=self.body) as answer,
            ):
                self.status, name = answer.status_code, ""
                for line in answer.iter_lines():
                    if line == ": welcome":
                        self.lines.put("welcome")
                    elif line.startswith("event: "):
                        name = line.removeprefix("event: ")
                    elif line.startswith("data: ") and name != "beat":
                        self.lines.put((name, json.loads(line.removeprefix("data: ") or "null")))
        except httpx.HTTPError:
            pass
        self.lines.put(None)

    def next(self):
        """None once the stream has ended."""
        return self.lines.get(timeout=WITHIN)

    def is_quiet(self):
        return self.lines.empty()


class Streams:
    """The process, started and ended by the tests."""

    def __init__(self, environment):
        self.environment = environment
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = None

    def start(self):
        command = [sys.executable, "-m", "triptych.cli", "streams", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=self.environment)
        until = time.monotonic() + 60
        while time.monotonic() < until and not self.is_listening():
            time.sleep(0.05)

    def is_listening(self):
        with entered(CELL):
            return Pulse.objects.filter(name="streams").exists()

    def subscribe(self, token, document=CHANGED, **where):
        return Subscription(self.port, token, document, **where)


@pytest.fixture(scope="module")
def streams(django_db_setup, django_db_blocker, tmp_path_factory):
    found = connection.settings_dict
    host = found["HOST"] or found["OPTIONS"].get("host")
    url = f"postgresql://triptych_web@/{found['NAME']}?host={host}"
    streams = Streams({**os.environ, "TRIPTYCH_DATA": str(tmp_path_factory.mktemp("live")), "DATABASE_URL": url})
    with django_db_blocker.unblock():
        streams.start()
        connection.close()
    yield streams
    streams.process.kill()
    streams.process.wait()
    with django_db_blocker.unblock():
        with entered(CELL):
            Pulse.objects.all().delete()
        connection.close()


@pytest.fixture
def house(place, now):
    """A tenant with a host of its own, an owner, somebody who sees only their own contacts, and a token of each."""
    with entered(CONTROL):
        Domain.objects.create(tenant=place, domain=HOST, is_primary=True)
    with entered(place), transaction.atomic():
        owner = Member.objects.create(name="Ann", role="owner", created_at=now)
        narrow = Member.objects.create(name="Ben", role="member", created_at=now)
        rights = {"contact": {"read": "own"}}
        role = create_role(name="Own", base="member", rights=rights, field_rights={}, by=owner, now=now)
        narrow = give_role(member=narrow, role=role, by=owner, now=now)
        make = {"scopes": ["read"], "expires_at": None, "name": "", "now": now}
        tokens = {one.name: create_token(member=one, **make) for one in (owner, narrow)}
    return {"tenant": place, "owner": owner, "narrow": narrow, "tokens": tokens}


def text_of(house, name):
    return house["tokens"][name][1]


def contact_of(house, owner, now, name="Ilse"):
    with entered(house["tenant"]):
        return create_contact(first_name=name, owner=owner, by=house["owner"], now=now)


def names(message):
    return message[0], message[1]["data"]["recordChanged"]["record"]["name"]


def test_each_hears_what_they_see_as_it_is_committed_and_nothing_else(house, streams, now):
    ann = streams.subscribe(text_of(house, "Ann"))
    ben = streams.subscribe(text_of(house, "Ben"))

    contact = contact_of(house, house["owner"], now)
    first = ann.next()
    contact_of(house, house["narrow"], now, name="Own")

    assert first == (
        "next",
        {
            "data": {
                "recordChanged": {
                    "event": "contact.created",
                    "version": 1,
                    "by": {"name": "Ann"},
                    "record": {"name": "Ilse"},
                }
            },
            "extensions": first[1]["extensions"],
        },
    )
    assert first[1]["extensions"]["cost"]["requested"] > 0
    assert first[1]["extensions"]["cost"]["remaining"] < 200_000
    assert (names(ann.next()), names(ben.next())) == (("next", "Own"), ("next", "Own"))

    with entered(house["tenant"]), transaction.atomic():
        update_contact(contact=contact, first_name="Never", by=house["owner"], now=now)
        transaction.set_rollback(True)
    with entered(house["tenant"]):
        update_contact(contact=contact, first_name="Committed", by=house["owner"], now=now)
    assert names(ann.next()) == ("next", "Committed")
    assert ben.is_quiet()


def test_a_revoked_token_ends_its_stream_and_leaves_the_others(house, streams, now, eventually):
    ann, ben = (streams.subscribe(text_of(house, name)) for name in ("Ann", "Ben"))

    with entered(house["tenant"]):
        revoke_token(token=house["tokens"]["Ben"][0], now=now)

    assert ben.next() is None
    contact_of(house, house["owner"], now)
    assert names(ann.next()) == ("next", "Ilse")


@pytest.mark.parametrize("document", ["subscription {", 'subscription { recordChanged(kinds: ["nothing"]) { kind } }'])
def test_a_document_that_does_not_fit_is_told_so_and_the_stream_ends(house, streams, document):
    headers = {
        "Host": HOST,
        "Accept": "text/event-stream",
        "Authorization": f"Bearer {text_of(house, 'Ann')}",
    }
    url = f"http://127.0.0.1:{streams.port}/live/graphql/"
    answer = httpx.post(url, headers=headers, json={"query": document}, trust_env=False, timeout=WITHIN)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert [line for line in answer.text.split("\n") if line.startswith("event")] == ["event: next", "event: complete"]
    assert '"errors"' in answer.text


def test_a_lost_connection_to_the_database_is_made_anew_and_clients_know_of_the_gap(house, streams, now):
    ann = streams.subscribe(text_of(house, "Ann"))

    with entered(building("public")), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query IN ('LISTEN triptych_live', 'SELECT 1')"
            " AND pid <> pg_backend_pid()"
        )

    assert ann.next() is None
    again = streams.subscribe(text_of(house, "Ann"))
    contact_of(house, house["owner"], now)
    assert names(again.next()) == ("next", "Ilse")


def test_whatever_is_notified_by_hand_tells_nothing_and_breaks_nothing(house, streams, now):
    """Any role may notify any channel, so a hostile one is tried as the role of another tenant."""
    with entered(CONTROL):
        tenant = Tenant.objects.get(subdomain="acme")
    ann = streams.subscribe(text_of(house, "Ann"))
    with entered(tenant), transaction.atomic():
        events.announce("contact.created", None, by=None, at=now, ids=["x"])
    with entered(CELL):
        foreign = Outbox.objects.filter(tenant_id=tenant.id).latest("id").pk
    with entered(tenant), connection.cursor() as cursor:
        for payload in ("", "x", "'; --", str(foreign), str(house["tenant"].id), "9" * 7000):
            cursor.execute("SELECT pg_notify('triptych_live', %s)", [payload])

    contact_of(house, house["owner"], now)

    assert names(ann.next()) == ("next", "Ilse")
    assert ann.is_quiet()
    with entered(CELL):
        Outbox.objects.filter(tenant_id=tenant.id).delete()


def test_asked_to_end_it_ends_its_streams_and_started_again_it_goes_on(house, streams, now):
    ann = streams.subscribe(text_of(house, "Ann"))
    streams.process.send_signal(signal.SIGINT)
    assert ann.next() is None
    assert streams.process.wait(WITHIN) == 0
    assert not streams.is_listening()

    streams.start()
    ann = streams.subscribe(text_of(house, "Ann"))
    contact_of(house, house["owner"], now)
    assert names(ann.next()) == ("next", "Ilse")
