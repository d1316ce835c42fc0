"""What the tests of lists share."""

from datetime import timedelta

import pytest

from triptych.core_crm.contacts.models import Contact
from triptych.platform.scope import entered

HTMX = {"HX-Request": "true"}


@pytest.fixture
def contacts(tenant, members, now):
    """120 contacts called Contact 000 to Contact 119; every second one belongs to the owner, the others to nobody."""
    made = [
        Contact(
            first_name="Contact",
            last_name=f"{n:03}",
            job_title=f"Title {n % 4}",
            owner=members["owner"] if n % 2 else None,
            created_at=now + timedelta(minutes=n),
            updated_at=now,
        )
        for n in range(120)
    ]
    with entered(tenant):
        Contact.objects.bulk_create(made)
    return made
