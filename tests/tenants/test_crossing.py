"""What outlives a request must not carry one tenant into another: caches, files, streams, content types, tasks."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache, caches
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import ProgrammingError, transaction
from django.http import StreamingHttpResponse
from django.template import engines

from triptych.platform import scope
from triptych.platform.scope import NOWHERE, entered
from triptych.tenants.members.models import Member
from triptych.tenants.routing import kept_in

pytestmark = pytest.mark.django_db


def test_a_cached_value_stays_in_its_tenant(tenant, other_tenant):
    with entered(tenant):
        cache.set("figure", "Acme's")
    with entered(other_tenant):
        assert cache.get("figure") is None
        cache.set("figure", "Globex's")
    with entered(tenant):
        assert cache.get("figure") == "Acme's"


def test_the_shared_cache_says_so_by_name(tenant, other_tenant):
    with entered(tenant):
        caches["shared"].set("rates", 7)
    with entered(other_tenant):
        assert caches["shared"].get("rates") == 7


def test_a_cached_fragment_stays_in_its_tenant(tenant, other_tenant):
    template = engines["django"].from_string("{% load cache %}{% cache 60 owner %}{{ who }}{% endcache %}")
    shown = []
    for where in (tenant, other_tenant, tenant):
        with entered(where):
            shown.append(template.render({"who": where.name}))
    assert shown == ["Acme Tools", "Globex", "Acme Tools"]


def test_a_file_stays_in_its_tenant(tenant, other_tenant):
    with entered(tenant):
        name = default_storage.save("plan.txt", ContentFile(b"Acme's plan"))
        assert default_storage.open(name).read() == b"Acme's plan"
    with entered(other_tenant):
        assert not default_storage.exists(name)
        with pytest.raises(FileNotFoundError):
            default_storage.open(name)
    with pytest.raises(Exception, match="tenant"), entered(NOWHERE):
        default_storage.open(name)


def names():
    """A stream that asks the database only when it is read."""
    for member in Member.objects.order_by("email"):
        yield f"{member.email} in {scope.current().name};".encode()


def test_streams_read_after_the_request_stay_in_their_tenants(tenant, other_tenant):
    streams = {}
    for where in (tenant, other_tenant):
        with entered(where):
            streams[where.name] = iter(kept_in(where, StreamingHttpResponse(names())))

    first = next(streams["Acme Tools"])
    second = next(streams["Globex"])
    rest = list(streams["Acme Tools"])

    assert first == b"admin@acme.example in Acme Tools;"
    assert second == b"owner@globex.example in Globex;"
    assert all(piece.endswith(b"@acme.example in Acme Tools;") for piece in rest)
    assert len(rest) == 3


def test_a_tenant_has_no_content_types_to_mix_up(tenant):
    with entered(tenant), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ContentType.objects.get_for_model(Member)
