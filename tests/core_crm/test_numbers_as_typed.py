"""Numbers are typed and read as the member's language writes them."""

import json
import re
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.utils.translation import override

from triptych.core_crm.contacts.models import Company
from triptych.core_crm.custom_fields.actions import create_field
from triptych.core_crm.deals.models import Deal, Stage
from triptych.platform.languages.numbers import plain_number
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
TYPED = {"en": "1,234.5", "de": "1.234,5", "it": "1.234,5", "es": "1.234,5", "pl": "1 234,5", "ru": "1\xa0234,5"}
"""The same number in each language; Poland and Russia group by blanks, typed ones or those of a page."""
SHOWN = {
    "en": "€1,234.50", "de": "1.234,50 €", "it": "1.234,50 €", "es": "1.234,50 €",
    "pl": "1 234,50 €", "ru": "1 234,50 €",
}  # fmt: skip


@pytest.mark.parametrize("language", TYPED)
def test_forms_conditions_and_bulk_values_take_the_numbers_of_a_language(cast, tenant, members, now, language):
    typed, member = TYPED[language], cast["member"]
    with entered(tenant):
        Member.objects.filter(pk=members["member"].pk).update(language=language)
        by = {"by": members["owner"], "now": now}
        length = create_field(object="deal", kind="number", label="Length", **by)
        price = create_field(object="deal", kind="money", label="Price", **by)
        stage = Stage.objects.get(name="Meeting")

    custom = {length.form_name: typed, f"{price.form_name}_amount": typed, f"{price.form_name}_currency": "EUR"}
    member.post("/deals/new/", {"name": "Press", "amount": typed, "currency": "EUR", "stage": stage.pk, **custom})
    member.post("/deals/new/", {"name": "Sent", "amount": "1234.5", "currency": "EUR", "stage": stage.pk})
    member.post("/companies/new/", {"name": "Neue Werke", "type": "prospect", "annual_revenue": typed})
    with entered(tenant):
        press = Deal.objects.get(name="Press")
        assert (press.amount, Deal.objects.get(name="Sent").amount) == (Decimal("1234.5"), Decimal("1234.5"))
        assert press.custom[length.key] == "1234.5"
        assert press.custom[price.key] == {"amount": "1234.50", "currency": "EUR"}
        assert Company.objects.get(name="Neue Werke").annual_revenue == Decimal("1234.5")

    above = quote(json.dumps({"all": [["amount", "above", typed.replace("5", "4")]]}))
    below = quote(json.dumps({"all": [["amount", "below", typed.replace("5", "4")]]}))
    assert "Press" in member.get(f"/deals/?view=table&where={above}").text
    assert "Press" not in member.get(f"/deals/?view=table&where={below}").text

    change = {"row": [press.pk], "field": "amount", "value": typed.replace("1", "7")}
    preview = member.post("/deals/bulk/change/", {**change, "step": "preview"}, headers=HTMX)
    member.post("/deals/bulk/change/", {**change, "step": "do", "sure": "1"}, headers=HTMX)
    with entered(tenant):
        press.refresh_from_db()
    assert (preview.status_code, press.amount) == (200, Decimal("7234.5"))


@pytest.mark.parametrize("language", SHOWN)
def test_pages_and_exports_show_amounts_as_the_language_writes_them(cast, tenant, members, now, language):
    with entered(tenant):
        Member.objects.filter(pk=members["member"].pk).update(language=language)
        stage = Stage.objects.get(name="Meeting")
    cast["member"].post("/deals/new/", {"name": "Press", "amount": "1234.5", "currency": "EUR", "stage": stage.pk})

    page = re.sub(r"[\xa0\u202f]|&nbsp;", " ", cast["member"].get("/deals/?view=table").text)

    assert SHOWN[language] in page


@pytest.mark.parametrize(
    ("language", "typed", "number"),
    [
        ("de", "1234,5", "1234.5"), ("de", "1.234", "1.234"), ("de", "1.234.567", "1234567"), ("de", "-0,5", "-0.5"),
        ("de", "1,2,3", "1,2,3"), ("de", "12.34,5", "12.34,5"), ("en", "1,234", "1234"), ("en", "1234,5", "1234,5"),
        ("ru", "12 345 678,9", "12345678.9"), ("pl", "1 2", "1 2"), ("it", "much", "much"), ("es", "", ""),
    ],
)  # fmt: skip
def test_what_is_no_number_of_the_language_stays_as_it_is(language, typed, number):
    with override(language):
        assert plain_number(typed) == number
