"""The data that others made: 85 accounts, 7 products, 35 agents, 8,800 opportunities; and a small twin of it.

The twin has the same traps in a few rows and always runs; the large files stand beside the repository, where they do.
"""

import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Count, Sum

from triptych.core_crm.contacts.models import Company
from triptych.core_crm.deals.models import Deal, Pipeline
from triptych.core_crm.imports import command
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db
DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "crm_sales_opportunities"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the sample data of others is not beside the repository")

TWIN = {
    "accounts.csv": """account,sector,year_established,revenue,employees,office_location,subsidiary_of
Bluth Company,technolgy,1993,1242.32,3027,United States,Acme Corporation
Acme Corporation,technolgy,1996,1100.04,2822,United States,
Bioholding,medical,2012,587.34,1356,Philipines,
""",
    "products.csv": "product,series,sales_price\nGTX Basic,GTX,550\nGTX Pro,GTX,4821\n",
    "sales_teams.csv": """sales_agent,manager,regional_office
Moses Frase,Dustin Brinkmann,Central
Zane Levy,Summer Sewald,West
""",
    "sales_pipeline.csv": """opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
1C1I7A6R,Moses Frase,GTX Basic,Bluth Company,Won,10/20/2016,3/1/2017,1054
Z063OYW0,Zane Levy,GTXPro,Bioholding,Won,10/25/2016,3/11/2017,4514
UP409DSB,Zane Levy,GTXPro,,Lost,11/10/2016,3/2/2017,0
6PTR7VBR,Moses Frase,GTX Pro,Bioholding,Engaging,11/2/2016,,
SKIX12AB,Moses Frase,GTX Basic,,Prospecting,,,
""",
}


@pytest.fixture
def run(tenant):
    """Runs the command and answers with its status and what it told: the JSON of stdout, or the text of stderr."""

    def run(object_name, file, mapping=None, **options):
        out, err = io.StringIO(), io.StringIO()
        status = command.run(tenant, object_name, file, mapping or {}, as_json=True, out=out, err=err, **options)
        return status, json.loads(out.getvalue()) if out.getvalue() else err.getvalue()

    return run


@pytest.fixture
def twin(tmp_path):
    """The folder of the small files."""
    for name, text in TWIN.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def counts(told):
    return {name: told[name] for name in ("rows", "created", "updated", "rejected", "doubtful")}


def found(told):
    return {(one["field"], one["code"], one["value"]): one["rows"] for one in told["findings"]}


def import_all(run, folder):
    objects = {"products": "products.csv", "members": "sales_teams.csv", "companies": "accounts.csv"}
    told = {name: run(name, folder / file)[1] for name, file in objects.items()}
    return told | {"deals": run("deals", folder / "sales_pipeline.csv")[1]}


def test_the_twin_comes_in_whole(run, twin, enable, tenant):
    enable("sales")
    told = import_all(run, twin)

    assert {name: counts(one) for name, one in told.items()} == {
        "products": {"rows": 2, "created": 2, "updated": 0, "rejected": 0, "doubtful": 0},
        "members": {"rows": 2, "created": 2, "updated": 0, "rejected": 0, "doubtful": 2},
        "companies": {"rows": 3, "created": 3, "updated": 0, "rejected": 0, "doubtful": 3},
        "deals": {"rows": 5, "created": 5, "updated": 0, "rejected": 0, "doubtful": 3},
    }
    assert found(told["companies"]) == {
        ("industry", "unusual", "technolgy"): 2,
        ("country", "unusual", "Philipines"): 1,
    }
    assert found(told["deals"]) == {("company", "empty", ""): 2, ("product", "near_name", "GTXPro"): 2}
    with entered(tenant):
        assert told["deals"]["mapping"] == {
            "opportunity_id": "reference",
            "sales_agent": "owner",
            "product": "product",
            "account": "company",
            "deal_stage": "stage",
            "engage_date": "opened_at",
            "close_date": "close_date",
            "close_value": "amount",
        }
        assert Company.objects.get(name="Bluth Company").parent.name == "Acme Corporation"
        agents = Member.objects.filter(name__in=["Moses Frase", "Zane Levy"]).order_by("name")
        assert [(one.manager.name, one.region, one.person_id) for one in agents] == [
            ("Dustin Brinkmann", "Central", None),
            ("Summer Sewald", "West", None),
        ]


def test_deals_of_the_twin_are_what_the_file_says(run, twin, enable, tenant):
    enable("sales")
    import_all(run, twin)

    with entered(tenant):
        pipeline = Pipeline.objects.get(name="Sales pipeline")
        stages = [(one.name, one.is_closed, one.is_won) for one in pipeline.stages.in_order()]
        assert stages == [
            ("Prospecting", False, False),
            ("Engaging", False, False),
            ("Won", True, True),
            ("Lost", True, False),
        ]
        won = Deal.objects.get(name="Bluth Company · GTX Basic")
        assert (won.amount, won.amount_is_total, won.owner.name) == (Decimal(1054), True, "Moses Frase")
        assert (won.opened_at.date().isoformat(), won.close_date.isoformat()) == ("2016-10-20", "2017-03-01")
        assert won.closed_at.date() == won.close_date
        open_deal = Deal.objects.get(name="Bioholding · GTX Pro", closed_at=None)
        assert (open_deal.amount, open_deal.amount_is_total) == (None, False)
        lines = [(one.title, one.unit_price) for one in open_deal.sales_lines.select_related("product")]
        assert lines == [("GTX Pro", None)]


def test_a_dry_run_says_the_same_and_writes_nothing(run, twin, tenant):
    status, told = run("companies", twin / "accounts.csv", dry_run=True)

    assert (status, told["dry_run"]) == (0, True)
    assert counts(told) == {"rows": 3, "created": 3, "updated": 0, "rejected": 0, "doubtful": 3}
    with entered(tenant):
        assert not Company.objects.exists()


def test_suggestions_are_taken_when_asked_for(run, twin, tenant):
    run("companies", twin / "accounts.csv", accept_suggestions=True)

    with entered(tenant):
        kept = Company.objects.order_by("name").values_list("industry", "billing_address__country")
        assert list(kept) == [
            ("technology", "United States"),
            ("medical", "Philippines"),
            ("technology", "United States"),
        ]


def test_without_sales_a_product_is_nobodys_column(run, twin, tenant):
    run("members", twin / "sales_teams.csv")
    run("companies", twin / "accounts.csv")
    _status, told = run("deals", twin / "sales_pipeline.csv")

    assert told["mapping"]["product"] is None
    assert run("products", twin / "products.csv") == (
        1,
        "“products” cannot be imported here. "
        "You can import: companies, contacts, leads, deals, cases, activities, members.\n",
    )
    with entered(tenant):
        assert Deal.objects.won().aggregate(sum=Sum("amount"))["sum"] == 5568


def test_names_nobody_knows_reject_their_rows_or_are_added(run, twin, tenant):
    _status, told = run("deals", twin / "sales_pipeline.csv", dry_run=True)
    assert (told["created"], told["rejected"]) == (2, 3)
    assert ("company", "unknown_name", "Bioholding") in found(told)

    _status, told = run("deals", twin / "sales_pipeline.csv", create_missing=True)
    assert (told["created"], told["rejected"]) == (5, 0)
    with entered(tenant):
        assert set(Company.objects.values_list("name", flat=True)) == {"Bluth Company", "Bioholding"}


@needs_data
def test_all_of_it(run, enable, tenant):
    enable("sales")
    told = import_all(run, DATA)

    assert {name: counts(one) for name, one in told.items()} == {
        "products": {"rows": 7, "created": 7, "updated": 0, "rejected": 0, "doubtful": 0},
        "members": {"rows": 35, "created": 35, "updated": 0, "rejected": 0, "doubtful": 35},
        "companies": {"rows": 85, "created": 85, "updated": 0, "rejected": 0, "doubtful": 13},
        "deals": {"rows": 8800, "created": 8800, "updated": 0, "rejected": 0, "doubtful": 2683},
    }
    assert found(told["deals"]) == {("company", "empty", ""): 1425, ("product", "near_name", "GTXPro"): 1480}
    assert found(told["companies"]) == {
        ("industry", "unusual", "technolgy"): 12,
        ("country", "unusual", "Philipines"): 1,
    }
    with entered(tenant):
        assert (Company.objects.count(), Company.objects.exclude(parent=None).count()) == (85, 15)
        agents = Member.objects.filter(person_id=None)
        assert (agents.count(), agents.exclude(manager=None).count()) == (41, 35)
        assert (Deal.objects.count(), Deal.objects.filter(company=None).count()) == (8800, 1425)
        by_stage = Deal.objects.values_list("stage__name").annotate(count=Count("pk")).order_by("stage__name")
        assert dict(by_stage) == {"Engaging": 1589, "Lost": 2473, "Prospecting": 500, "Won": 4238}
        won = Deal.objects.won()
        assert won.aggregate(sum=Sum("amount"))["sum"] == 10_005_534
        assert won.aggregate(sum=Sum("sales_lines__total"))["sum"] == 10_005_534
        assert Deal.objects.filter(sales_lines__product__name="GTX Pro").count() == 1480
        assert not Deal.objects.annotate(count=Count("sales_lines")).exclude(count=1).exists()
