"""The sample pack comes and goes without a trace."""

import pytest
from django.db import connection
from django.utils.translation import trans_real

from triptych.core_crm.contacts import actions as contact_actions
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.samples import actions
from triptych.platform.plugins.discovery import installed_plugins
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered
from triptych.tenants.plugins import enable_plugin

pytestmark = pytest.mark.django_db
COUNTERS = {"cases_numbering", "audit_entry"}


def row_counts() -> dict[str, int]:
    """How many rows each table of the tenant has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = current_schema::regnamespace AND relkind = 'r'"
        )
        tables = {name for (name,) in cursor.fetchall()} - {"django_migrations"} - COUNTERS
        counts = {}
        for table in sorted(tables):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


def test_adding_and_removing_leaves_every_table_as_it_was(in_tenant, members, now):
    before = row_counts()

    added = actions.add_samples(by=members["owner"], now=now)
    between = row_counts()
    removed = actions.remove_samples(by=members["owner"], now=now)

    assert added == removed == 57
    assert between["deals_deal"] - before["deals_deal"] == 14
    assert row_counts() == before


def test_the_pack_is_in_the_language_of_the_workspace(tenant, in_tenant, members, now, monkeypatch):
    tenant.language = "de"
    german = trans_real.translation("de")
    monkeypatch.setattr(german, "gettext", lambda text: "de:" + text.rpartition(trans_real.CONTEXT_SEPARATOR)[2])

    actions.add_samples(by=members["owner"], now=now)

    names = [*Deal.objects.values_list("name", flat=True), *Contact.objects.values_list("job_title", flat=True)]
    assert "de:Veneer press" in names
    assert {name for name in names if not name.startswith("de:")} == {"Directrice"}


def test_the_pack_has_open_won_and_lost_deals(in_tenant, members, now):
    actions.add_samples(by=members["owner"], now=now)

    ends = [deal.stage.is_won if deal.closed_at else None for deal in Deal.objects.select_related("stage")]

    assert (ends.count(None), ends.count(True), ends.count(False)) == (8, 4, 2)


def test_every_plugin_adds_and_removes_its_own(tenant, members, now):
    for plugin in installed_plugins():
        enable_plugin(tenant=tenant, plugin_id=plugin.id, by=None, now=now)
    with entered(tenant):
        before = row_counts()
        actions.add_samples(by=members["owner"], now=now)
        between = row_counts()
        worth = {deal.name: deal.amount for deal in Deal.objects.filter(sales_lines__isnull=False)}
        actions.remove_samples(by=members["owner"], now=now)

        assert (between["sales_product"], between["sales_dealline"], between["loyalty_account"] > 0) == (5, 5, True)
        assert worth["Six school workshops"] == 64_000
        assert row_counts() == before


def test_ones_own_records_stay(in_tenant, members, now):
    owner = members["owner"]
    actions.add_samples(by=owner, now=now)
    harbour = Company.objects.get(name__startswith="Harbour")
    mine = contact_actions.create_contact(
        last_name="Mine", companies=[contact_actions.CompanyLink(harbour)], by=owner, now=now
    )

    actions.remove_samples(by=owner, now=now)

    mine.refresh_from_db()
    assert (mine.last_name, mine.company_links.count()) == ("Mine", 0)


def test_it_cannot_be_added_twice(in_tenant, members, now):
    actions.add_samples(by=members["owner"], now=now)
    with pytest.raises(Refused):
        actions.add_samples(by=members["owner"], now=now)


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 302), ("admin", 302), ("member", 403), ("reader", 403), ("outsider", 302), ("stranger", 302)],
)
def test_who_may_add_and_remove(cast, tenant, who, status):
    answer = cast[who].post("/settings/samples/add/")

    assert answer.status_code == status
    with entered(tenant):
        assert actions.has_samples() == (who in ("owner", "admin"))
