"""Formulas: made by page and API, shown, filtered, ordered, grouped, exported; nothing that is typed is an error."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triptych.core_crm.contacts.actions import create_company, create_contact, update_company
from triptych.core_crm.contacts.models import Company
from triptych.core_crm.custom_fields import actions
from triptych.core_crm.custom_fields.computed.resolving import Terms, finished, shown, values_of
from triptych.core_crm.custom_fields.computed.terms import BadFormula
from triptych.core_crm.custom_fields.models import CustomField
from triptych.core_crm.rights.actions import create_role, give_role
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db

HOME = "/settings/fields/"
CREATE = """mutation($input: CreateCustomFieldInput!) { createCustomField(input: $input) {
  customField { id expression result problem } problems { code field message } } }"""


@pytest.fixture
def formula(add_field):
    def add(label, expression, *, object="company", **more):
        return add_field("formula", label, object=object, expression=expression, **more)

    return add


@pytest.fixture
def company(tenant, members, now):
    with entered(tenant):
        facts = {"number_of_employees": 10, "annual_revenue": "1000.50", "currency": "EUR", "industry": "Tools"}
        return create_company(by=members["owner"], now=now, name="Globocorp", **facts)


def come_to(tenant, company, *fields):
    """What the fields hold of a company: a value or a reason each."""
    with entered(tenant):
        found = values_of(fields, [company.pk])[company.pk]
    return [found[field.key]["error"] or found[field.key]["value"] for field in fields]


@pytest.mark.parametrize(
    ("expression", "result", "value"),
    [
        ("1/3", "number", "0.333333"),
        ("annualRevenue / numberOfEmployees", "money", "100.05"),
        ('IF(numberOfEmployees >= 10 AND type = "prospect", "big", "small")', "text", "big"),
        ('name & " (" & numberOfEmployees & ")"', "text", "Globocorp (10)"),
        ("numberOfEmployees / (numberOfEmployees - 10)", "number", "division"),
        ("if(numberOfEmployees = 10, 1, 1 / (numberOfEmployees - 10))", "number", "1"),
        ("days(date(2026, 1, 1), date(2026, 3, 1))", "number", "59"),
        ("date(createdAt) + 3", "date", "2026-03-05"),
        ("addmonths(date(2026, 1, 31), 1)", "date", "2026-02-28"),
        ("adddays(today(), 99999999)", "date", "day"),
        ("round(annualRevenue, -2)", "money", "1000.00"),
        ("isempty(website)", "boolean", "true"),
        ("not (numberOfEmployees <> 10)", "boolean", "true"),
        ("parent.name", "text", None),
        ("ifempty(parent.annualRevenue, annualRevenue)", "money", "1000.50"),
        ("0.1 + 0.2", "number", "0.3"),
        ("999999999999999 * 999999999999999", "number", "too_large"),
        ("round(-2.5) + max(1, 2) % 2", "number", "-3"),
        ('left(upper(name), 2) & length("naïve")', "text", "GL5"),
    ],
)
def test_a_formula_is_worked_out(tenant, formula, company, expression, result, value):
    field = formula("Worked out", expression)

    assert (field.result, come_to(tenant, company, field)) == (result, [value])


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (" ", "required"),
        ("nobodyKnows + 1", "no field “nobodyKnows”"),
        ("name.__class__", "no field"),
        ("2 ** 99", "names of fields"),
        ('__import__("os").system("ls")', "no function"),
        ('"a" * 100', "cannot be used"),
        ("lambda: 1", "misspelled"),
        ("(" * 400, "too deep"),
        ("-" * 900 + "1", "too deep"),
        ("1e400", "too large"),
        ("9" * 900, "too large"),
        ("+".join("1" * 200), "too deep"),
        ("[name]", "names of fields"),
        ("1j", "too large"),
        ('f"{name}"', "names of fields"),
        ("name.upper()", "no function"),
        ("today(1)", "today()"),
        ("if(1, 2, 3)", "cannot be used"),
        ("annualRevenue * annualRevenue", "cannot be used"),
        ('"\\ud800"', "character"),
        ("round(1.5, *[1])", "round("),
        ("x" * 2000, "1000 characters"),
        ("1 is 1", "misspelled"),
        ("class", "no field"),
    ],
)
def test_whatever_is_no_formula_is_refused_in_words(cast, tenant, expression, said):
    data = {"label": "X", "expression": expression, "seen_by": "everybody", "do": "keep"}
    response = cast["owner"].post(f"{HOME}new/?object=company&kind=formula", data)

    assert (response.status_code, said in response.content.decode()) == (422, True)
    with entered(tenant):
        assert not CustomField.objects.exists()


def test_formulas_show_filter_order_group_and_go_into_files(cast, tenant, members, formula, company, now):
    with entered(tenant):
        create_company(by=members["owner"], now=now, name="Tiny", number_of_employees=0)
    each = formula("Per head", "annualRevenue / numberOfEmployees")
    size = formula("Size", 'if(numberOfEmployees > 5, "big", "small")')
    home, columns = "/companies/", f"columns=name,{each.list_name}_shown,{size.list_name}_shown"

    page = cast["reader"].get(f"{home}?{columns}&sort=-{size.list_name}_shown").content.decode()
    assert "€100.05" in page
    assert "It divides by zero." in page
    assert page.index("Tiny") < page.index("Globocorp")

    where = f'["{each.list_name}","at_least","100"]'
    found = cast["reader"].get(f"{home}?{columns}&where=" + '{"all":[' + where + "]}").content.decode()
    assert ("Globocorp" in found, "Tiny" in found) == (True, False)
    grouped = cast["reader"].get(f"{home}?group={size.list_name}").content.decode()
    assert "small" in grouped
    file = b"".join(cast["reader"].get(f"{home}export/?{columns}&sort=name").streaming_content).decode()
    assert "Globocorp,100.05 EUR,big" in file
    assert "Tiny,— (It divides by zero.),small" in file
    record = cast["reader"].get(f"/companies/{company.pk}/").content.decode()
    assert "Per head" in record
    assert "€100.05" in record


def test_the_api_has_them_typed(api, formula, company):
    formula("Per head", "annualRevenue / numberOfEmployees")
    formula("Never", "1 / (numberOfEmployees - 10)")
    formula("Since", "today() - date(createdAt)")
    read = """{ companies(filter: {custom: {perHead: {gte: "100"}, never: {isNull: true}}},
        orderBy: [{field: CUSTOM_SINCE}]) { edges { node { custom { perHead { amount currency } never
        problemsOfFormulas { field message } } } } } }"""
    nodes = api(read, who="reader")["data"]["companies"]["edges"]

    assert [edge["node"]["custom"] for edge in nodes] == [
        {"perHead": {"amount": "100.05", "currency": "EUR"}, "never": None,
         "problemsOfFormulas": [{"field": "never", "message": "It divides by zero."}]}
    ]  # fmt: skip
    give = "mutation($input: UpdateCompanyInput!) { updateCompany(input: $input) { problems { field } } }"
    answer = api(give, input={"id": "Q29tcGFueTox", "custom": {"perHead": {"amount": "1"}}})
    assert "perHead" in answer["errors"][0]["message"]  # no input has it


@pytest.mark.parametrize("who", ["owner", "admin", "member", "reader", "outsider", "stranger"])
def test_owners_and_admins_try_a_formula_and_keep_it(api, cast, company, tenant, who):
    trial = """mutation($input: CustomFieldTrialInput!) { tryCustomField(input: $input) {
      examples { name value problem } problems { code field message } } }"""
    data = {"label": "Twice", "expression": "numberOfEmployees * 2", "seen_by": "everybody"}
    page = cast[who].post(f"{HOME}new/?object=company&kind=formula", {**data, "do": "preview"})
    with entered(tenant):
        assert not CustomField.objects.exists()
    if who in ("outsider", "stranger"):
        assert page.status_code == 302
        return
    answer = api(trial, who=who, input={"object": "COMPANY", "expression": "numberOfEmployees * 2"})
    answer = answer["data"]["tryCustomField"]
    made = api(CREATE, who=who, input={"object": "COMPANY", "kind": "FORMULA", "label": "T", "expression": "1 + 1"})
    made = made["data"]["createCustomField"]

    if who in ("owner", "admin"):
        assert answer == {"examples": [{"name": "Globocorp", "value": "20", "problem": None}], "problems": []}
        assert (page.status_code, "<b>20</b>" in page.content.decode()) == (200, True)
        assert made["customField"] | {"id": ""} == {
            "id": "", "expression": "1 + 1", "result": "NUMBER", "problem": None,
        }  # fmt: skip
    else:
        assert (answer["examples"], answer["problems"][0]["code"], page.status_code) == ([], "FORBIDDEN", 403)
        assert made["problems"][0]["code"] == "FORBIDDEN"


def test_trying_a_formula_shows_nobody_what_their_role_hides(cast, company, tenant, members, now):
    by = members["owner"]
    with entered(tenant):
        hidden = {"company": {"number_of_employees": "hidden"}}
        role = create_role(name="Half", base="admin", rights={}, field_rights=hidden, by=by, now=now)
        give_role(member=Member.objects.get(pk=members["admin"].pk), role=role, by=by, now=now)
    data = {"label": "Twice", "expression": "numberOfEmployees * 2", "seen_by": "everybody", "do": "preview"}
    page = cast["admin"].post(f"{HOME}new/?object=company&kind=formula", data).content.decode()
    assert "<b>20</b>" not in page
    assert "Your role does not show you all that this comes from." in page


def test_a_circle_is_refused_with_the_way_round(tenant, members, formula, now):
    first = formula("First", "1")
    formula("Second", "first + 1")
    formula("Third", "second + 1")

    with entered(tenant), pytest.raises(Refused) as refused:
        actions.update_field(field=first, by=members["owner"], now=now, expression="third * 2")
    assert refused.value.code == "CYCLE"
    assert "First → Third → Second → First" in refused.value.message


def test_what_a_change_does_to_formulas_that_use_it(tenant, members, formula, company, now):
    first = formula("First", "numberOfEmployees")
    second = formula("Second", "first + 1")
    with entered(tenant):
        update_company(company=company, by=members["owner"], now=now, number_of_employees=20)
        with pytest.raises(Refused, match="Second"):
            actions.update_field(field=first, by=members["owner"], now=now, expression="name")
        actions.update_field(field=first, by=members["owner"], now=now, expression="annualRevenue")
        second.refresh_from_db()
    assert (second.result, come_to(tenant, company, second)) == ("money", ["1001.50"])


def test_a_missing_field_is_named(cast, api, tenant, members, formula, add_field, company, now):
    size = add_field("number", "Size", object="company")
    twice = formula("Twice", "size * 2")
    with entered(tenant):
        update_company(company=company, by=members["owner"], now=now, custom={"size": "4"})
        actions.update_field(field=size, by=members["owner"], now=now, label="Renamed")
    assert come_to(tenant, company, twice) == ["8"]

    with entered(tenant):
        actions.delete_field(field=size, by=members["owner"], now=now)
    assert "The field “size” is missing." in cast["reader"].get(f"/companies/{company.pk}/").content.decode()
    assert "There is no field “size” here." in cast["owner"].get(f"{HOME}?object=company").content.decode()
    shown = api('{ customFields(filter: {label: {eq: "Twice"}}) { edges { node { problem } } } }')
    assert shown["data"]["customFields"]["edges"][0]["node"]["problem"] == "There is no field “size” here."
    with entered(tenant):
        actions.restore_field(field=size, by=members["owner"], now=now)
    assert come_to(tenant, company, twice) == ["8"]


def test_a_formula_tells_nobody_what_is_hidden(
    cast, api, tenant, members, role_given, formula, add_field, company, now
):
    add_field("number", "Margin", object="company", seen_by="admins")
    formula("Leak", "margin + 1")
    formula("Leak of leak", "leak + 1")
    formula("Revenue", "annualRevenue * 2")
    formula("Innocent", "numberOfEmployees * 2")
    with entered(tenant):
        update_company(company=company, by=members["owner"], now=now, custom={"margin": "41"})
    role_given({}, fields={"company": {"annual_revenue": "hidden"}})

    assert _names(cast, "owner", company) == {"Leak", "Leak of leak", "Revenue", "Innocent"}
    assert _names(cast, "reader", company) == {"Revenue", "Innocent"}
    assert _names(cast, "member", company) == {"Innocent"}
    for name, who in (("leak", "reader"), ("revenue", "member"), ("leak", "member")):
        asked = "{ companies(filter: {custom: {NAME: {isNull: false}}}) { edges { node { id } } } }".replace(
            "NAME", name
        )
        assert name in api(asked, who=who)["errors"][0]["message"]


def _names(cast, who, company):
    page = cast[who].get(f"/companies/{company.pk}/").content.decode()
    return {name for name in ("Leak", "Leak of leak", "Revenue", "Innocent") if f">{name}<" in page}


numbers = st.sampled_from(["numberOfEmployees", "foundedYear", "0", "1", "-7", "0.001", "999999999999999", "thick"])
texts = st.sampled_from(["name", "website", '""', '"ä\'%s{}"', "type"])
dates = st.sampled_from(["today()", "createdAt", "date(9999, 12, 31)", "date(1, 1, 1)"])
deeper = {
    "number": lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner["number"], st.sampled_from("+-*/%"), inner["number"]),
        st.builds("{}({})".format, st.sampled_from(["round", "abs", "floor", "ceil"]), inner["number"]),
        st.builds("({} - {})".format, inner["date"], inner["date"]),
        st.builds("length({})".format, inner["text"]),
    ),
    "text": lambda inner: st.one_of(
        st.builds("({} & {})".format, inner["text"], inner["number"]),
        st.builds("left({}, {})".format, inner["text"], inner["number"]),
        st.builds("text({})".format, inner["date"]),
    ),
    "date": lambda inner: st.one_of(
        st.builds("adddays({}, {})".format, inner["date"], inner["number"]),
        st.builds("addmonths({}, {})".format, inner["date"], inner["number"]),
        st.builds("date({0}, {1}, {0})".format, inner["number"], inner["number"]),
    ),
}


def _nested(depth):
    inner = {"number": numbers, "text": texts, "date": dates}
    for _ in range(depth):
        inner = {kind: st.one_of(inner[kind], build(inner)) for kind, build in deeper.items()}
    return st.one_of(*inner.values())


@given(expressions=st.lists(_nested(4), min_size=12, max_size=12))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_formula_makes_the_database_fail(worked_out, expressions):
    """Whatever fits together is a value or a reason, never an error."""
    for expression in expressions:
        worked_out(expression)


@pytest.fixture
def worked_out(tenant, members, company, now):
    """`worked_out(expression)` works a formula out on a company, without the net of `settle`."""
    thick = CustomField(object="company", kind="formula", label="T", api_name="thick", expression="1 / 3 + foundedYear")

    def run(expression):
        field = CustomField(object="company", kind="formula", label="F", api_name="f", expression=expression)
        with entered(tenant):
            try:
                term = Terms("company", [field, thick]).of(field)
            except BadFormula:
                return
            list(Company.objects.annotate(x=shown(finished(term)), y=finished(term).sql).values_list("x", "y"))

    return run


def test_a_contact_has_formulas_too(cast, tenant, members, formula, now):
    formula("Greeting", 'if(isempty(firstName), "Dear customer", "Dear " & firstName)', object="contact")
    with entered(tenant):
        contact = create_contact(by=members["owner"], now=now, first_name="Ada", last_name="Rossi")

    assert "Dear Ada" in cast["member"].get(f"/contacts/{contact.pk}/").content.decode()
