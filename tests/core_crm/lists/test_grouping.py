"""Groups with totals, workbooks, and counts that cost no more than their page."""

import io
import re
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from triptych.core_crm.contacts import actions as contact_actions
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.deals import actions
from triptych.core_crm.deals.actions.rates import NewRate, set_rates
from triptych.core_crm.lists import listing
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

ROW = re.compile(r'<tr><td><a href="([^"]+)">([^<]+)</a></td><td class="number">(\d+)</td>')


def test_a_list_is_grouped_with_totals_in_one_statement(cast, tenant, members, now):
    who = {"by": members["owner"], "now": now}
    with entered(tenant):
        for number, owner in enumerate(("owner", "owner", "member")):
            actions.create_deal(name=f"Deal {number}", amount=Decimal(1000), owner=members[owner], **who)

    with CaptureQueriesContext(connection) as queries:
        page = cast["reader"].get("/deals/?view=table&group=owner").content.decode()

    groups = [(name, count) for _url, name, count in ROW.findall(page)]
    assert groups == [(members["owner"].name, "2"), (members["member"].name, "1")]
    assert sum("GROUP BY" in query["sql"] for query in queries) == 1
    totals = page[page.index("<tfoot>") : page.index("</tfoot>")]
    assert "3,000" in totals
    (url, _name, _count), *_rest = ROW.findall(page)
    narrowed = cast["reader"].get(url.replace("&amp;", "&")).content.decode()
    assert re.findall(r">Deal (\d)</a>", narrowed) in (["1", "0"], ["0", "1"])


def test_amounts_are_seen_sorted_and_filtered_in_the_workspaces_own_currency(cast, tenant, members, now):
    who = {"by": members["owner"], "now": now}
    with entered(tenant):
        set_rates(rates=[NewRate("GBP", now.date(), Decimal("1.5"))], **who)
        for amount, currency in ((100, "GBP"), (120, "EUR"), (90, "EUR")):
            actions.create_deal(name=f"Deal {amount} {currency}", amount=Decimal(amount), currency=currency, **who)

    def page(query):
        return cast["reader"].get(f"/deals/?view=table&columns=base_amount&{query}").content.decode()

    asked = page("sort=-base_amount")
    assert re.findall(r">(Deal \d+) ...</a>", asked) == ["Deal 100", "Deal 120", "Deal 90"]
    assert "€150" in asked
    above = quote('{"all":[["base_amount","above","130"]]}')
    narrowed = page(f"where={above}")
    assert re.findall(r">(Deal \d+) ...</a>", narrowed) == ["Deal 100"]


@pytest.mark.parametrize(
    ("field", "groups"), [("created", [("March 2026", "120")]), ("do_not_call", [("no", "120")]), ("gone", [])]
)
def test_times_group_by_month_and_what_is_gone_by_nothing(cast, contacts, field, groups):
    page = cast["reader"].get(f"/contacts/?group={field}").content.decode()

    assert [(name, count) for _url, name, count in ROW.findall(page)] == groups
    assert ("are left out: gone." in page) == (field == "gone")


def test_a_workbook_holds_what_is_seen_and_no_formula(cast, contacts, tenant, members, now):
    with entered(tenant):
        contact_actions.create_contact(last_name="=1+1", by=members["member"], now=now)
    response = cast["reader"].get("/contacts/export/?format=xlsx&columns=owner&sort=name")
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    rows = list(book.active.iter_rows(values_only=True))

    assert response.headers["Content-Disposition"].endswith('.xlsx"')
    assert (rows[0], len(rows), ("'=1+1", "Member") in rows) == (("Name", "Owner"), 122, True)
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)


def test_very_many_are_counted_only_when_somebody_asks(cast, contacts, monkeypatch):
    monkeypatch.setattr(listing, "COUNTED_UP_TO", 100)
    few = cast["reader"].get("/contacts/").content.decode()
    exact = cast["reader"].get("/contacts/?count=exact").content.decode()

    assert '<span class="count">100+</span>' in few
    assert "more than 100" in few
    assert '<span class="count">120</span>' in exact


def test_ten_thousand_rows_are_streamed(cast, tenant, now, django_assert_max_num_queries):
    with entered(tenant):
        Contact.objects.bulk_create(
            Contact(last_name=f"N{number:05}", created_at=now, updated_at=now) for number in range(10_000)
        )
    with django_assert_max_num_queries(60):
        response = cast["reader"].get("/contacts/export/?columns=name")
        lines = sum(piece.count(b"\n") for piece in response.streaming_content)

    assert lines == 10_001
