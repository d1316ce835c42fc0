"""Fields of a list that others contribute."""

import re

import pytest
from django.db.models.functions import Length

from triptych.core_crm.contacts import actions
from triptych.core_crm.lists.fields import Field, Type
from triptych.core_crm.lists.spec import Column
from triptych.platform.plugins import hookimpl
from triptych.platform.plugins.registry import registry
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member, Role

pytestmark = pytest.mark.django_db


class FromElsewhere:
    """A contributor that knows how long job titles are."""

    @hookimpl
    def list_fields(self, kind):
        if kind != "contact":
            return []
        column = Column("x_length", "Length", text=lambda contact: contact.x_length, order=("x_length",), shown=False)
        return [Field("x_length", "Length", Type.NUMBER, Length("job_title"), column=column)]


@pytest.fixture
def contacts(tenant, members, now):
    with entered(tenant):
        for name, title in (("Short", "a"), ("Long", "aaaa"), ("Middle", "aaa")):
            actions.create_contact(by=members["owner"], now=now, last_name=name, job_title=title)


def test_a_contributed_field_is_a_column_to_sort_by(cast, contacts):
    with registry.with_registered("core:elsewhere", FromElsewhere()):
        page = cast["reader"].get("/contacts/?columns=x_length&sort=-x_length").content.decode()
        export = b"".join(cast["reader"].get("/contacts/export/?columns=x_length&sort=x_length").streaming_content)

    assert re.findall(r'<a href="/contacts/[0-9a-f-]{36}/">(\w+)</a>', page) == ["Long", "Middle", "Short"]
    assert [line.split(",") for line in export.decode("utf-8-sig").split()] == [
        ["Name", "Length"], ["Short", "1"], ["Middle", "3"], ["Long", "4"],
    ]  # fmt: skip


def test_without_its_contributor_the_list_opens_as_usual(cast, contacts):
    page = cast["reader"].get("/contacts/?columns=x_length&sort=-x_length").content.decode()

    assert re.findall(r'<a href="/contacts/[0-9a-f-]{36}/">(\w+)</a>', page) == ["Long", "Middle", "Short"]


def test_what_is_hidden_from_a_role_is_no_column_no_condition_and_not_changed(cast, contacts, tenant, members, now):
    with entered(tenant):
        hidden = {"contact": {"job_title": "hidden"}}
        role = Role.objects.create(name="Discreet", field_rights=hidden, created_at=now, updated_at=now)
        Member.objects.filter(pk=members["member"].pk).update(role_record=role)
    url = '/contacts/?columns=name,job_title&where={"all":[["job_title","is","a"]]}'
    page = cast["member"].get(url).content.decode()
    fields = (
        cast["member"].post("/contacts/bulk/change/", {"all": "1"}, headers={"HX-Request": "true"}).content.decode()
    )

    assert "are left out: job_title." in page
    assert ('value="salutation"' in fields, 'value="job_title"' in fields) == (True, False)
