"""The settings of pipelines: their order, their stages, and who changes them."""

import pytest

from triptych.core_crm.deals import actions
from triptych.core_crm.deals.models import Pipeline
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db


@pytest.fixture
def partners(tenant, members, now):
    with entered(tenant):
        return actions.create_pipeline(name="Partners", by=members["owner"], now=now)


def names(tenant):
    with entered(tenant):
        return list(Pipeline.objects.in_order().values_list("name", flat=True))


@pytest.mark.parametrize(("who", "status", "first"), [("admin", 302, "Partners"), ("member", 403, "Sales")])
def test_a_pipeline_is_moved_up_by_who_administers(cast, tenant, partners, who, status, first):
    response = cast[who].post(f"/settings/pipelines/{partners.pk}/move/", {"up": "1"})

    assert (response.status_code, names(tenant)[0]) == (status, first)


def test_the_last_pipeline_moves_no_further_down(cast, tenant, partners):
    cast["owner"].post(f"/settings/pipelines/{partners.pk}/move/", {"down": "1"})

    assert names(tenant) == ["Sales", "Partners"]
    assert cast["owner"].get("/settings/pipelines/").content.decode().count("Move up") == 1
