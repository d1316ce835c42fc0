"""Bodies larger than any upload are refused before they are read."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("length", "status"), [("62914561", 413), ("9" * 40, 413), ("62914560", 403), ("", 403)])
def test_a_body_too_large_is_refused(tenant, length, status):
    stranger = Client(SERVER_NAME="acme.localhost", enforce_csrf_checks=True)

    answer = stranger.post("/login/", {"email": "x"}, CONTENT_LENGTH=length)

    assert answer.status_code == status
    assert ("too large" in answer.text) == (status == 413)
