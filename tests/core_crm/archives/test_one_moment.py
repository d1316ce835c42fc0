"""With true commits: an archive is of one moment."""

from typing import ClassVar

from django.db import connection

from triptych.core_crm.archives.actions import export_to_file
from triptych.platform.scope import entered


class Reader:
    """Looks on while an archive is written."""

    cancel_requested = False
    levels: ClassVar[set[str]] = set()

    def progress(self, done, total=None, note=""):
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            self.levels.add(cursor.fetchone()[0])


def test_an_archive_is_as_of_one_moment(fresh_tenant, now, tmp_path):
    with entered(fresh_tenant):
        export_to_file(tmp_path / "all.zip", tenant=fresh_tenant, now=now, watcher=Reader())
        Reader().progress(0)

    assert Reader.levels == {"repeatable read", "read committed"}
