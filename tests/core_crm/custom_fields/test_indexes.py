"""Fields that are often asked for get an index, and lose it with the field."""

import pytest
from django.db import connection
from django.db.models.lookups import GreaterThan

from triptych.core_crm.contacts.actions import create_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.custom_fields import actions, indexing
from triptych.core_crm.custom_fields.models import CustomField
from triptych.platform.scope import building, entered
from triptych.tenants.tending import tend_fleet

pytestmark = pytest.mark.django_db


@pytest.fixture
def tend(tenant, monkeypatch):
    """What the provisioner does, for tables of three records and fields asked for once."""
    monkeypatch.setattr(indexing, "LARGE", 3)
    monkeypatch.setattr(indexing, "OFTEN", 1)
    monkeypatch.setattr(indexing, "WRITTEN_EVERY", 1)

    def run():
        with entered(building(tenant.schema_name)):
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the test is one transaction
            return [line.split()[0] for line in indexing.tend(concurrently=False)]

    return run


def test_a_field_that_is_often_filtered_by_gets_an_index(cast, api, tenant, members, add_field, tend, now):
    kinds = ("number", "money", "date", "datetime", "boolean", "text", "url", "formula")
    more = {"formula": {"expression": "1"}}
    fields = {kind: add_field(kind, f"My {kind}", **more.get(kind, {})) for kind in kinds}
    fields["choice"] = add_field("choice", "My choice", options=["Gold"])
    fields["record"] = add_field("record", "My record", target="company")
    with entered(tenant):
        for name in ("Rossi", "Verdi", "Neri"):
            create_contact(last_name=name, custom={"myNumber": "5"}, by=members["owner"], now=now)
    assert tend() == []

    for kind, field in fields.items():
        asks = "yes" if kind == "boolean" else "filled"
        cast["reader"].get(f'/contacts/?where={{"all":[["{field.list_name}","{asks}"]]}}')
    api(
        '{ contacts(filter: {custom: {myNumber: {gt: "1"}}}, orderBy: [{field: CUSTOM_MY_TEXT}]) { edges { cursor } } }'
    )
    assert tend() == ["made"] * 9  # what is worked out has none
    assert tend() == []
    with entered(tenant):
        assert set(CustomField.objects.filter(is_indexed=True).values_list("kind", flat=True)) == {
            *fields.keys() - {"formula"}
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Contact.objects.alive().filter(GreaterThan(indexing.indexed_by(fields["number"]), 4)).explain()
        assert indexing.name_of(fields["number"]) in plan
        actions.delete_field(field=fields["number"], by=members["owner"], now=now)
    assert tend() == ["dropped"]


def test_a_small_table_or_a_field_asked_for_now_and_then_has_none(cast, tenant, add_field, tend, monkeypatch):
    field = add_field("number", "Size")
    cast["reader"].get(f'/contacts/?where={{"all":[["{field.list_name}","filled"]]}}')
    assert tend() == []
    monkeypatch.setattr(indexing, "LARGE", 0)
    monkeypatch.setattr(indexing, "OFTEN", 100)
    assert tend() == []


def test_the_provisioner_visits_tenants_with_fields_of_their_own(tenant, other_tenant, add_field, monkeypatch, now):
    visited = []
    monkeypatch.setattr(indexing, "tend", lambda: visited.append(connection.schema_name) or ["made x"])
    add_field("number", "Size")

    assert tend_fleet(now=now) == ["made x"]  # through the hook `tend_tables`
    assert visited == [tenant.schema_name]
