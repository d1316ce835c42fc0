"""Health, metrics and Sentry: what the operator sees, and what nobody is to see."""

import gzip
import json
import logging
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import sentry_sdk
from django.test import Client

from triptych.platform import clock, events
from triptych.platform.events.models import Pulse
from triptych.platform.events.registry import forget
from triptych.platform.events.testing import drain
from triptych.platform.observability import health, sentry
from triptych.platform.scope import CELL, entered
from triptych.platform.web import logs


def beat(*, at, broker_error=""):
    with entered(CELL):
        Pulse.objects.update_or_create(name="relay", defaults={"at": at, "broker_error": broker_error})


@pytest.mark.parametrize("host", ["acme.localhost", "localhost", "nobody.localhost", "10.0.0.7"])
@pytest.mark.parametrize("path", ["/health/live", "/health/live/"])
@pytest.mark.django_db
def test_a_living_process_says_so_on_any_host(host, path):
    response = Client(SERVER_NAME=host).get(path)

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_when_all_is_well():
    beat(at=clock.now())
    response = Client(SERVER_NAME="nobody.localhost").get("/health/ready")

    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "checks": {"broker": "ok", "database": "ok", "disk": "ok", "migrations": "ok", "tenants": "ok"},
    }


@pytest.mark.parametrize(
    ("age", "broker_error", "says"),
    [
        (timedelta(seconds=5), "ConnectionError", "The relay cannot reach the broker. Tasks wait."),
        (timedelta(minutes=5), "", "The relay gives no sign of life. Tasks wait until `triptych worker` runs."),
    ],
)
@pytest.mark.django_db
def test_a_lost_broker_or_relay_is_shown_and_takes_no_web_server_out_of_service(age, broker_error, says):
    beat(at=clock.now() - age, broker_error=broker_error)
    response = Client().get("/health/ready")

    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["checks"]["broker"] == says


@pytest.mark.django_db
def test_what_requests_need_and_is_missing_takes_it_out_of_service(monkeypatch):
    def raises():
        raise ConnectionError("postgres.internal:5432 refused, password=hunter2")

    monkeypatch.setattr(health, "_checks", {"database": health.Check("database", raises, critical=True)})
    response = Client().get("/health/ready")

    assert (response.status_code, response.json()["status"]) == (503, "failing")
    assert "hunter2" not in response.text


@pytest.mark.django_db
def test_a_full_disk_takes_it_out_of_service(monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 2**80)
    response = Client().get("/health/ready")

    assert response.status_code == 503
    assert "MB are free" in response.json()["checks"]["disk"]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "203.0.113.9"}, 404),
        ({"REMOTE_ADDR": ""}, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 404),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer metrics-token"}, 200),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer wrong"}, 404),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer "}, 404),
    ],
)
@pytest.mark.django_db
def test_metrics_are_for_this_machine_and_the_token(settings, who, status):
    settings.METRICS_TOKEN = "metrics-token"

    assert Client().get("/metrics", **who).status_code == status


@pytest.mark.django_db
def test_without_a_token_nobody_from_elsewhere_reads_metrics(settings):
    settings.METRICS_TOKEN = ""
    who = {"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer "}

    assert Client().get("/metrics", **who).status_code == 404


@pytest.mark.django_db
def test_metrics_count_requests_and_what_waits(tenant, now, cast):
    drain()
    cast["stranger"].get("/login/")
    with entered(tenant):
        events.announce("parcel.sent", None, by=None, at=now)
    shown = Client(REMOTE_ADDR="127.0.0.1").get("/metrics").text

    assert 'triptych_http_requests_total{method="GET",status="200"}' in shown
    assert "triptych_outbox_waiting 1.0" in shown


@pytest.fixture
def ingest():
    """A Sentry that only listens: the reports that reached it."""
    received = []

    class Ingest(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            parts = [json.loads(line) for line in body.splitlines() if line]
            received.extend(part for part in parts if "event_id" in part and "level" in part)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ingest)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sentry.start(f"http://key@127.0.0.1:{server.server_port}/1", mode="test")

    def reports():
        sentry_sdk.flush(5)
        return received

    yield reports
    sentry_sdk.get_client().close()
    sentry_sdk.init()
    server.shutdown()


@pytest.mark.django_db
def test_a_failing_handler_is_reported_with_tenant_plugin_and_request(ingest, in_tenant, tenant, now):
    def fails(event):
        raise RuntimeError("no such parcel")

    events.handles("parcel.sent")(fails)
    try:
        with logs.bound(request="client-0003", plugin="parcels"):
            events.announce("parcel.sent", None, by=None, at=now)
            drain(strict=False)
    finally:
        forget(fails)

    (report,) = ingest()
    assert report["exception"]["values"][-1]["value"] == "no such parcel"
    assert {name: report["tags"][name] for name in ("tenant", "plugin", "request")} == {
        "tenant": tenant.schema_name,
        "plugin": "parcels",
        "request": "client-0003",
    }


def test_a_report_says_nothing_about_people(ingest):
    def look_up(email):
        raise LookupError(f"duplicate Key (email, phone)=({email}, +39 06 1234567) of Maria.Rossi@example.com")

    sentry_sdk.set_user({"id": "1", "email": "maria.rossi@example.com", "ip_address": "203.0.113.9"})
    logging.getLogger("some.room").info("calling maria.rossi@example.com", extra={"phone": "+39 06 1234567"})
    try:
        look_up("maria.rossi@example.com")
    except LookupError:
        logging.getLogger("some.room").exception("could not find %s", "maria.rossi@example.com")

    (report,) = ingest()
    text = json.dumps(report).lower()
    assert "duplicate key […] of [email]" in report["exception"]["values"][-1]["value"].lower()
    for private in ("maria.rossi", "1234567", "203.0.113.9"):
        assert private not in text


def test_a_report_of_a_request_leaves_out_cookies_body_query_and_caller():
    report = sentry.scrubbed(
        {
            "request": {
                "method": "POST",
                "url": "http://acme.localhost/contacts/?q=Maria",
                "query_string": "q=Maria",
                "cookies": "session=s3cret",
                "data": {"email": "maria@example.com"},
                "env": {"REMOTE_ADDR": "203.0.113.9"},
                "headers": {"Cookie": "session=s3cret", "Authorization": "Bearer s3cret", "User-Agent": "Browser"},
            }
        },
        {},
    )

    assert report["request"] == {
        "method": "POST",
        "url": "http://acme.localhost/contacts/",
        "headers": {"User-Agent": "Browser"},
    }


def test_without_an_address_nothing_is_reported():
    before = sentry_sdk.get_client()
    sentry.start("")

    assert sentry_sdk.get_client() is before
