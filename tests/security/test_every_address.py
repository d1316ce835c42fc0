"""Every address of a tenant's host, found in the URL configuration itself, as called by those who may not.

A page that is added later is in these tests without anybody thinking of it.
"""

import pytest
from django.core.cache import caches
from django.db import connection

pytestmark = pytest.mark.django_db

FOR_STRANGERS = {
    "login/", "login/verify/", "login/passkey/", "login/inactive/", "arrive/", "join/<str:secret>/",
    "calendar/feed/<str:secret>.ics", "calendar/invitation/<str:token>/",
    "settings/archive/fetch/<str:pass_text>/",
    "settings/privacy/fetch/<str:pass_text>/",
    "password/reset/", "password/reset/sent/", "password/reset/done/",
    r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
}  # fmt: skip
"""Where people are who are not signed in yet. Whatever else is added here wants a good reason."""

OF_ONESELF = (
    "login/", "logout/", "confirm/", "settings/security/", "settings/profile/", "settings/tokens/", "arrive/",
    "calendar/subscribe/", "notifications/", "views/",
)  # fmt: skip
"""Where a reader changes what is their own: sign-in, name, tokens that read, saved views."""

CHOSEN = {"all": "1", "name": "Changed", "value": "", "note-description": "x", "role": "owner", "email": "a@b.example"}
"""What a form might hold that does something if nobody minds."""

KEEPS_SOMETHING = ("arrive/", "import/<uuid:pk>/check/", "import/together/<uuid:pk>/check/")
"""Pages that write when they are opened: a check keeps its result on the draft."""


class Written:
    """How many rows this transaction has written so far in each table, by the database's own count."""

    SQL = """
        SELECT relname, n_tup_ins + n_tup_upd + n_tup_del
        FROM pg_stat_xact_user_tables WHERE schemaname IN (%s, 'public', 'cell')
    """

    def __init__(self, tenant):  # made after the browsers, whose sign-in is noted
        self.tenant = tenant
        self.before = self._counts()

    def _counts(self):
        with connection.cursor() as cursor:
            cursor.execute(self.SQL, [self.tenant.schema_name])
            return dict(cursor.fetchall())

    def since(self):
        """The tables that were written to since it was asked last."""
        before, self.before = self.before, self._counts()
        return {name for name, count in self.before.items() if count != before.get(name, 0)}


@pytest.fixture(autouse=True)
def _no_attempts_counted():
    for cache in caches.all():
        cache.clear()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["stranger", "outsider"])
def test_who_is_no_member_is_led_to_the_sign_in_everywhere(cast, addresses, who, method):
    answers = {}
    for route, address in addresses.items():
        if route not in FOR_STRANGERS:
            response = getattr(cast[who], method)(address)
            answers[route] = (response.status_code, response.headers.get("Location", "").partition("?")[0])

    refused = {(302, "/login/"), (401, ""), (404, ""), (405, "")}
    assert {route: answer for route, answer in answers.items() if answer not in refused} == {}


@pytest.mark.parametrize("who", ["stranger", "outsider"])
def test_who_is_no_member_writes_nothing_anywhere(cast, addresses, tenant, who):
    browser, written = cast[who], Written(tenant)
    touched = {}
    for route, address in addresses.items():
        browser.post(address, CHOSEN)
        touched[route] = written.since() - {"tenants_session"}

    assert {route: tables for route, tables in touched.items() if tables} == {}


def test_a_reader_writes_nothing_by_any_post(cast, house, addresses, tenant):
    browser, written = cast["reader"], Written(tenant)
    touched, statuses = {}, {}
    for route, address in addresses.items():
        if route not in FOR_STRANGERS and not route.startswith(OF_ONESELF):
            response = browser.post(address, {**CHOSEN, "row": [str(house["contacts/"])]})
            touched[route] = written.since() - {"tenants_session"}
            statuses[route] = response.status_code

    assert {route: tables for route, tables in touched.items() if tables} == {}
    assert {route: status for route, status in statuses.items() if status not in (400, 403, 404, 405, 415)} == {}


@pytest.mark.parametrize("who", ["reader", "member"])
def test_opening_a_page_changes_nothing_but_what_one_has_looked_at(cast, addresses, tenant, who):
    browser, written = cast[who], Written(tenant)
    touched = {}
    for route, address in addresses.items():
        if route not in KEEPS_SOMETHING:
            browser.get(address)
            touched[route] = written.since() - {"tenants_session", "search_recentrecord"}

    assert {route: tables for route, tables in touched.items() if tables} == {}


def test_a_member_changes_no_settings(cast, addresses, tenant):
    own = (*OF_ONESELF, "settings/samples/")
    browser, written = cast["member"], Written(tenant)
    statuses, touched = {}, {}
    for route, address in addresses.items():
        if route.startswith("settings/") and not route.startswith(own):
            response = browser.post(address, CHOSEN)
            statuses[route], touched[route] = response.status_code, written.since() - {"tenants_session"}

    assert {route: status for route, status in statuses.items() if status not in (403, 404, 405)} == {}
    assert {route: tables for route, tables in touched.items() if tables} == {}
