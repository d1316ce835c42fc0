"""Making tenants: replay and migrations give the same, spares are claimed once, sign-up refuses what it must."""

import pytest
from django.db import connection
from django.utils.translation import override, pgettext

from triptych.core_crm.calendar.models import BusinessCalendar
from triptych.core_crm.cases.models import Queue
from triptych.core_crm.deals.actions.pipelines import update_stage
from triptych.core_crm.deals.defaults import name_defaults
from triptych.core_crm.deals.models import Pipeline, Stage
from triptych.platform.refusals import Refused
from triptych.platform.scope import CONTROL, building, entered
from triptych.tenants import actions, fleet, provisioning
from triptych.tenants.members.models import Member
from triptych.tenants.models import Blueprint, Membership, Person, Tenant

CATALOGUE = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'i', 'S') ORDER BY 1, 2""",
    "constraints": """
        SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid), condeferrable, condeferred
        FROM pg_constraint WHERE connamespace = %s::regnamespace ORDER BY 2, 1""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %s ORDER BY 1, 2",
    "triggers": """
        SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t
        JOIN pg_class c ON c.oid = tgrelid WHERE c.relnamespace = %s::regnamespace AND NOT tgisinternal
        ORDER BY 1, 2""",
    "functions": """
        SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = %s::regnamespace ORDER BY 1""",
    "rights": """
        SELECT relname, replace(relacl::text, nspname, '') FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
        WHERE nspname = %s ORDER BY 1""",
}


def catalogue_of(schema):
    """Everything that PostgreSQL knows of a schema, its name taken out."""
    found = {}
    with entered(building("public")), connection.cursor() as cursor:
        for part, query in CATALOGUE.items():
            cursor.execute(query, [schema])
            found[part] = [tuple(str(value).replace(schema, "SCHEMA") for value in row) for row in cursor.fetchall()]
        cursor.execute(f'SELECT app, name FROM "{schema}".django_migrations ORDER BY 1, 2')
        found["migrations"] = cursor.fetchall()
    return found


@pytest.mark.django_db
def test_replay_and_migrations_give_identical_catalogues(now):
    with entered(building("public")):
        migrated = provisioning.make_by_migrations(now=now)
        replayed = provisioning.make_by_replay(Blueprint.objects.get(stamp=fleet.current_stamp()), now=now)

    migrated, replayed = catalogue_of(migrated.schema_name), catalogue_of(replayed.schema_name)

    assert len(migrated["columns"]) > 200
    for part, rows in migrated.items():
        assert replayed[part] == rows, part


@pytest.mark.django_db
def test_signing_up_names_a_spare(now):
    provisioning.keep_spares(wanted=1, now=now)
    with entered(CONTROL):
        spares = set(Tenant.objects.spare(stamp=fleet.current_stamp()).values_list("pk", flat=True))

    tenant = actions.sign_up(
        name="Initech", subdomain="Initech", email="Bill@Initech.example", password="pc-load-letter-7", now=now,
        timezone="America/Chicago", currency="USD",
    )  # fmt: skip

    assert tenant.pk in spares
    assert (tenant.subdomain, tenant.state, tenant.currency) == ("initech", "trial", "USD")
    with entered(tenant):
        owner = Member.objects.get()
        assert (owner.email, owner.role) == ("bill@initech.example", "owner")
    with entered(CONTROL):
        assert Membership.objects.get(tenant=tenant).pk == owner.pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"subdomain": "acme"}, "subdomain"),
        ({"subdomain": "www"}, "subdomain"),
        ({"subdomain": "-x"}, "subdomain"),
        ({"subdomain": "a b"}, "subdomain"),
        ({"name": "  "}, "name"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"currency": "XYZ"}, "currency"),
        ({"language": "tlh"}, "language"),
        ({"email": "nobody"}, "email"),
        ({"password": "12345"}, "password"),
        ({"email": "owner@acme.example", "password": "not-theirs-at-all"}, "password"),
    ],
)
def test_a_sign_up_that_cannot_be_is_refused_and_changes_nothing(tenant, now, wrong, field):
    provisioning.keep_spares(wanted=1, now=now)
    asked = {"name": "Initech", "subdomain": "initech", "email": "bill@initech.example", "password": "pc-load-letter-7"}
    with entered(CONTROL):
        before = (Tenant.objects.named().count(), Person.objects.count(), Membership.objects.count())

    with pytest.raises(Refused) as refused:
        actions.sign_up(**{**asked, **wrong}, now=now)

    assert refused.value.field == field
    with entered(CONTROL):
        assert (Tenant.objects.named().count(), Person.objects.count(), Membership.objects.count()) == before


@pytest.mark.django_db
def test_a_second_workspace_keeps_the_persons_password(tenant, now):
    provisioning.keep_spares(wanted=1, now=now)
    with entered(CONTROL):
        before = Person.objects.get(email="owner@acme.example").password

    second = actions.sign_up(
        name="Acme Two", subdomain="acme-two", email="owner@acme.example", password="correct-horse-battery", now=now
    )

    with entered(CONTROL):
        assert Person.objects.get(email="owner@acme.example").password == before
    assert [found.pk for found in actions.workspaces_of("OWNER@acme.example")] == [tenant.pk, second.pk]


@pytest.mark.django_db
def test_a_pass_to_another_workspace_works_once_and_only_there(tenant, other_tenant, members, now):
    owner = members["owner"]
    with pytest.raises(Refused):
        actions.hand_over(person_id=owner.person_id, to=other_tenant, now=now)
    pass_id = actions.hand_over(person_id=owner.person_id, to=tenant, now=now)

    assert actions.arrive(pass_id=pass_id, tenant=other_tenant, now=now) is None
    assert actions.arrive(pass_id="nonsense", tenant=tenant, now=now) is None
    assert actions.arrive(pass_id=pass_id, tenant=tenant, now=now).pk == owner.person_id
    assert actions.arrive(pass_id=pass_id, tenant=tenant, now=now) is None


@pytest.mark.django_db
def test_what_a_workspace_begins_with_is_called_in_its_language(now):
    """Through the hook `tenant_named`."""
    asked = {"email": "anna@winkel.example", "password": "correct-horse-battery", "now": now}
    with entered(building("public")):
        provisioning.keep_spares(wanted=2, now=now)

    english = actions.sign_up(name="Corner", subdomain="corner", **asked)
    german = actions.sign_up(name="Winkel", subdomain="winkel", language="de", **asked)

    in_english = ["Qualification", "Meeting", "Proposal", "Negotiation", "Won", "Lost"]
    assert begun_with(english) == (in_english, ["Sales"], ["Support"], ["Business hours"])
    stages, pipelines, queues, calendars = begun_with(german)
    assert stages == ["Qualifizierung", "Termin", "Angebot", "Verhandlung", "Gewonnen", "Verloren"]
    with override("de"):
        assert (pipelines, queues) == ([pgettext("pipeline", "Sales")], [pgettext("queue", "Support")])
    assert calendars == ["Geschäftszeiten"]


@pytest.mark.django_db
def test_names_that_somebody_has_changed_stay(in_tenant, members, now):
    won, lost = Stage.objects.get(name="Won"), Stage.objects.get(name="Lost")
    update_stage(stage=won, name="Deal!", by=members["owner"], now=now)
    update_stage(stage=lost, name="Gone", by=members["owner"], now=now)
    update_stage(stage=Stage.objects.get(pk=lost.pk), name="Lost", by=members["owner"], now=now)

    with override("de"):
        name_defaults()

    names = Stage.objects.order_by("position").values_list("name", flat=True)
    assert list(names) == ["Qualifizierung", "Termin", "Angebot", "Verhandlung", "Deal!", "Lost"]


def begun_with(tenant):
    with entered(tenant):
        return tuple(
            list(model.objects.order_by("position" if model is Stage else "pk").values_list("name", flat=True))
            for model in (Stage, Pipeline, Queue, BusinessCalendar)
        )
