"""What the tests of deals share."""

from decimal import Decimal

import pytest

from triptych.core_crm.deals import actions
from triptych.core_crm.deals.models import Stage
from triptych.platform.scope import entered


@pytest.fixture
def stages(tenant):
    """The stages of the default pipeline by name, as they were at first."""
    with entered(tenant):
        return {stage.name: stage for stage in Stage.objects.select_related("pipeline")}


@pytest.fixture
def make_deal(tenant, members, now):
    """Make a deal of the member, worth 1,200 unless said otherwise."""

    def make(name="Forge", **fields):
        who = {"by": members["member"], "now": fields.pop("now", now)}
        with entered(tenant):
            return actions.create_deal(name=name, **{"amount": Decimal(1200), **fields}, **who)

    return make


@pytest.fixture
def again(tenant):
    """A record as the database has it now."""

    def again(record):
        with entered(tenant):
            return type(record).objects.select_related("stage").get(pk=record.pk)

    return again


@pytest.fixture
def asks(tenant, members, now, stages):
    """Make a stage ask for something: `asks("Proposal", "next_step")`."""

    def ask(name, *required):
        with entered(tenant):
            return actions.update_stage(
                stage=stages[name], required_fields=list(required), by=members["owner"], now=now
            )

    return ask
