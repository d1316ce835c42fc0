"""Fields of Acme Tools, made through the action that the pages and the API call."""

import pytest

from triptych.core_crm.custom_fields import actions
from triptych.core_crm.rights import actions as rights
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member


@pytest.fixture
def add_field(tenant, members, now):
    """`add_field("choice", "Tier", options=["Gold"])` makes a field of contacts, or of `object`."""

    def add(kind, label, *, object="contact", **more):
        with entered(tenant):
            return actions.create_field(object=object, kind=kind, label=label, by=members["owner"], now=now, **more)

    return add


@pytest.fixture
def role_given(tenant, members, now):
    """`role_given(rights, fields={"deal": {"amount": "hidden"}})` is the role of the member of the cast."""

    def give(rights_given, *, fields=None, name="Sales"):
        with entered(tenant):
            by = members["owner"]
            role = rights.create_role(
                name=name, base="member", rights=rights_given, field_rights=fields or {}, by=by, now=now
            )
            rights.give_role(member=Member.objects.get(pk=members["member"].pk), role=role, by=by, now=now)

    return give


@pytest.fixture
def contact(tenant, members, now):
    from triptych.core_crm.contacts.actions import create_contact

    with entered(tenant):
        return create_contact(by=members["owner"], now=now, last_name="Rossi")
