"""Logs: one JSON object a line, with what it is about, and each request with an id that goes everywhere with it."""

import json
import logging

import pytest
import structlog
from asgiref.sync import async_to_sync, sync_to_async
from django.http import HttpResponse
from django.test import AsyncClient, RequestFactory

from triptych.platform.events import tenancy
from triptych.platform.events.models import Outbox
from triptych.platform.events.queue import deliver
from triptych.platform.scope import CELL, entered
from triptych.platform.web import logs
from triptych.platform.web.requests import request_middleware, shown_path


@pytest.fixture
def lines(capsys):
    """The lines logged so far, as programs read them."""
    logs.configure({"json": True})
    logs.clear()
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    logs.clear()
    logs.configure({"json": False})


@pytest.mark.parametrize("logger", [logging.getLogger("some.room"), structlog.get_logger("some.room")])
def test_a_line_says_what_it_is_about_whichever_library_logs_it(lines, logger):
    with logs.bound(tenant="t_1", member="m_1", request="r-1", plugin="parcels"):
        logger.warning("parcel lost")

    (line,) = lines()
    assert {key: line[key] for key in ("event", "level", "logger")} == {
        "event": "parcel lost",
        "level": "warning",
        "logger": "some.room",
    }
    assert {key: line[key] for key in ("tenant", "member", "request", "plugin")} == {
        "tenant": "t_1",
        "member": "m_1",
        "request": "r-1",
        "plugin": "parcels",
    }


def test_an_exception_is_one_line_without_the_values_of_its_variables(lines):
    email = "maria@example.com"
    try:
        raise ValueError("no such parcel")
    except ValueError:
        logging.getLogger("some.room").exception("parcel lost")

    (line,) = lines()
    assert line["exception"][0]["exc_value"] == "no such parcel"
    assert email not in json.dumps(line)


@pytest.mark.parametrize(
    ("given", "kept"), [("client-0123.abc", True), ("short", False), ("x" * 65, False), ("a\nb-forged-line", False)]
)
def test_a_request_has_an_id_and_gives_it_back(lines, given, kept):
    seen = []

    def view(request):
        seen.append(logs.request_id())
        return HttpResponse("ok", status=201)

    response = request_middleware(view)(RequestFactory().post("/parcels/", headers={"X-Request-ID": given}))

    (line,) = lines()
    assert (line["event"], line["method"], line["path"], line["status"]) == ("request", "POST", "/parcels/", 201)
    assert line["duration_ms"] >= 0
    assert response.headers["X-Request-ID"] == line["request"] == seen[0]
    assert (seen[0] == given) is kept
    assert len(seen[0]) >= 8
    assert logs.request_id() == ""


def test_what_is_searched_for_and_secrets_in_paths_are_not_logged(lines):
    request = RequestFactory().get("/invitations/s3cret-token/", {"q": "Maria"})
    request.resolver_match = type("Match", (), {"kwargs": {"token": "s3cret-token", "page": 1}})()

    assert shown_path(request) == "/invitations/<token>/"


@pytest.mark.django_db
def test_a_members_request_names_tenant_and_member_and_its_events_carry_its_id(lines, cast, tenant, members):
    cast["member"].get("/", headers={"X-Request-ID": "client-0001"})

    line = next(line for line in lines() if line["event"] == "request")
    assert (line["request"], line["tenant"], line["member"]) == (
        "client-0001",
        tenant.schema_name,
        str(members["member"].pk),
    )


def test_a_task_is_about_its_tenant_and_request(lines, monkeypatch):
    seen = []
    monkeypatch.setattr("triptych.platform.events.delivering.deliver", lambda *ids: seen.append(logs.context()))
    ids = {"tenant_id": "0192a5e0-0000-7000-8000-000000000001", "request_id": "r-0000001"}

    deliver("0192a5e0-0000-7000-8000-000000000002", 0, **ids)

    assert seen == [{"tenant": ids["tenant_id"], "request": "r-0000001"}]


@pytest.mark.parametrize("tenant_id", [{}, {"tenant_id": ""}, {"tenant_id": None}])
def test_a_task_without_a_tenant_is_neither_sent_nor_run(tenant_id):
    with pytest.raises(tenancy.OutsideTenant, match=r"triptych\.deliver was sent without a tenant"):
        deliver.apply_async(args=["1", 0], kwargs=tenant_id)
    with pytest.raises(tenancy.OutsideTenant, match=r"triptych\.deliver was run without a tenant"):
        deliver("1", 0, **tenant_id)


@pytest.mark.django_db
def test_an_event_carries_the_request_that_caused_it(in_tenant, now):
    from triptych.platform import events

    with logs.bound(request="client-0002"):
        events.announce("parcel.sent", None, by=None, at=now)

    with entered(CELL):
        assert Outbox.objects.get(name="parcel.sent").request_id == "client-0002"


def test_under_asgi_the_line_knows_what_the_inner_middleware_found_out_in_its_thread(lines):
    async def inner(request):
        await sync_to_async(logs.bind)(tenant="t_1")
        return HttpResponse()

    request = RequestFactory().get("/parcels/", headers={"X-Request-ID": "client-0004"})
    response = async_to_sync(request_middleware(inner))(request)

    (line,) = lines()
    assert (response.headers["X-Request-ID"], line["request"], line["tenant"]) == ("client-0004", "client-0004", "t_1")


def test_under_asgi_health_is_answered_too():
    response = async_to_sync(AsyncClient().get)("/health/live")

    assert response.status_code == 200
