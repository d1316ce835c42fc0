"""The frame of the pages: navigation, palette, toasts, error pages."""

import json
import re

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import include, path

from triptych.platform.refusals import Forbidden
from triptych.platform.web import errors, toasts
from triptych.tenants.members.signed_in import public_page

pytestmark = pytest.mark.django_db


def navigation(page: str) -> list[str]:
    return re.findall(r'class="nav-item" href="([^"]+)"', page.split("</nav>")[0])


class TestNavigation:
    def test_the_lines_of_core_stand_first_and_settings_last(self, cast):
        lines = navigation(cast["member"].get("/").content.decode())

        assert lines[:9] == [
            "/", "/contacts/", "/companies/", "/leads/", "/deals/", "/cases/", "/calendar/", "/activities/",
            "/import/",
        ]  # fmt: skip
        assert lines[-1] == "/settings/"

    @pytest.mark.parametrize(
        ("address", "current"), [("/", "/"), ("/settings/people/", "/settings/"), ("/workspaces/", None)]
    )
    def test_the_line_that_leads_here_is_marked(self, cast, address, current):
        page = cast["member"].get(address).content.decode()

        marked = re.findall(r'class="nav-item" href="([^"]+)" aria-current="page"', page)
        assert set(marked) == ({current} if current else set())

    def test_readers_are_offered_nothing_new(self, cast):
        assert 'id="new-open"' in cast["member"].get("/").content.decode()
        assert 'id="new-open"' not in cast["reader"].get("/").content.decode()

    def test_the_frame_asks_the_database_for_views_in_the_menu_alone(
        self, cast, django_assert_num_queries, tenant, members, in_tenant
    ):
        from django.template.loader import render_to_string

        request = RequestFactory().get("/deals/", SERVER_NAME="acme.localhost")
        request.tenant, request.member = tenant, members["owner"]
        with django_assert_num_queries(1) as asked:
            render_to_string("shell/page.html", {}, request)
        assert 'FROM "lists_savedview"' in asked.captured_queries[0]["sql"]


class TestPalette:
    def items(self, client, text):
        page = client.get("/palette/", {"q": text}).content.decode()
        return re.findall(r'href="([^"]+)">.*?<span class="clip">([^<]+)</span>', page)

    def test_it_offers_places_and_acts_by_the_beginnings_of_their_words(self, cast):
        assert self.items(cast["member"], "new con") == [("/contacts/new/", "New contact")]
        assert ("/contacts/", "Contacts") in self.items(cast["member"], "cont")

    def test_acts_are_for_those_who_may(self, cast):
        assert self.items(cast["reader"], "new con") == []
        assert self.items(cast["member"], "invite") == []
        assert self.items(cast["admin"], "invite") == [("/settings/people/", "Invite somebody")]

    def test_it_says_when_nothing_fits(self, cast):
        page = cast["member"].get("/palette/", {"q": "<b>zzz"}).content.decode()

        assert "Nothing found for “&lt;b&gt;zzz”." in page

    def test_records_are_found_by_kind(self, cast, tenant, now):
        from triptych.platform import search
        from triptych.platform.ids import new_id
        from triptych.platform.scope import entered

        with entered(tenant):
            search.index(search.Entry("company", new_id(), "Quetzal Ltd", "/companies/1/", now, subtitle="Retail"))
        page = cast["reader"].get("/palette/", {"q": "quet"}).content.decode()

        assert re.findall(r'class="palette-group"[^>]*>([^<]+)<', page) == ["Companies"]
        assert self.items(cast["reader"], "quet") == [("/companies/1/", "Quetzal Ltd")]


class TestToasts:
    def answer(self, *, htmx: bool, view):
        request = RequestFactory().post("/", headers={"HX-Request": "true"} if htmx else {})
        request.session, request._messages = {}, _Kept(request)
        return toasts.toast_middleware(view)(request), request

    @staticmethod
    def moved(request, **headers):
        toasts.show(request, "Deal moved to “Offer”.", undo="/deals/1/undo/")
        return HttpResponse(headers=headers)

    def test_an_htmx_answer_carries_the_message_and_its_way_back(self):
        response, _ = self.answer(htmx=True, view=self.moved)

        assert json.loads(response.headers["HX-Trigger"]) == {
            "toasts": {"list": [{"text": "Deal moved to “Offer”.", "level": "success", "undo": "/deals/1/undo/"}]}
        }

    def test_other_events_of_the_answer_stay(self):
        response, _ = self.answer(htmx=True, view=lambda request: self.moved(request, **{"HX-Trigger": "done"}))

        assert set(json.loads(response.headers["HX-Trigger"])) == {"done", "toasts"}

    @pytest.mark.parametrize("headers", [{"HX-Redirect": "/"}, {"HX-Refresh": "true"}])
    def test_before_a_whole_page_the_message_waits(self, headers):
        response, request = self.answer(htmx=True, view=lambda request: self.moved(request, **headers))

        assert "HX-Trigger" not in response.headers
        assert len(get_messages(request)) == 1

    def test_a_whole_page_shows_the_message_with_its_undo_button(self, cast):
        cast["member"].post("/settings/profile/", {"name": "Mary Member"})
        page = cast["member"].get("/").content.decode()

        assert "<span data-text>Your profile was saved.</span>" in page


class _Kept(list):
    """Messages of one request, as the middleware of Django keeps them."""

    def __init__(self, request):
        super().__init__()
        from django.contrib.messages.storage.base import Message

        self.make = Message

    def add(self, level, message, extra_tags=""):
        self.append(self.make(level, message, extra_tags))


@public_page
def breaks(request):
    raise RuntimeError("a fault of ours")


@public_page
def refuses(request):
    raise Forbidden("Only owners may do this.")


class Addresses:
    urlpatterns = [
        path("breaks/", breaks),
        path("refuses/", refuses),
        path("", include("triptych.urls")),
    ]
    handler403, handler404 = errors.forbidden, errors.not_found
    handler500, handler400 = errors.server_error, errors.bad_request


class TestErrorPages:
    def page(self, cast, address):
        client = cast["member"]
        client.raise_request_exception = False
        with override_settings(ROOT_URLCONF=Addresses):
            return client.get(address)

    @pytest.mark.parametrize(
        ("address", "status", "words"),
        [
            ("/nowhere/", 404, "There is nothing here"),
            ("/breaks/", 500, "Something broke on our side"),
            ("/refuses/", 403, "Only owners may do this."),
        ],
    )
    def test_each_says_what_happened_what_is_safe_and_what_to_do(self, cast, address, status, words):
        response = self.page(cast, address)
        text = response.content.decode()

        assert response.status_code == status
        assert words in text
        assert ["What happened" in text, "What is safe" in text, "What to do" in text] == [True, True, True]

    def test_an_address_that_only_takes_a_post_leads_a_person_to_its_page(self, cast):
        address, person = "/settings/tokens/new/", {"Accept": "text/html,*/*;q=0.8"}

        assert cast["owner"].get(address, headers=person).headers["Location"] == "/settings/tokens/"
        assert cast["owner"].get(address).status_code == 405
        assert cast["owner"].get(address, headers={**person, "HX-Request": "true"}).status_code == 405

    def test_the_reference_is_the_id_of_the_request(self, cast):
        response = self.page(cast, "/breaks/")

        assert f"<code>{response.headers['X-Request-ID']}</code>" in response.content.decode()

    def test_a_form_without_its_secret_is_explained(self, tenant):
        from django.test import Client

        strict = Client(SERVER_NAME="acme.localhost", enforce_csrf_checks=True)
        response = strict.post("/login/", {"email": "a@b.example", "password": "x"})

        assert response.status_code == 403
        assert "This form is too old" in response.content.decode()

    @pytest.mark.parametrize("host", ["nobody.localhost", "acme.example.org"])
    def test_a_host_without_a_workspace_shows_the_way_to_ones_own(self, db, host):
        from django.test import Client

        response = Client(SERVER_NAME=host).get("/")

        assert response.status_code == 404
        assert 'href="http://localhost/find-workspace/"' in response.content.decode()


class TestHome:
    def test_first_steps_stand_in_order_until_all_are_done(self, cast):
        page = cast["owner"].get("/").content.decode()

        assert re.findall(r'<span class="check-title">([^<]+)<', page) == [
            "Add your first contact",
            "Bring in what you have",
            "Put your first deal on the board",
            "Invite a colleague",
        ]
        assert "1 of 4 done" in page

    def test_readers_are_given_no_steps(self, cast):
        assert "First steps" not in cast["reader"].get("/").content.decode()

    def test_what_is_next_is_ones_own(self, cast, tenant, members, now):
        from triptych.core_crm.activities.actions.activities import create_activity
        from triptych.platform.scope import entered

        with entered(tenant):
            mine = {"by": members["member"], "owner": members["member"], "now": now}
            create_activity(kind="task", subject="Call the boatyard", **mine)

        assert "Call the boatyard" in cast["member"].get("/").content.decode()
        assert "Call the boatyard" not in cast["owner"].get("/").content.decode()


def test_pages_allow_nothing_inline(cast):
    response = cast["member"].get("/settings/people/")
    page, policy = response.content.decode(), response.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r'\sstyle="|\son\w+="|<style|<script(?![^>]*\ssrc=)', page)
