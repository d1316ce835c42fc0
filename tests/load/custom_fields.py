"""Lists of 1,000, 10,000 and 100,000 companies by a field of the workspace's own, beside a column of the table.

Each row is the first page of a list: a condition that few records meet, or an order, as pages and the API ask for it.
"""

import random

from house import milliseconds, open_house, print_ratios

open_house()

from django.db import connection
from django.db.models import F
from django.db.models.lookups import Exact

from triptych.core_crm.contacts.models import Company
from triptych.core_crm.custom_fields import actions, indexing
from triptych.core_crm.custom_fields.computed.resolving import Computed
from triptych.core_crm.custom_fields.kinds import kind_of
from triptych.core_crm.custom_fields.models import CustomField
from triptych.core_crm.deals.models import Deal, Stage
from triptych.platform import clock
from triptych.platform.scope import building, entered
from triptych.tenants import fleet, provisioning

SIZES = (1_000, 10_000, 100_000)
NATIVE = "column: condition"


def make_fields() -> dict[str, CustomField]:
    def add(kind: str, label: str, **more: object) -> CustomField:
        return actions.create_field(object="company", kind=kind, label=label, by=None, now=clock.now(), **more)

    return {
        "number": add("number", "Size"),
        "formula": add("formula", "Twice", expression="size * 2 + numberOfEmployees"),
        "rollup": add("rollup", "Deals", rollup={"relation": "deals", "measure": "sum", "field": "amount"}),
    }


def fill(fields: dict[str, CustomField], already: int, wanted: int) -> None:
    chance, now, stage = random.Random(wanted), clock.now(), Stage.objects.first()
    for start in range(already, wanted, 5_000):
        companies = [
            Company(
                name=f"Company {n}", created_at=now, updated_at=now, number_of_employees=chance.randrange(wanted),
                custom={fields["number"].key: str(chance.randrange(wanted))},
            )
            for n in range(start, min(start + 5_000, wanted))
        ]  # fmt: skip
        Company.objects.bulk_create(companies)
        Deal.objects.bulk_create(
            Deal(
                name="Deal", company=company, pipeline=stage.pipeline, stage=stage, probability=10, currency="EUR",
                amount=chance.randrange(10_000), entered_stage_at=now, opened_at=now, created_at=now, updated_at=now,
                forecast_category="pipeline",
            )
            for company in companies
        )  # fmt: skip


def first_page(condition: object = None, order: object = None) -> list[object]:
    found = Company.objects.alive()
    found = found.filter(condition) if condition is not None else found
    return list(found.order_by(order if order is not None else F("sort_key"), "pk").values_list("pk", "name")[:51])


def timed(fields: dict[str, CustomField]) -> dict[str, float]:
    number = kind_of(fields["number"]).sql(fields["number"])
    acts = {
        NATIVE: lambda: first_page(Exact(F("number_of_employees"), 7)),
        "own field: condition": lambda: first_page(Exact(number, 7)),
        "formula: condition": lambda: first_page(Exact(Computed(fields["formula"]), 7)),
        "rollup: condition": lambda: first_page(Exact(Computed(fields["rollup"]), 7)),
        "column: order": lambda: first_page(order=F("number_of_employees")),
        "own field: order": lambda: first_page(order=number),
        "formula: order": lambda: first_page(order=Computed(fields["formula"]).asc()),
        "rollup: order": lambda: first_page(order=Computed(fields["rollup"]).asc()),
    }
    return {name: milliseconds(act, times=5) for name, act in acts.items()}


if __name__ == "__main__":
    tenant = provisioning.make_spare(now=clock.now())
    try:
        with entered(tenant):
            fields = make_fields()
        already = 0
        for size in SIZES:
            with entered(tenant):
                fill(fields, already, size)
            already = size
            with entered(building(tenant.schema_name)), connection.cursor() as cursor:
                cursor.execute("ANALYZE contacts_company; ANALYZE deals_deal")
            with entered(tenant):
                rows = timed(fields)
                CustomField.objects.filter(pk=fields["number"].pk).update(asked_count=indexing.OFTEN)
            with entered(building(tenant.schema_name)):
                made = indexing.tend()
            with entered(tenant):
                again = timed(fields)
                rows |= {f"{name}, indexed": again[name] for name in ("own field: condition", "own field: order")}
                CustomField.objects.filter(pk=fields["number"].pk).update(asked_count=0)
            with entered(building(tenant.schema_name)):
                indexing.tend()
            print_ratios(f"{size:,} companies ({', '.join(made)})", rows, floor=NATIVE)
    finally:
        fleet.drop_schema(tenant)
