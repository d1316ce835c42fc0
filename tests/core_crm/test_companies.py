"""Companies through their actions."""

from decimal import Decimal

import pytest

from triptych.core_crm.contacts import actions
from triptych.core_crm.contacts.models import Company
from triptych.platform import search
from triptych.platform.refusals import Conflict, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_tenant")]


@pytest.fixture
def make(members, now):
    """Make a company of that name."""

    def make(name: str, **fields) -> Company:
        return actions.create_company(by=members["owner"], now=now, name=name, **fields)

    return make


def test_the_domain_is_read_from_the_website(make):
    company = make("Acme", website="WWW.Acme.example/it?x=1", currency="eur", annual_revenue=Decimal("1200000.50"))

    company.refresh_from_db()
    assert (company.website, company.domain, company.currency, company.annual_revenue) == (
        "https://WWW.Acme.example/it?x=1",
        "acme.example",
        "EUR",
        Decimal("1200000.50"),
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "  "}, "name"),
        ({"type": "friend"}, "type"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"website": "two words"}, "website"),
        ({"domain": "not a domain"}, "domain"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "QQQ"}, "currency"),
        ({"number_of_employees": -1}, "number_of_employees"),
        ({"number_of_employees": 3_000_000_000}, "number_of_employees"),
        ({"annual_revenue": Decimal("1e17")}, "annual_revenue"),
        ({"annual_revenue": Decimal("NaN")}, "annual_revenue"),
        ({"founded_year": 40_000}, "founded_year"),
        ({"billing_address": {"city": "x" * 301}}, "billing_address"),
    ],
)
def test_a_value_that_breaks_a_rule_is_refused_and_named(make, fields, field):
    with pytest.raises(Refused) as refused:
        make(**{"name": "Acme", **fields})

    assert refused.value.field == field
    assert Company.objects.count() == 0


def test_a_family_of_companies_has_no_circle(make, members, now):
    top, middle = make("Top"), make("Middle")
    actions.update_company(company=middle, by=members["owner"], now=now, parent=top)
    bottom = make("Bottom", parent=middle)

    for parent in (bottom, middle, top):
        with pytest.raises(Refused) as refused:
            actions.update_company(company=top, by=members["owner"], now=now, parent=parent)
        assert refused.value.field == "parent"

    top.refresh_from_db()
    assert (top.parent, list(top.subsidiaries.all())) == (None, [middle])


def test_two_edits_of_the_same_version_conflict(make, members, now):
    company = make("Acme")
    actions.update_company(company=company, by=members["owner"], now=now, version=1, industry="Tools")
    with pytest.raises(Conflict):
        actions.update_company(company=company, by=members["owner"], now=now, version=1, industry="Toys")

    company.refresh_from_db()
    assert company.industry == "Tools"


def test_a_deleted_company_comes_back_and_links_to_it_stay(make, members, now):
    company = make("Acme")
    contact = actions.create_contact(
        by=members["owner"], now=now, last_name="Rossi", companies=[actions.CompanyLink(company)]
    )
    actions.delete_company(company=company, by=members["owner"], now=now)

    assert (contact.company, search.find(members["owner"], "acme")[0].title) == (None, "Rossi")
    actions.restore_company(company=company, by=members["owner"], now=now)
    contact.refresh_from_db()
    assert (contact.company, {entry.title for entry in search.find(members["owner"], "acme")}) == (
        company,
        {"Acme", "Rossi"},
    )


def test_companies_are_known_by_name_and_domain(make):
    acme = make("Acme Tools", website="acme.example")

    assert list(Company.objects.named("ACME tools")) == [acme]
    assert list(Company.objects.at_domain("acme.example")) == [acme]
