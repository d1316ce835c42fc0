import json
import re

import pytest

pytestmark = pytest.mark.django_db


def test_home_greets_the_member_inside_the_frame(cast):
    response = cast["member"].get("/")

    page = response.content.decode()
    assert response.status_code == 200
    assert "Member" in page
    assert re.findall(r'class="nav-item" href="([^"]+)"', page)[:9] == [
        "/", "/contacts/", "/companies/", "/leads/", "/deals/", "/cases/", "/activities/", "/import/", "/settings/",
    ]  # fmt: skip
