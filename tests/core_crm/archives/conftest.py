"""Writing archives of Acme Tools and reading them into Globex."""

import io
import json
import zipfile

import pytest

from triptych.core_crm.archives.loading import load_archive
from triptych.core_crm.archives.writing import write_archive
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member


class Alone:
    """Nobody watches."""

    cancel_requested = False

    def progress(self, done, total=None, note=""): ...
    def checkpoint(self, reached): ...


@pytest.fixture
def watcher():
    return Alone()


@pytest.fixture
def archive_of(now):
    def archive_of(tenant):
        """The archive of a tenant, as bytes."""
        target = io.BytesIO()
        with entered(tenant):
            write_archive(target, tenant=tenant, now=now, watcher=Alone())
        return target.getvalue()

    return archive_of


@pytest.fixture
def content():
    def content(archive):
        """All that an archive says of the workspace: every file in it, and the manifest."""
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            return {
                name: json.loads(opened.read(name)) if name == "manifest.json" else opened.read(name)
                for name in opened.namelist()
            }

    return content


@pytest.fixture
def load(other_tenant, now, tmp_path):
    def load(archive, *, dry_run=False):
        path = tmp_path / "archive.zip"
        path.write_bytes(archive)
        with entered(other_tenant):
            return load_archive(path, tenant=other_tenant, now=now, watcher=Alone(), dry_run=dry_run)

    return load


@pytest.fixture
def same_owner(other_tenant):
    """Whoever owns Globex has the address of the owner of Acme Tools."""
    with entered(other_tenant):
        Member.objects.update(email="owner@acme.example")
