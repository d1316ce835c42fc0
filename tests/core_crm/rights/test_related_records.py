"""A related record that somebody does not see counts as none: in orders, cursors, filters, conditions and groups."""

import json
import re
from urllib.parse import quote

import pytest
from django.core.cache import caches
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from strawberry.relay.utils import to_base64

from triptych.core_crm.cases.actions import create_case
from triptych.core_crm.cases.models import Case
from triptych.core_crm.contacts.actions import create_company, create_contact
from triptych.core_crm.contacts.models import ContactCompany
from triptych.core_crm.custom_fields.actions import create_field
from triptych.core_crm.custom_fields.updating import update_values
from triptych.core_crm.deals.actions import create_deal
from triptych.core_crm.deals.models import Deal
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

NAMES = ("Zebra", "Apple", "Mango", "Birch")
NAMED = r"(?:First|Second|Third|Fourth|Fifth) (?:deal|case|person)"
ORDERED = """{ %s: deals(first: 3, orderBy: {field: COMPANY_NAME, direction: %s}) {
    edges { cursor node { name } } pageInfo { endCursor hasNextPage } } }"""


def where(field, operator, *values):
    return quote(json.dumps({"all": [[field, operator, *values]]}))


def told(browser, api, companies, link):
    """All that somebody learns of which record belongs to which company."""
    found = []

    def ask(document):
        answer = api(document, who="member")
        assert "errors" not in answer, answer
        found.append(json.dumps(answer["data"]))
        return answer["data"]

    for direction in ("ASC", "DESC"):
        page = ask(ORDERED % ("one", direction))["one"]["pageInfo"]
        if page["hasNextPage"]:
            order = f"orderBy: {{field: COMPANY_NAME, direction: {direction}}}"
            ask(f'{{ deals(after: "{page["endCursor"]}", {order}) {{ edges {{ cursor node {{ name }} }} }} }}')
    keys = [to_base64("Company", str(one.pk)) for one in companies]
    linked = [*(f'{{eq: "{key}"}}' for key in keys), "{isNull: true}", "{isNull: false}"]
    filters = [f"company: {one}" for one in linked]
    filters.append(f'not: {{company: {{in: ["{keys[0]}", "{keys[1]}"]}}}}')
    for nouns, name in (("deals", "name"), ("cases", "subject"), ("contacts", "lastName firstName")):
        own = [f"custom: {{{link.api_name}: {one}}}" for one in linked] if nouns == "deals" else []
        asked = " ".join(
            f"f{at}: {nouns}(filter: {{{one}}}, first: 9) {{ totalCount edges {{ node {{ {name} }} }} }}"
            for at, one in enumerate([*filters, *own])
        )
        ask(f"{{ {asked} }}")
    key = str(companies[0].pk)
    for home, field in (("deals", "company"), ("deals", link.list_name), ("contacts", "company")):
        for condition in (("empty",), ("filled",), ("is", key), ("is_not", key)):
            text = browser.get(f"/{home}/?view=table&where={where(field, *condition)}").content.decode()
            found.append(sorted(set(re.findall(NAMED, text))))
    for sort in ("company", "-company"):
        found.append(re.findall(NAMED, browser.get(f"/deals/?view=table&sort={sort}").content.decode()))
    lines = browser.get("/deals/?view=table&group=company").context["groups"].lines
    found.append([(line.label, line.count, line.totals) for line in lines])
    return found


@settings(max_examples=2, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck))
@given(
    mine=st.lists(st.booleans(), min_size=4, max_size=4),
    of=st.lists(st.sampled_from([0, 1, 2, 3, None]), min_size=5, max_size=5),
)
def test_a_related_record_that_is_unseen_counts_as_none(mine, of, cast, api, tenant, members, now, role_given):
    by = {"by": members["owner"], "now": now}
    browser = cast["member"]
    with transaction.atomic():
        for cache in caches.all():
            cache.clear()
        role_given({"company": {"read": "own"}})
        with entered(tenant):
            link = create_field(object="deal", kind="record", label="Reseller", target="company", **by)
            companies = [
                create_company(name=f"{name} Works", owner=members["member" if is_mine else "owner"], **by)
                for name, is_mine in zip(NAMES, mine, strict=True)
            ]
            for number, at in enumerate(of):
                company = None if at is None else companies[at]
                name = ("First", "Second", "Third", "Fourth", "Fifth")[number]
                deal = create_deal(name=f"{name} deal", company=company, amount=100 + number, **by)
                if company:
                    update_values(deal, {link.key: str(company.pk)}, **by)
                create_case(subject=f"{name} case", company=company, **by)
                person = create_contact(first_name=name, last_name="person", **by)
                if company:
                    ContactCompany.objects.create(contact=person, company=company, is_primary=True)
        before = told(browser, api, companies, link)
        for name, is_mine in list(zip(NAMES, mine, strict=True))[:2]:
            found = browser.get(f"/deals/?view=table&q={name}").content.decode()
            assert is_mine or not re.search(NAMED, found)

        with entered(tenant):
            unseen = [one.pk for one, is_mine in zip(companies, mine, strict=True) if not is_mine]
            Deal.objects.filter(company__in=unseen).update(company=None, custom={})
            Case.objects.filter(company__in=unseen).update(company=None)
            ContactCompany.objects.filter(company__in=unseen).delete()
        assert told(browser, api, companies, link) == before
        transaction.set_rollback(True)
