"""What goes wrong on our side is masked with a reference; what the client did wrong is told."""

import pytest

from triptych.core_crm.deals import access
from triptych.core_crm.deals.models import Deal
from triptych.graphql import schema as root_schema

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(root_schema.search, "find", fail)
    return '{ search(text: "x") { title } me { name } }'


def test_unexpected_errors_are_masked_with_a_reference(api, broken, settings, caplog):
    settings.DEBUG = False
    answer = api["program"](broken)

    error = answer["errors"][0]
    assert "hunter2" not in str(answer)
    assert (error["extensions"]["code"], len(error["extensions"]["reference"])) == ("INTERNAL", 12)
    noted = [record for record in caplog.records if record.message == "graphql_error"]
    assert noted[0].reference == error["extensions"]["reference"]


def test_in_development_they_are_shown(api, broken, settings):
    settings.DEBUG = True

    assert "hunter2" in api["program"](broken)["errors"][0]["message"]


def test_members_are_helped_with_names(api):
    answer = api["owner"]("{ me { nmae } }")

    assert "Did you mean" in answer["errors"][0]["message"]
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_access_is_the_only_way_to_rows(api, crm, monkeypatch):
    monkeypatch.setattr(access, "deals_visible_to", lambda member: Deal.objects.none())

    assert api["owner"]("{ deals { edges { node { name } } } }")["data"]["deals"]["edges"] == []
