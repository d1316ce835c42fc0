"""Every address of a tenant's host, found in the URL configuration itself, as called by those who may not.

A page that is added later is in these tests without anybody thinking of it.
"""

import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import get_resolver

from triptych.core_crm.activities.models import Activity
from triptych.core_crm.calendar.models import BusinessCalendar
from triptych.core_crm.cases.actions import add_internal_note
from triptych.core_crm.cases.models import Case, Queue
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.actions import NewRate, create_competitor, set_rates
from triptych.core_crm.deals.models import Deal, ExchangeRate, Pipeline, Stage
from triptych.core_crm.imports.actions import upload_import
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.mail.actions import keep_mail
from triptych.core_crm.rights.actions import create_role, create_team, share_record
from triptych.core_crm.samples.actions import add_samples
from triptych.platform.files.actions import attach_file
from triptych.platform.plugins.discovery import installed_plugins
from triptych.platform.scope import entered
from triptych.plugins.operational.sales.actions.lines import add_line
from triptych.plugins.operational.sales.actions.price_books import save_price_book
from triptych.plugins.operational.sales.actions.products import create_product
from triptych.tenants.members.actions import invite_member
from triptych.tenants.members.models import Member
from triptych.tenants.members.tokens import create_token

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

SHOWN = ("design/",)
"""The page of components, in development only: it has no records behind it."""

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


def routes():
    """Every route of the tenants' host, as it is written in the URL configuration."""

    def below(resolver, prefix=""):
        for pattern in resolver.url_patterns:
            route = prefix + str(pattern.pattern)
            yield from below(pattern, route) if hasattr(pattern, "url_patterns") else [route]

    return sorted({route for route in below(get_resolver("triptych.urls")) if not route.startswith(SHOWN)})


@pytest.fixture
def house(tenant, members, now, enable):
    """Acme Tools with something of everything in it: the ids that stand in addresses, by the beginning of the route."""
    for plugin in installed_plugins():
        enable(plugin.id)
    with entered(tenant):
        by = members["owner"]
        add_samples(by=by, now=now)
        contact, deal = Contact.objects.alive().first(), Deal.objects.alive().first()
        token, _text = create_token(member=by, scopes=["read"], expires_at=None, name="Shop", now=now)
        invitation, _secret = invite_member(email="new@acme.example", role="member", by=by, now=now)
        product = create_product(name="Drill", unit_price=Decimal(90), by=by, now=now)
        book = save_price_book(price_book=None, name="Dealers", currency="EUR", by=by, now=now)
        line = add_line(deal=deal, product=product, by=by, now=now)
        letter, table = SimpleUploadedFile("letter.txt", b"Dear Ann,"), SimpleUploadedFile("a.csv", b"name\nAnn\n")
        return {
            "contacts/": contact.pk,
            "duplicates/": contact.pk,
            "companies/": Company.objects.alive().first().pk,
            "leads/": Lead.objects.alive().first().pk,
            "deals/": deal.pk,
            "cases/": Case.objects.alive().first().pk,
            "activities/on/": contact.pk,
            "calendar/call/": contact.pk,
            "calendar/": Activity.objects.alive().filter(kind="meeting").first().pk,
            "activities/": Activity.objects.alive().first().pk,
            "files/": attach_file(upload=letter, kind="contact", object_id=contact.pk, by=by, now=now).pk,
            "import/": upload_import(file=table.file, file_name="a.csv", by=by, now=now).pk,
            "deals/competitors/": create_competitor(name="Anvil", by=by, now=now).pk,
            "settings/exchange-rates/": _rate(by, now).pk,
            "settings/pipelines/stages/": Stage.objects.first().pk,
            "settings/pipelines/": Pipeline.objects.first().pk,
            "settings/queues/": Queue.objects.first().pk,
            "settings/mail/": keep_mail(raw=b"Subject: x\n\nx", recipient="", sender="", now=now).pk,
            "cases/messages/": add_internal_note(case=Case.objects.alive().first(), body="x", by=by, now=now).pk,
            "settings/working-hours/": BusinessCalendar.objects.get().pk,
            "access/": contact.pk,
            "access/shares/": share_record(record=deal, member=by, by=by, now=now).pk,
            "access/people/": by.pk,
            "settings/roles/": create_role(name="Sales", rights={}, field_rights={}, by=by, now=now).pk,
            "settings/teams/": create_team(name="North", by=by, now=now).pk,
            "settings/people/invitations/": invitation.pk,
            "settings/people/": Member.objects.get(role="member", person_id__isnull=False).pk,
            "settings/tokens/": token.pk,
            "x/loyalty/": contact.pk,
            "x/sales/products/": product.pk,
            "x/sales/price-books/": book.pk,
            "x/sales/deals/": deal.pk,
            "x/sales/lines/": line.pk,
        }


def _rate(by, now):
    set_rates(rates=[NewRate("USD", now.date(), Decimal(1))], by=by, now=now)
    return ExchangeRate.objects.get()


def address_of(route, house):
    """The route with true ids and plausible words in the place of its parameters."""
    if route.startswith("^"):
        return "/password/reset/1-x/"
    words = {
        "kind": "contact",
        "verb": "note",
        "act": "delete",
        "name": "name",
        "what": "note",
        "plugin_id": "sales",
        "code": "reader",
    }
    beginning = next((one for one in sorted(house, key=len, reverse=True) if route.startswith(one)), "")

    def value(match):
        kind, name = match.groups()
        if kind == "uuid":
            return str(house.get(beginning) or uuid4())
        return "1" if kind == "int" else words.get(name, "primary")

    return "/" + PARAMETER.sub(value, route)


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
def test_who_is_no_member_is_led_to_the_sign_in_everywhere(cast, house, who, method):
    answers = {}
    for route in routes():
        if route not in FOR_STRANGERS:
            response = getattr(cast[who], method)(address_of(route, house))
            answers[route] = (response.status_code, response.headers.get("Location", "").partition("?")[0])

    refused = {(302, "/login/"), (401, ""), (404, ""), (405, "")}
    assert {route: answer for route, answer in answers.items() if answer not in refused} == {}


@pytest.mark.parametrize("who", ["stranger", "outsider"])
def test_who_is_no_member_writes_nothing_anywhere(cast, house, tenant, who):
    browser, written = cast[who], Written(tenant)
    touched = {}
    for route in routes():
        browser.post(address_of(route, house), CHOSEN)
        touched[route] = written.since() - {"tenants_session"}

    assert {route: tables for route, tables in touched.items() if tables} == {}


def test_a_reader_writes_nothing_by_any_post(cast, house, tenant):
    browser, written = cast["reader"], Written(tenant)
    touched, statuses = {}, {}
    for route in routes():
        if route not in FOR_STRANGERS and not route.startswith(OF_ONESELF):
            response = browser.post(address_of(route, house), {**CHOSEN, "row": [str(house["contacts/"])]})
            touched[route] = written.since() - {"tenants_session"}
            statuses[route] = response.status_code

    assert {route: tables for route, tables in touched.items() if tables} == {}
    assert {route: status for route, status in statuses.items() if status not in (400, 403, 404, 405, 415)} == {}


@pytest.mark.parametrize("who", ["reader", "member"])
def test_opening_a_page_changes_nothing_but_what_one_has_looked_at(cast, house, tenant, who):
    browser, written = cast[who], Written(tenant)
    touched = {}
    for route in routes():
        if route not in KEEPS_SOMETHING:
            browser.get(address_of(route, house))
            touched[route] = written.since() - {"tenants_session", "search_recentrecord"}

    assert {route: tables for route, tables in touched.items() if tables} == {}


def test_a_member_changes_no_settings(cast, house, tenant):
    own = (*OF_ONESELF, "settings/samples/")
    browser, written = cast["member"], Written(tenant)
    statuses, touched = {}, {}
    for route in routes():
        if route.startswith("settings/") and not route.startswith(own):
            response = browser.post(address_of(route, house), CHOSEN)
            statuses[route], touched[route] = response.status_code, written.since() - {"tenants_session"}

    assert {route: status for route, status in statuses.items() if status not in (403, 404, 405)} == {}
    assert {route: tables for route, tables in touched.items() if tables} == {}
