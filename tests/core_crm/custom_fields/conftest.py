"""Fields of Acme Tools, made through the action that the pages and the API call."""

import pytest

from triptych.core_crm.custom_fields import actions
from triptych.platform.scope import entered


@pytest.fixture
def add_field(tenant, members, now):
    """`add_field("choice", "Tier", options=["Gold"])` makes a field of contacts, or of `object`."""

    def add(kind, label, *, object="contact", **more):
        with entered(tenant):
            return actions.create_field(object=object, kind=kind, label=label, by=members["owner"], now=now, **more)

    return add


@pytest.fixture
def contact(tenant, members, now):
    from triptych.core_crm.contacts.actions import create_contact

    with entered(tenant):
        return create_contact(by=members["owner"], now=now, last_name="Rossi")
