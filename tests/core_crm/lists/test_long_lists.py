"""Lists that have grown long: read from indexes of their own, or not sorted at all."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from urllib.parse import quote

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from triptych.core_crm.contacts.actions import create_company
from triptych.core_crm.deals.actions import create_deal
from triptych.core_crm.lists import indexing, listing
from triptych.core_crm.lists.listing import AskedAs, Listing
from triptych.core_crm.lists.nouns import all_lists
from triptych.platform.scope import building, entered
from triptych.platform.search import finding

pytestmark = pytest.mark.django_db


def plans_of(act):
    """How PostgreSQL runs what the act asks it for, where it has no choice but indexes."""
    with CaptureQueriesContext(connection) as asked, connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        act()
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            if query["sql"].startswith("SELECT") and "ORDER BY" in query["sql"]:
                cursor.execute(f"EXPLAIN {query['sql']}")
                yield "\n".join(line for (line,) in cursor.fetchall())


def test_a_large_table_gets_an_index_for_each_order_of_its_list(tenant, members, monkeypatch):
    monkeypatch.setattr(indexing, "LARGE", -1)
    with entered(building(tenant.schema_name)):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the test is one transaction
        made = indexing.tend(concurrently=False)
        assert "made list_by_deal_amount" in made
        assert "made list_by_deal_created" not in made  # every tenant has that one
        assert indexing.tend(concurrently=False) == []

    member = members["owner"]
    with entered(tenant):
        for spec in all_lists().values():
            columns = [column for column in spec.columns if column.order and not column.sorts_few]
            for sort in [sign + column.name for column in columns for sign in ("", "-")]:
                asked = AskedAs(member, QueryDict(f"sort={sort}"))
                shown = Listing(spec, spec.records(member), asked, home=spec.home)
                for plan in plans_of(partial(getattr, shown, "page")):
                    assert "->  Sort " not in plan, (spec.kind, sort, plan)


def test_small_tables_have_no_such_indexes(tenant):
    with entered(building(tenant.schema_name)):
        assert indexing.tend(concurrently=False) == []


@pytest.fixture
def deals(tenant, members, now):
    """Deals of companies C to A, and one of nobody; amounts fall, one has none."""
    by = {"by": members["owner"], "now": now}
    with entered(tenant):
        for number, name in enumerate("CBA "):
            company = create_company(name=f"Works {name}", **by) if name.strip() else None
            amount = Decimal(300 - number * 100) if number < 3 else None
            deal = create_deal(name=f"Deal {number}", company=company, amount=amount, **by)
            deal.close_date = now.date() + timedelta(days=number) if number % 2 else None
            deal.save_fields("close_date", at=now)


def names(client, query):
    return "".join(re.findall(r">Deal (\d)</a>", client.get(f"/deals/?view=table&{query}").content.decode()))


@pytest.mark.parametrize("sort", ["company", "amount", "close_date"])
def test_pages_meet_where_filled_values_end(deals, tenant, members, sort):
    def page(sign, **place):
        spec = replace(all_lists()["deal"], page_size=1)
        asked = AskedAs(members["owner"], QueryDict(mutable=True))
        asked.GET.update({"sort": sign + sort, **place})
        return Listing(spec, spec.records(asked.member), asked, home=spec.home).page

    orders = {"company": ("2103", "0123"), "amount": ("2103", "0123"), "close_date": ("1302", "3120")}[sort]
    with entered(tenant):
        for sign, order in zip(("", "-"), orders, strict=True):
            one = page(sign)
            there = [one.rows[0].name]
            while one.has_next:
                one = page(sign, after=one.end_cursor)
                there.append(one.rows[0].name)
            back = [one.rows[0].name]
            while one.has_previous:
                one = page(sign, before=one.start_cursor)
                back.append(one.rows[0].name)
            assert there == back[::-1] == [f"Deal {number}" for number in order]


def test_what_no_index_has_sorts_short_lists_only(cast, deals, monkeypatch):
    monkeypatch.setattr(listing, "SORTED_UP_TO", 2)
    page = cast["reader"].get("/deals/?view=table&sort=company").content.decode()
    assert "“Company” sorts lists of up to 2 records." in page
    assert names(cast["reader"], "sort=company") == names(cast["reader"], "")

    few = quote(json.dumps({"all": [["amount", "at_most", "200"]]}))
    assert names(cast["reader"], f"sort=company&where={few}") == "21"


def test_a_word_that_many_records_have_is_found_in_the_order_of_the_list(cast, deals, monkeypatch):
    assert names(cast["reader"], "q=deal&sort=-name") == "3210"
    monkeypatch.setattr(finding, "FEW", 2)
    assert names(cast["reader"], "q=deal&sort=-name") == "3210"
    assert names(cast["reader"], "q=deal+1") == "1"
    assert names(cast["reader"], "q=works") != ""
