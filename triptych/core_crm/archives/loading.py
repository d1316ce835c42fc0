"""Reading an archive back into an empty workspace, in one transaction: all of it comes in, or nothing does.

Rows keep their keys, and with them every link, also those that no foreign key knows. Foreign keys are looked at once,
at the end, so tables and rows may come in any order.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, cast

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, models, transaction
from django.utils.translation import gettext as _

from triptych.core_crm.archives import own_values
from triptych.core_crm.archives.found_again import index_what_lacks
from triptych.core_crm.archives.people import People
from triptych.core_crm.archives.reading import SAFE_KEY, Archive, BadArchive, Checked, opened_archive
from triptych.core_crm.archives.rules import check_together
from triptych.core_crm.archives.tables import ArchivedTable, all_tables
from triptych.core_crm.archives.values import Unfit
from triptych.core_crm.archives.writing import Stopped
from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.imports.running import Watcher
from triptych.platform import events
from triptych.platform.plugins.discovery import installed_plugins
from triptych.platform.refusals import Refused
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.members.actions import change_workspace
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant
from triptych.tenants.plugins import enable_plugin

CHUNK = 500
REMEMBERED = ("name", "timezone", "currency", "language", "accent", "enabled_plugins", "fields_stamp")
"""What loading changes on the tenant's object, which is the scope we stand in."""


class NotEmpty(Refused):
    """The workspace holds something already."""

    code = "NOT_EMPTY"


class _OnlyTried(Exception):
    """The dry run has come to its end; everything is rolled back."""


@dataclass
class Loaded:
    """What came in: rows by table, files, and the members who could sign in before and still can."""

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    signing_in: list[str] = field(default_factory=list)


def load_archive(path: Path, *, tenant: Tenant, now: datetime, watcher: Watcher, dry_run: bool = False) -> Loaded:
    """Read an archive into the current tenant, which must be empty. Members come without a sign-in; whoever can sign in
    already becomes the member of the archive who has the same e-mail address, or stays beside the others.

    With `dry_run` everything is checked and nothing stays. Announces `archive.imported`.

    Raises:
        NotEmpty: the workspace holds records.
        BadArchive: the file is no archive, was changed, or holds what this Triptych does not know.
        Refused: a plugin of the archive cannot be enabled here, or a setting is unknown.
        Stopped: the watcher asked for it; nothing has come in.
    """
    before = {name: getattr(tenant, name) for name in REMEMBERED}
    try:
        with opened_archive(path) as archive, _files_go_with_it() as saved, transaction.atomic():
            loader = _Loader(archive, tenant, now, watcher)
            loader.load()
            if dry_run:
                loader.loaded.files = len(archive.files)
                raise _OnlyTried
            loader.load_files(saved)
    except BaseException as failure:
        for name, value in before.items():
            setattr(tenant, name, value)
        if not isinstance(failure, _OnlyTried):
            raise
    return loader.loaded


def must_be_empty(tenant: Tenant) -> None:
    """Raises NotEmpty unless the current tenant holds nothing but what a new workspace begins with."""
    name = tenant.subdomain or tenant.name
    for table in all_tables().values():
        if not table.begins_filled and table.model._base_manager.exists():
            raise NotEmpty(
                _("An archive is read into a new workspace only, and “%(name)s” holds records already (%(what)s).")
                % {"name": name, "what": table.name}
            )
    if Member.objects.filter(person_id=None).exists():
        raise NotEmpty(
            _("An archive is read into a new workspace only, and “%(name)s” holds members already.") % {"name": name}
        )


@contextmanager
def _files_go_with_it() -> Iterator[list[str]]:
    """Names of files that were saved; when the transaction fails they are deleted again."""
    saved: list[str] = []
    try:
        yield saved
    except BaseException:
        for key in saved:
            default_storage.delete(key)
        raise


class _Loader:
    def __init__(self, archive: Archive, tenant: Tenant, now: datetime, watcher: Watcher) -> None:
        self.archive, self.tenant, self.now, self.watcher = archive, tenant, now, watcher
        self.tables = all_tables()
        self.loaded = Loaded()
        self.total = sum(entry["rows"] for entry in archive.entries.values())

    def load(self) -> None:
        """Everything but the bytes of files."""
        unknown = sorted(set(self.archive.tables) - self.tables.keys())
        if unknown:
            raise BadArchive(
                _("The archive holds “%(name)s”, of a plugin that is not installed here. Install it first.")
                % {"name": unknown[0]}
            )
        with entered(CONTROL):
            Tenant.objects.select_for_update().only("pk").get(pk=self.tenant.pk)
        must_be_empty(self.tenant)
        people = People()
        self._clear()
        people.step_aside()
        for name in sorted(self.archive.tables, key=lambda name: name != own_values.FIELDS):
            self._load_table(self.tables[name], people)
        with _refused_by_the_database(_("the links between its records")), connection.cursor() as cursor:
            people.come_back()
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        self._check_together()
        self.loaded.signing_in = people.names
        self._settle()

    def load_files(self, saved: list[str]) -> None:
        """The bytes, into the tenant's own folder. What an earlier try left there is written over."""
        for key in self.archive.files:
            with self.archive.opened(f"files/{key}") as file:
                default_storage.delete(key)
                saved.append(key)
                if default_storage.save(key, File(cast(IO[bytes], _Blocks(file)))) != key:
                    raise BadArchive(_("A file of the archive cannot be kept under its name."))
            self.loaded.files += 1

    def _clear(self) -> None:
        """Take away what a new workspace begins with; the archive has its own."""
        for table in self.tables.values():
            if table.begins_filled and table.model is not Member:
                rows = table.model._base_manager.all()
                rows._raw_delete(rows.db)

    def _load_table(self, table: ArchivedTable, people: People) -> None:
        rows = self._records(table, people)
        with _refused_by_the_database(table.entry):
            while chunk := list(islice(rows, CHUNK)):
                table.model._base_manager.bulk_create(chunk)
                self.loaded.rows[table.name] = self.loaded.rows.get(table.name, 0) + len(chunk)
                if self.watcher.cancel_requested:
                    raise Stopped
                self.watcher.progress(sum(self.loaded.rows.values()), self.total, _("Reading the archive"))

    def _records(self, table: ArchivedTable, people: People) -> Iterator[models.Model]:
        own = own_values.OwnValues()
        for number, row in self.archive.rows(table.entry):
            foreign = sorted(row.keys() - table.columns.keys())
            if foreign:
                raise BadArchive(
                    _("Line %(line)d of “%(entry)s” has a column “%(name)s”, which is unknown here.")
                    % {"line": number, "entry": table.entry, "name": foreign[0][:100]}
                )
            values = {}
            for name, value in row.items():
                try:
                    values[name] = table.value(name, value)
                except Unfit as unfit:
                    raise _unfit(table, number, name) from unfit
            if table.file and not SAFE_KEY.fullmatch(str(values.get(table.file))):
                raise _unfit(table, number, table.file)
            record = table.model(**values)
            try:
                own.settle(record)
                if table.rule:
                    table.rule(record)
            except Unfit as unfit:
                raise _unfit(table, number, unfit.column, unfit.why) from unfit
            if isinstance(record, Member):
                people.welcome(record)
            yield record

    def _check_together(self) -> None:
        try:
            check_together([self.tables[name].model for name in self.archive.tables])
        except Unfit as unfit:
            raise BadArchive(f"{unfit.why} {_('Nothing was imported.')}") from unfit

    def _settle(self) -> None:
        """Settings, plugins, the fingerprint of the fields, and the news."""
        owner = Member.objects.active().filter(role=Member.Role.OWNER, person_id__isnull=False).order_by("pk").first()
        if owner is None:
            raise Refused(_("Nobody could sign in as owner after this. Sign up with a new workspace first."))
        workspace = self.archive.manifest["workspace"]
        change_workspace(
            tenant=self.tenant,
            name=workspace.get("name") or self.tenant.name,
            **{name: workspace[name] for name in ("timezone", "currency", "language", "accent")},
            by=owner,
            now=self.now,
        )
        wanted = {name for name, plugin in self.archive.manifest["plugins"].items() if plugin.get("enabled") is True}
        for plugin_id in _in_order(wanted):
            enable_plugin(tenant=self.tenant, plugin_id=plugin_id, by=None, now=self.now)
        definitions.restamp()
        index_what_lacks(self.archive.tables)
        events.announce("archive.imported", None, by=owner, at=self.now, rows=sum(self.loaded.rows.values()))


class _Blocks:
    """A checked file as the storage wants one."""

    def __init__(self, file: Checked) -> None:
        self.file = file

    def read(self, most: int = -1) -> bytes:
        return self.file.read() if most < 0 else self.file.read(most)


def _in_order(wanted: set[str]) -> list[str]:
    """Ids of plugins, each after those that it requires; unknown ones last, where they are refused."""
    found: list[str] = []

    def put(plugin_id: str) -> None:
        if plugin_id in found:
            return
        requires = next((plugin.requires for plugin in installed_plugins() if plugin.id == plugin_id), ())
        for required in requires:
            put(required)
        found.append(plugin_id)

    known = {plugin.id for plugin in installed_plugins()}
    for plugin_id in sorted(wanted, key=lambda one: (one not in known, one)):
        put(plugin_id)
    return found


@contextmanager
def _refused_by_the_database(where: str) -> Iterator[None]:
    """What the database refuses is the archive's fault, if the database says so."""
    try:
        yield
    except (DatabaseError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        raise BadArchive(
            _("The database refuses what the archive says in %(where)s. Nothing was imported.") % {"where": where}
        ) from error


def _unfit(table: ArchivedTable, number: int, name: str, why: str = "") -> BadArchive:
    said = _("Line %(line)d of “%(entry)s”: “%(name)s” does not fit its column.")
    message = said % {"line": number, "entry": table.entry, "name": name}
    return BadArchive(f"{message} {why}".strip())
