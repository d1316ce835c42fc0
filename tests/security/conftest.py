"""Every address of a tenant's host, with something of everything behind it."""

import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
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

SHOWN = ("design/",)
"""The page of components, in development only: it has no records behind it."""

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


def _routes():
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


def _address_of(route, house):
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


@pytest.fixture
def addresses(house):
    """A true address for each route."""
    return {route: _address_of(route, house) for route in _routes()}
