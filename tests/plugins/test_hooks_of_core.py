"""The hooks that core calls, through the pages and actions that call them."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from triptych.core_crm.activities.actions import create_activities_in_bulk, create_activity
from triptych.core_crm.activities.models import ActivityLink
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.archives.tables import all_tables
from triptych.core_crm.calendar.models import BusinessCalendar
from triptych.core_crm.contacts.actions import CompanyLink, create_company, create_contact
from triptych.core_crm.deals.actions import create_deal, move_deal
from triptych.core_crm.deals.models import Pipeline, Stage, StageChange
from triptych.core_crm.imports.importer import ExtraColumns, Field, Importer
from triptych.core_crm.imports.registry import all_importers, target_named
from triptych.platform.plugins import hooks
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered
from triptych.platform.web.hookspecs import OnboardingStep, Tile
from triptych.tenants.members.models import Member
from triptych.testing.plugins import reported_failures

pytestmark = pytest.mark.django_db


def test_home_tiles_and_onboarding_steps_stand_on_the_home_page(pretend, cast):
    pretend(
        "pear",
        home_tiles=lambda member: [Tile(f"How many pears has {member.name}?", "17", url="/x/pear/")],
        onboarding_steps=lambda: [OnboardingStep("Plant a tree", "It takes a while.", "/x/pear/", "Plant", False)],
    )

    text = cast["owner"].get("/").content.decode()
    assert "pears has" in text
    assert ">17<" in text
    assert "Plant a tree" in text


@pytest.mark.parametrize("hook", ["home_tiles", "onboarding_steps"])
def test_a_home_page_goes_on_without_those_that_raise(pretend, cast, tenant, hook):
    pretend("pear", **{hook: lambda: 1 / 0})

    assert cast["owner"].get("/").status_code == 200
    assert reported_failures(tenant) == {("pear", hook): 1}


@pytest.fixture
def deal(tenant, members, now):
    with entered(tenant):
        return create_deal(name="Pumps", by=members["owner"], now=now)


@pytest.fixture
def next_stage(tenant, deal):
    with entered(tenant):
        return Stage.objects.filter(pipeline=deal.pipeline_id, is_closed=False).order_by("position")[1]


def test_check_deal_move_refuses_on_the_page_with_its_sentence_and_nothing_moves(
    pretend, cast, tenant, deal, next_stage
):
    def refuse(deal, to):
        raise Refused(f"{deal} waits for pears before {to}.")

    pretend("pear", check_deal_move=refuse)

    cast["owner"].post(f"/deals/{deal.pk}/move/", {"stage": next_stage.pk}, headers={"HX-Request": "true"})
    assert f"Pumps waits for pears before {next_stage}." in cast["owner"].get(f"/deals/{deal.pk}/").content.decode()
    with entered(tenant):
        deal.refresh_from_db()
        assert deal.stage_id != next_stage.pk
        assert not StageChange.objects.filter(deal=deal, to_stage=next_stage).exists()


def test_check_deal_move_sees_the_deal_in_its_old_stage(pretend, tenant, deal, next_stage, members, now):
    seen = []
    pretend("pear", check_deal_move=lambda deal, to, by: seen.append((deal.stage_id, to, by)))
    before = deal.stage_id
    with entered(tenant):
        move_deal(deal=deal, to=next_stage, by=members["owner"], now=now)

    assert seen == [(before, next_stage, members["owner"])]


def test_also_concerned_puts_an_activity_on_further_timelines(pretend, tenant, members, now):
    with entered(tenant):
        contact = create_contact(first_name="Ann", by=members["owner"], now=now)
        company = create_company(name="Acme", by=members["owner"], now=now)
        pair = (RecordRef.of(contact), RecordRef.of(company))
        pretend("pear", also_concerned=lambda records: [pair] if pair[0] in records else [])
        call = create_activity(
            kind="call", subject="Pears", records=[RecordRef.of(contact)], by=members["owner"], now=now
        )

        linked = set(ActivityLink.objects.filter(activity=call).values_list("kind", "object_id"))
    assert {("contact", contact.pk), ("company", company.pk)} <= linked


def test_many_activities_ask_once_whom_else_they_concern(pretend, tenant, members, now):
    asked = []
    with entered(tenant):
        by = members["owner"]
        companies = [create_company(name=name, by=by, now=now) for name in ("Acme", "Bolt", "Cork")]
        works = [[CompanyLink(company)] for company in companies]
        contacts = [create_contact(first_name="Ann", companies=links, by=by, now=now) for links in works]
        pretend("pear", also_concerned=lambda records: asked.append(records) or [])
        refs = [RecordRef.of(contact) for contact in contacts]
        rows = [{"kind": "note", "description": "Hello", "records": [ref]} for ref in (*refs, refs[0])]
        notes = create_activities_in_bulk(rows, by=by, now=now)
        links = [set(note.links.values_list("object_id", flat=True)) for note in notes]

    assert asked == [refs]
    pairs = [{contact.pk, company.pk} for contact, company in zip(contacts, companies, strict=True)]
    assert links == [*pairs, pairs[0]]


class PearImporter(Importer):
    name, label, model = "pears", "Pears", Member

    def fields(self) -> tuple[Field, ...]:
        return (Field("name", "Name", required=True),)

    def names(self) -> Iterator[tuple[UUID, str]]:
        yield from ()

    def write(self, rows, writing):
        return []


def test_importers_of_plugins_stand_beside_those_of_core(pretend, tenant):
    with entered(tenant):
        core = set(all_importers())
        pretend("pear", importers=lambda: [PearImporter()])

        assert set(all_importers()) == core | {"pears"}


def test_import_columns_add_fields_to_the_import_of_another_object(pretend, tenant):
    ripe = Field("pear_ripeness", "Ripeness")
    columns = ExtraColumns((ripe,), lambda rows, writing: [])
    pretend("pear", import_columns=lambda object_name: [columns] if object_name == "deals" else [])
    with entered(tenant):
        assert ripe in target_named("deals").fields
        assert ripe not in target_named("contacts").fields


def test_tenant_defaults_can_be_made_again_without_doubles(tenant, now):
    def rows() -> list[list[tuple]]:
        return [list(model.objects.order_by("pk").values_list("pk", "name")) for model in (Pipeline, BusinessCalendar)]

    with entered(tenant):
        before = rows()
        hooks.gather("tenant_defaults", now=now)

        assert rows() == before
    assert [len(made) for made in before] == [1, 1]


def test_archived_tables_of_installed_plugins_are_exported_where_they_are_not_enabled(tenant):
    with entered(tenant):
        assert "sales" not in tenant.enabled_plugins
        named = {table.name for table in hooks.gather_for("archived_tables", ["sales"])}
        assert {"deals.deal", "sales.product"} <= named == all_tables().keys()
