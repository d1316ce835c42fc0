"""Names in the order in which the readers of each language look for them: in Python, and in the database."""

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triptych.core_crm.contacts.actions import create_company, create_contact, update_company
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.custom_fields.actions import create_field
from triptych.core_crm.custom_fields.querying import order_expression
from triptych.platform.audit.models import Entry
from triptych.platform.collation import collation_key, in_order, renewing
from triptych.platform.events import jobs
from triptych.platform.events.models import Job
from triptych.platform.scope import entered
from triptych.tenants.members.actions import change_workspace
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db

AS_NATIVES_SORT = {
    "en": ["de Wit", "Dean", "naïve", "Nash", "O'Brien", "Øster", "Zoë"],
    "de": ["Adler", "Ärzte", "Bach", "Österreich", "Otto", "Strasse", "Straße", "Straßer", "Zorn"],
    "it": ["Città", "Cittadini", "È vero", "Etna", "Nicolò", "Zanè"],
    "pl": ["Czech", "Ćwik", "Lis", "Lwów", "Łódź", "Mak", "Nowak", "Ńka", "Szabla", "Ścibor", "Zych", "Źrebak", "Żak"],
    "es": ["Nabu", "Núñez", "Nuñoa", "Nuz", "Ñandú", "Oso"],
    "ru": ["Дом", "Еда", "Ёлка", "Ель", "Жук", "Иван", "Йога", "Acme", "Zorn"],
}


@pytest.mark.parametrize("language", AS_NATIVES_SORT)
def test_names_stand_where_the_readers_of_a_language_look_for_them(language):
    names = AS_NATIVES_SORT[language]
    with override(language):
        assert in_order(reversed(names)) == names
    assert sorted(names, key=lambda name: collation_key(name, language)) == names


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(st.text("aąäbcćlłmnñńoóösśzźż Łłó'-еёжД09", min_size=1, max_size=8), max_size=12),
    language=st.sampled_from(["de", "pl", "es", "ru"]),
)
def test_the_database_sorts_as_python_does(tenant, in_tenant, names, language, now):
    tenant.language = language
    rows = [Company(name=name, created_at=now, updated_at=now) for name in names]
    made = Company.objects.bulk_create(rows)
    stored = Company.objects.filter(pk__in=[one.pk for one in made]).by_name()

    assert [one.pk for one in stored] == [one.pk for one in in_order(rows, language=language)]


@pytest.fixture
def polish(tenant, in_tenant, members, now, monkeypatch):
    """Records of an English workspace, which then takes Polish; `polish()` runs the job that follows from that."""
    monkeypatch.setattr(renewing, "SETTLING", 0)
    monkeypatch.setattr(renewing, "BATCH", 2)
    by = members["owner"]
    town = create_field(object="contact", kind="text", label="Town", by=by, now=now)
    for name in ("Lwów", "Łódź", "Lublin", "Mława", "Lis"):
        create_company(name=name, by=by, now=now)
        create_contact(last_name=name, custom={town.api_name: name}, by=by, now=now)

    def run():
        given = {"name": "Acme", "timezone": "UTC", "currency": "EUR", "language": "pl"}
        change_workspace(tenant=tenant, by=by, now=now, **given)
        job = Job.objects.get(kind=renewing.JOB)
        jobs.run(job.pk, tenant.pk, 0, heart=False)
        return Job.objects.get(pk=job.pk)

    run.field = town
    return run


def seen(field):
    by_town = Contact.objects.order_by(order_expression(field), "pk")
    return (
        [one.name for one in Company.objects.by_name()],
        [one.last_name for one in Contact.objects.by_name()],
        [one.last_name for one in by_town],
    )


def test_a_workspace_that_takes_another_language_has_its_names_sorted_anew(polish, cast):
    """Also what the hook `kept_sort_keys` names: texts in the workspace's own fields."""
    before = seen(polish.field)
    versions, audited = set(Contact.objects.values_list("version", flat=True)), Entry.objects.count()

    job = polish()

    assert before == (["Lis", "Łódź", "Lublin", "Lwów", "Mława"],) * 3
    assert seen(polish.field) == (["Lis", "Lublin", "Lwów", "Łódź", "Mława"],) * 3
    assert (job.state, job.result, job.percent) == ("done", {"renewed": 9}, 100)
    assert set(Contact.objects.values_list("version", flat=True)) == versions
    assert Entry.objects.count() == audited
    page = cast["member"].get("/companies/").text
    assert page.index("Lwów") < page.index("Łódź")


def test_what_somebody_writes_while_names_are_sorted_anew_stays(polish, members, now, monkeypatch):
    def rename_after_reading(self, changed):
        lodz = Company.objects.get(name="Łódź")
        update_company(company=lodz, name="Żary", by=members["owner"], now=now)
        monkeypatch.undo()
        self._write(changed)

    monkeypatch.setattr(renewing.ColumnKeys, "_write", rename_after_reading)
    monkeypatch.setattr(renewing, "SETTLING", 0)

    polish()

    assert seen(polish.field)[0] == ["Lis", "Lublin", "Lwów", "Mława", "Żary"]


def test_the_settings_show_how_far_it_is(cast, tenant):
    workspace = {"name": "Acme Tools", "timezone": "UTC", "currency": "EUR"}

    cast["owner"].post("/settings/workspace/", {**workspace, "language": "it"})
    assert "<progress" not in cast["owner"].get("/settings/workspace/").text  # Italian has the order of English
    assert cast["owner"].get("/settings/workspace/sorting/").headers["HX-Redirect"] == "/settings/workspace/"
    for language in ("ru", "pl", "ru"):
        cast["owner"].post("/settings/workspace/", {**workspace, "language": language})
    with entered(tenant):
        assert Job.objects.filter(kind=renewing.JOB).count() == 1  # one that waits does it for all

    assert "<progress" in cast["owner"].get("/settings/workspace/").text
    assert "<progress" in cast["admin"].get("/settings/workspace/sorting/").text
    assert cast["member"].get("/settings/workspace/sorting/").status_code == 403


def test_members_are_offered_in_the_order_of_the_readers_language(in_tenant, members, now):
    for name in ("Łucja", "Lydia", "Maria"):
        Member.objects.create(name=name, created_at=now)
    people = Member.objects.filter(name__in=["Łucja", "Lydia", "Maria"]).by_name()

    orders = {}
    for language in ("en", "pl"):
        with override(language):
            orders[language] = [one.name for one in people.all()]
            assert [one.name for one in people.iterator()] == orders[language]
    assert orders == {"en": ["Łucja", "Lydia", "Maria"], "pl": ["Lydia", "Łucja", "Maria"]}
