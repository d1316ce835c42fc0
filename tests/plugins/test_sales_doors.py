"""Sales through its pages, its API and its hooks: there where it is enabled, and nowhere else."""

import io
import json
from decimal import Decimal

import pytest

from triptych.core_crm.deals.actions import create_deal, update_stage
from triptych.core_crm.imports import command
from triptych.core_crm.imports.importer import ExtraColumns, Field
from triptych.core_crm.imports.registry import all_importers, target_named
from triptych.core_crm.rights.actions import create_role, give_role
from triptych.platform import search
from triptych.platform.plugins import hookimpl, hooks
from triptych.platform.plugins.registry import registry
from triptych.platform.scope import entered
from triptych.plugins.operational.sales import actions
from triptych.plugins.operational.sales.models import DealLine, Product
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db
PRODUCTS = "/x/sales/products/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def sales(enable):
    enable("sales")


@pytest.fixture
def product(tenant, members, now):
    with entered(tenant):
        return actions.create_product(name="GTX Pro", unit_price=Decimal(4821), by=members["owner"], now=now)


@pytest.fixture
def deal(tenant, members, now):
    with entered(tenant):
        return create_deal(name="Big one", by=members["owner"], now=now)


@pytest.fixture
def line(tenant, members, now, deal, product):
    with entered(tenant):
        return actions.add_line(deal=deal, product=product, by=members["owner"], now=now)


def amount_of(deal, tenant):
    with entered(tenant):
        deal.refresh_from_db()
        return deal.amount


def test_where_it_is_not_enabled_nothing_shows_and_the_data_stays(cast, tenant, enable, disable, product, deal, line):
    owner = cast["owner"]
    for page in (PRODUCTS, f"{PRODUCTS}{product.pk}/", "/x/sales/price-books/", f"/x/sales/lines/{line.pk}/"):
        assert owner.get(page).status_code == 404
    assert "deal-lines" not in owner.get(f"/deals/{deal.pk}/").content.decode()
    assert PRODUCTS not in owner.get("/").content.decode()
    told = owner.post(
        "/graphql/", {"query": "{ products { edges { node { name } } } }"}, content_type="application/json"
    )
    assert "errors" in told.json()

    enable("sales")
    assert "deal-lines" in owner.get(f"/deals/{deal.pk}/").content.decode()
    assert PRODUCTS in owner.get("/").content.decode()
    assert "GTX Pro" in owner.get(PRODUCTS).content.decode()

    disable("sales")
    assert owner.get(PRODUCTS).status_code == 404
    with entered(tenant):
        assert (Product.objects.count(), DealLine.objects.count()) == (1, 1)


def test_products_are_found_where_sales_is_enabled(tenant, members, enable, disable, product, drain):
    def found():
        with entered(tenant):
            return [entry.title for entry in search.find(members["owner"], "gtx")]

    disable_first = [enable, disable, enable]
    seen = []
    for switch in disable_first:
        switch("sales")
        drain()
        seen.append(found())
    assert seen == [["GTX Pro"], [], ["GTX Pro"]]


PRODUCT = {"name": "MG Special", "unit_price": "55", "currency": "EUR", "is_active": "on"}


@pytest.mark.parametrize(
    ("who", "status", "count"), [("owner", 302, 1), ("member", 302, 1), ("reader", 403, 0), ("outsider", 302, 0)]
)
def test_who_makes_a_product(cast, tenant, sales, who, status, count):
    assert cast[who].post(f"{PRODUCTS}new/", PRODUCT).status_code == status

    with entered(tenant):
        assert Product.objects.count() == count


def test_a_product_is_edited_in_place_and_as_a_whole(cast, tenant, sales, product):
    owner, home = cast["owner"], f"{PRODUCTS}{product.pk}/"
    response = owner.post(f"{home}facts/unit_price/", {"unit_price": "5000", "version": 1}, headers=HTMX)
    assert "5,000" in response.content.decode()
    assert owner.post(f"{home}edit/", {**PRODUCT, "version": 1}).status_code == 409
    assert owner.post(f"{home}edit/", {**PRODUCT, "version": 2}).status_code == 302
    assert owner.post(f"{home}edit/", {**PRODUCT, "name": "", "version": 3}).status_code == 422

    owner.post(f"{home}delete/")
    assert owner.get(home).status_code == 404
    owner.post(f"{home}restore/")
    page = owner.get(home).content.decode()
    assert "MG Special" in page
    assert owner.get(f"{PRODUCTS}pick/?q=mg").json()[0]["text"] == "MG Special"


@pytest.mark.parametrize(
    ("who", "status", "amount"), [("member", 200, 9642), ("reader", 403, None), ("outsider", 204, None)]
)
def test_who_adds_a_line(cast, tenant, sales, deal, product, who, status, amount):
    given = {"product": product.pk, "quantity": "2"}
    response = cast[who].post(f"/x/sales/deals/{deal.pk}/lines/", given, headers=HTMX)

    assert (response.status_code, amount_of(deal, tenant)) == (status, amount)


def test_lines_change_in_place_and_the_page_follows(cast, tenant, sales, deal, product, line):
    owner = cast["owner"]
    form = owner.get(f"/x/sales/lines/{line.pk}/", headers=HTMX).content.decode()
    assert 'value="4821.00"' in form

    given = {"product": product.pk, "quantity": "3", "unit_price": "4000", "discount": "50", "version": 1}
    card = owner.post(f"/x/sales/lines/{line.pk}/", given, headers=HTMX).content.decode()
    assert "€6,000" in card
    assert 'id="record-head" hx-swap-oob="true"' in card
    assert 'id="field-amount" hx-swap-oob="true"' in card
    assert amount_of(deal, tenant) == 6000

    refused = owner.post(f"/x/sales/lines/{line.pk}/", given, headers=HTMX)
    assert refused.status_code == 422
    assert "Somebody changed this record" in refused.content.decode()
    wrong = owner.post(f"/x/sales/deals/{deal.pk}/lines/", {"description": "X", "quantity": "1"}, headers=HTMX)
    assert "Say what one of it costs." in wrong.content.decode()

    card = owner.post(f"/x/sales/lines/{line.pk}/remove/", headers=HTMX).content.decode()
    assert "Say what this deal sells" in card


@pytest.mark.parametrize(("who", "status"), [("owner", 302), ("admin", 302), ("member", 403), ("reader", 403)])
def test_who_keeps_price_books(cast, tenant, sales, product, who, status):
    response = cast[who].post("/x/sales/price-books/new/", {"name": "Standard", "currency": "EUR", "is_active": "on"})
    assert response.status_code == status
    if status == 302:
        home = response["Location"]
        cast[who].post(f"{home}prices/", {"product": product.pk, "min_quantity": "10", "price": "4000"})
        assert "€4,000" in cast[who].get(home).content.decode()
        assert "Standard" in cast["reader"].get("/x/sales/price-books/").content.decode()
        assert "Standard" in cast["reader"].get(f"{PRODUCTS}{product.pk}/").content.decode()


def ask(client, document, **variables):
    body = {"query": document, "variables": variables}
    return client.post("/graphql/", body, content_type="application/json").json()


ADD = """mutation ($input: AddDealLineInput!) { addDealLine(input: $input) {
  line { total product { name } } deal { amount amountIsTotal lines { quantity unitPrice total } }
  problems { code field }
} }"""


def test_the_same_through_the_api(cast, tenant, sales, deal):
    owner = cast["owner"]
    told = ask(owner, """mutation { createProduct(input: {name: "GTX Pro", unitPrice: "4821"}) {
        product { id name currency } problems { code } } }""")  # fmt: skip
    product = told["data"]["createProduct"]["product"]
    assert (product["name"], product["currency"]) == ("GTX Pro", "EUR")
    for verb in ("deleteProduct", "restoreProduct"):
        document = f"mutation ($id: ID!) {{ {verb}(input: {{id: $id}}) {{ product {{ name }} problems {{ code }} }} }}"
        assert ask(owner, document, id=product["id"])["data"][verb] == {"product": {"name": "GTX Pro"}, "problems": []}
    found = ask(owner, "{ deals { edges { node { id } } } }")["data"]["deals"]["edges"]
    given = {"deal": found[0]["node"]["id"], "product": product["id"], "quantity": "2"}

    told = ask(owner, ADD, input=given)["data"]["addDealLine"]
    assert told["problems"] == []
    assert told["line"]["product"] == {"name": "GTX Pro"}
    assert {name: Decimal(value) for name, value in told["deal"]["lines"][0].items()} == {
        "quantity": 2,
        "unitPrice": 4821,
        "total": 9642,
    }
    assert (Decimal(told["deal"]["amount"]), told["deal"]["amountIsTotal"]) == (9642, True)

    told = ask(cast["reader"], ADD, input=given)["data"]["addDealLine"]
    assert told["problems"] == [{"code": "FORBIDDEN", "field": None}]
    told = ask(owner, ADD, input={"deal": given["deal"]})["data"]["addDealLine"]
    assert told["problems"][0]["field"] == "unitPrice"
    told = ask(cast["reader"], '{ products(search: "gtx") { totalCount edges { node { name unitPrice } } } }')
    assert told["data"]["products"]["totalCount"] == 1


def test_price_books_through_the_api(cast, tenant, sales, product):
    owner = cast["owner"]
    made = ask(owner, 'mutation { createPriceBook(input: {name: "A"}) { priceBook { id } problems { code } } }')
    book = made["data"]["createPriceBook"]["priceBook"]["id"]
    key = ask(owner, "{ products { edges { node { id } } } }")["data"]["products"]["edges"][0]["node"]["id"]
    put = """mutation ($input: SetPriceInput!) { setPrice(input: $input) {
        priceBook { entries { edges { node { price minQuantity product { name } } } } } problems { code } } }"""
    told = ask(owner, put, input={"priceBook": book, "product": key, "price": "4000", "minQuantity": "10"})

    node = told["data"]["setPrice"]["priceBook"]["entries"]["edges"][0]["node"]
    assert (Decimal(node["price"]), Decimal(node["minQuantity"]), node["product"]) == (4000, 10, {"name": "GTX Pro"})
    refused = ask(cast["member"], put, input={"priceBook": book, "product": key, "price": "1", "minQuantity": "1"})
    assert refused["data"]["setPrice"]["problems"] == [{"code": "FORBIDDEN"}]


def test_importers_and_import_columns_come_and_go_with_it(tenant, enable, disable):
    def offered():
        with entered(tenant):
            return set(all_importers()), {field.name for field in target_named("deals").fields}

    names, columns = offered()
    assert ("products" in names, "product" in columns) == (False, False)
    enable("sales")
    names, columns = offered()
    assert ("products" in names, {"product", "quantity"} <= columns) == (True, True)
    disable("sales")
    assert "products" not in offered()[0]


@pytest.fixture
def imported(tenant, sales, tmp_path):
    """Imports a file of deals; the told JSON."""

    def imported(text, **options):
        file = tmp_path / "deals.csv"
        file.write_text(text)
        out = io.StringIO()
        command.run(tenant, "deals", file, {}, as_json=True, out=out, err=io.StringIO(), **options)
        return json.loads(out.getvalue())

    return imported


def test_imported_deals_get_a_line_that_keeps_their_amount(tenant, imported, product):
    told = imported(
        "deal,stage,product,qty,value\nA,Won,GTX Pro,3,100\nB,Won,gtx-pro,4,100\nC,Won,GTX Pro,,\nD,Won,,,7\n"
    )
    assert (told["created"], told["doubtful"]) == (4, 1)

    with entered(tenant):
        lines = DealLine.objects.order_by("deal__name").values_list("deal__name", "quantity", "unit_price", "total")
        assert list(lines) == [
            ("A", Decimal(1), Decimal(100), Decimal(100)),
            ("B", Decimal(4), Decimal(25), Decimal(100)),
            ("C", Decimal(1), None, None),
        ]


def test_columns_of_a_plugin_that_fails_cost_only_themselves(tenant, imported, product):
    class Failing:
        @staticmethod
        @hookimpl
        def import_columns(object_name):
            def write(rows, writing):
                raise RuntimeError("It fails on purpose.")

            return [ExtraColumns((Field("colour", "Colour"),), write)]

    with registry.with_registered("core:failing", Failing):
        with entered(tenant):
            assert len(hooks.gather("import_columns", object_name="deals")) == 2
        told = imported("deal,stage,colour,product,value\nA,Won,red,GTX Pro,5\n")

    assert (told["created"], told["rejected"], told["doubtful"]) == (1, 0, 1)
    assert [(one["field"], one["code"]) for one in told["findings"]] == [("colour", "left_open")]
    with entered(tenant):
        assert DealLine.objects.get().total == 5


def test_who_may_not_know_an_amount_sees_no_lines_and_who_may_not_see_a_deal_not_its_name(
    cast, tenant, members, sales, product, deal, line, now
):
    """The lines add up to the amount, and a product's page names the deals that sell it."""

    def given(rights, fields):
        with entered(tenant):
            by = members["owner"]
            role = create_role(
                name=f"R{len(fields)}", base="member", rights=rights, field_rights=fields, by=by, now=now
            )
            give_role(member=Member.objects.get(pk=members["member"].pk), role=role, by=by, now=now)

    member, of_product, history = cast["member"], f"{PRODUCTS}{product.pk}/", f"/history/deal/{deal.pk}/"
    asked = {"query": "{ deals { edges { node { name lines { total } } } } }"}
    assert "Big one" in member.get(of_product).content.decode()
    assert "4,821" in member.get(history).content.decode()

    given({}, {"deal": {"amount": "hidden"}})
    assert "Big one" not in member.get(of_product).content.decode()
    assert "deal-lines" not in member.get(deal.get_absolute_url()).content.decode()
    assert "4,821" not in member.get(history).content.decode()
    told = member.post("/graphql/", asked, content_type="application/json").json()
    assert [edge["node"]["lines"] for edge in told["data"]["deals"]["edges"]] == [[]]
    assert member.post(f"/x/sales/deals/{deal.pk}/lines/", {"description": "X", "unit_price": "1"}).status_code == 403
    assert member.post(f"/x/sales/lines/{line.pk}/remove/").status_code == 404

    given({"deal": {"read": "own"}}, {})
    assert "Big one" not in member.get(of_product).content.decode()


def test_a_stage_can_ask_for_lines_that_add_up_to_something(cast, tenant, members, now, sales, deal, product, disable):
    by = {"by": members["owner"], "now": now}
    with entered(tenant):
        stage = deal.pipeline.stages.get(name="Proposal")
        update_stage(stage=stage, further_gates=["sales.lines", "sales.lines_total"], **by)
        free = actions.add_line(deal=deal, product=product, unit_price=Decimal(0), **by)
    assert (
        "Needs Lines and Lines that add up to more than 0"
        in cast["reader"].get("/settings/pipelines/").content.decode()
    )

    def moved_to():
        response = cast["member"].post(f"/deals/{deal.pk}/move/", {"stage": stage.pk})
        with entered(tenant):
            return response.content.decode(), type(deal).objects.get(pk=deal.pk).stage.name

    asked, where = moved_to()
    assert "Add products on the deal&#x27;s page, with prices above 0." in asked
    assert "<b>Lines</b>" not in asked
    assert where == "Qualification"
    with entered(tenant):
        actions.update_line(line=free, unit_price=Decimal(10), **by)
    assert moved_to()[1] == "Proposal"

    disable("sales")
    assert "No longer asked for" in cast["reader"].get("/settings/pipelines/").content.decode()
