"""The hook of archives: which tables make up a workspace."""

from triptych.core_crm.archives.tables import ArchivedTable
from triptych.platform.plugins import hookspec


@hookspec
def archived_tables() -> list[ArchivedTable]:
    """Tables that belong into the export of everything, and are read back from it. No secrets: name columns `without`.

    Asked of every installed plugin, enabled or not, since what was kept stays when a plugin is switched off.
    """
    raise AssertionError
