"""Archives that somebody made by hand, or that broke on the way: a sentence, and nothing is written."""

import hashlib
import io
import json
import struct
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.db.models import JSONField

from triptych.core_crm.archives.loading import NotEmpty
from triptych.core_crm.archives.reading import BadArchive
from triptych.core_crm.archives.tables import all_tables
from triptych.core_crm.archives.values import Unfit
from triptych.core_crm.contacts.actions import create_company
from triptych.core_crm.contacts.models import Company
from triptych.core_crm.custom_fields.actions import create_field
from triptych.core_crm.custom_fields.columns import CustomValuesField
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db
COMPANIES = "records/contacts.company.jsonl"


@pytest.fixture
def good(tenant, members, now, archive_of):
    """The archive of a workspace with one company."""
    with entered(tenant):
        create_company(name="Acme", by=members["owner"], now=now)
    return archive_of(tenant)


def forged(archive, changes, *, manifest=None, is_told=True):
    """The archive with other files in it; the manifest tells their true sums, unless it shall not."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    told = json.loads(files.pop("manifest.json"))
    files |= changes
    for name, data in changes.items() if is_told else ():
        digest = hashlib.sha256(data).hexdigest()
        told["entries"][name] = {"sha256": digest, "bytes": len(data), "rows": data.count(b"\n")}
    told |= manifest or {}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in files.items():
            opened.writestr(name, data)
        opened.writestr("manifest.json", json.dumps(told))
    return target.getvalue()


def row(archive, **changes):
    """The archive with another row for its company; None leaves a column out."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        values = json.loads(opened.read(COMPANIES))
    return forged(archive, {COMPANIES: json.dumps(values | changes).encode() + b"\n"})


@pytest.fixture
def refused(other_tenant, load):
    """The sentence with which an archive is refused; Globex is as empty as before."""

    def refused(archive, kind=BadArchive):
        with pytest.raises(kind) as caught:
            load(archive)
        with entered(other_tenant):
            assert (Company.objects.count(), Member.objects.count()) == (0, 1)
        assert (other_tenant.name, other_tenant.enabled_plugins) == ("Globex", [])
        return caught.value.message

    return refused


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", "1 OR 1=1"), ("id", 7), ("name", {"a": 1}), ("name", None), ("name", "x" * 100_000), ("name", "a\0b"),
        ("name", "\ud800"), ("name", True), ("created_at", "yesterday"), ("created_at", "2026-03-02T09:00:00"),
        ("version", -1), ("version", 10**30), ("version", "1"), ("version", True), ("owner_id", "no key"),
        ("website", "javascript:alert(1)"), ("custom", None), ("custom", {"a": "\0"}),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused(good, refused, column, value):
    message = refused(row(good, **{column: value}))

    assert COMPANIES in message
    assert message.endswith(".")


def test_a_column_that_is_unknown_is_refused(good, refused):
    assert "has a column “sort_key”, which is unknown here." in refused(row(good, sort_key="AA=="))
    assert "“email); DROP TABLE”" in refused(row(good, **{"email); DROP TABLE": 1}))


def test_a_sign_in_cannot_be_brought_along(good, refused, members):
    with zipfile.ZipFile(io.BytesIO(good)) as opened:
        first = json.loads(opened.read("records/members.member.jsonl").splitlines()[0])
    first["person_id"] = str(members["owner"].person_id)
    rows = {"records/members.member.jsonl": json.dumps(first).encode() + b"\n"}

    assert "“person_id”" in refused(forged(good, rows))


def test_a_link_that_leads_nowhere_is_refused(good, refused):
    nobody = "0195b5d0-0000-7000-8000-000000000000"

    assert "the links between its records" in refused(row(good, owner_id=nobody))


@pytest.mark.parametrize(
    "line",
    [
        b"[]\n", b"nothing\n", b"{}", b'{"id": NaN}\n', b"[" * 100_000 + b"\n", b"\xff\xfe\n",
        b'{"version": ' + b"9" * 9000 + b"}\n",
    ],
)  # fmt: skip
def test_a_line_that_is_no_row_is_refused(good, refused, line):
    assert COMPANIES in refused(forged(good, {COMPANIES: line}))


@pytest.mark.parametrize(
    "name",
    ["files/../../escaped", "../escaped", "/etc/passwd", "files/a/../../b", "files/.hidden", "files/a\\b", "run.sh",
     "files/archives/a.zip", "records/../x.jsonl", "files//a", "files/"],
)  # fmt: skip
def test_a_file_that_belongs_in_no_archive_is_refused(good, refused, name):
    assert "belongs in none" in refused(forged(good, {name: b"x"}))


def test_a_row_cannot_name_bytes_elsewhere(tenant, good, refused):
    file = {
        "id": "0195b5d0-0000-7000-8000-000000000001", "name": "x", "content_type": "text/plain", "size": 1,
        "sha256": "", "storage_key": "../t_other/secret", "kind": "company", "created_at": "2026-03-02T09:00:00+00:00",
        "object_id": "0195b5d0-0000-7000-8000-000000000002",
    }  # fmt: skip

    rows = {"records/files.file.jsonl": json.dumps(file).encode() + b"\n"}
    assert "“storage_key”" in refused(forged(good, rows))


def test_what_was_changed_on_the_way_is_refused(good, refused):
    with zipfile.ZipFile(io.BytesIO(good)) as opened:
        data = opened.read(COMPANIES)

    assert "its checksum differs" in refused(forged(good, {COMPANIES: data.replace(b"Acme", b"Akme")}, is_told=False))
    assert "its checksum differs" in refused(forged(good, {COMPANIES: data + data}, is_told=False))
    assert "its checksum differs" in refused(forged(good, {"files/unknown": b"x"}, is_told=False))


def test_a_file_with_another_checksum_leaves_nothing(good, refused, other_tenant):
    kept = forged(good, {"files/files/ab/one": b"one"})
    broken = forged(kept, {"files/files/ab/one": b"two"}, is_told=False)

    assert "its checksum differs" in refused(broken)
    with entered(other_tenant):
        assert not default_storage.exists("files/ab/one")


def test_a_newer_format_is_refused(good, refused):
    assert "A newer Triptych has made this archive." in refused(forged(good, {}, manifest={"format": 2}))


@pytest.mark.parametrize(
    "manifest",
    [{"format": "1"}, {"format": 0}, {"entries": []}, {"plugins": None}, {"workspace": {}}, {"entries": {"a": 1}}],
)
def test_a_manifest_that_is_none_is_refused(good, refused, manifest):
    assert refused(forged(good, {}, manifest=manifest)) == "The manifest of this archive cannot be read."


def test_settings_and_plugins_that_are_unknown_are_refused(good, refused):
    places = {"name": "X", "timezone": "Mars/Base", "currency": "EUR", "language": "en", "accent": ""}
    plugins = {"time_travel": {"version": "1", "enabled": True}}

    assert "“Mars/Base” is no time zone." in refused(forged(good, {}, manifest={"workspace": places}), Refused)
    assert "No plugin called “time_travel”" in refused(forged(good, {}, manifest={"plugins": plugins}), Refused)
    assert "“time_travel.trip”" in refused(forged(good, {"records/time_travel.trip.jsonl": b"{}\n"}))


def test_a_bomb_is_not_unpacked(good, refused):
    bomb = forged(good, {"records/contacts.lead.jsonl": b"0" * (65 << 20)})

    assert len(bomb) < 1 << 20
    assert "would unpack to far more" in refused(bomb)


def test_a_size_that_lies_is_noticed(good, refused):
    """The table of contents says less than the data unpacks to."""
    archive = bytearray(good)
    at = archive.index(COMPANIES.encode(), archive.index(b"PK\x01\x02")) - 22
    size = struct.unpack_from("<I", archive, at)[0]
    struct.pack_into("<I", archive, at, max(1, size // 2))

    assert "its checksum differs" in refused(bytes(archive))


@pytest.mark.parametrize("archive", [b"", b"PK\x03\x04", b"name,city\nAcme,Ulm\n", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_archive_is_refused(refused, archive):
    assert "“Export everything” has made." in refused(archive)


def test_half_an_archive_is_refused(good, refused):
    refused(good[: len(good) // 2])


def test_a_workspace_that_holds_something_is_refused(other_tenant, good, load, now):
    with entered(other_tenant):
        create_company(name="Globex", by=Member.objects.get(), now=now)

    with pytest.raises(
        NotEmpty, match="An archive is read into a new workspace only, and “globex” holds records already"
    ):
        load(good)


def test_a_workspace_with_members_of_its_own_is_refused(other_tenant, good, load, now):
    with entered(other_tenant):
        Member.objects.create(name="Ann", created_at=now)

    with pytest.raises(NotEmpty, match="“globex” holds members already"):
        load(good)


NOWHERE = "0195b5d0-0000-7000-8000-0000000000aa"
DAYS = [[["09:00", "17:00"]]] * 7


def test_every_json_column_says_what_stands_in_it():
    """A new one without a shape would let anything in."""
    bare = {
        f"{table.name}.{name}"
        for table in all_tables().values()
        for name, column in table.columns.items()
        if isinstance(column, JSONField) and not isinstance(column, CustomValuesField) and name not in table.shapes
    }
    assert bare == set()


def test_no_json_column_takes_what_is_of_another_shape():
    for table in all_tables().values():
        for name in table.shapes:
            for odd in ("text", 7, [[[]]], [{"odd": 1}], True):
                with pytest.raises(Unfit):
                    table.value(name, odd)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", "NaN"), ("number", 12), ("number", "1e5"), ("money", "12 EUR"),
        ("money", {"amount": "1", "currency": "EUR"}), ("date", "yesterday"), ("date", "2026-13-01"),
        ("date", 20260101), ("datetime", "0001-01-01T00:00:00.000000Z"), ("datetime", "2026-01-01"),
        ("boolean", "true"), ("text", ["a"]),
        ("text", "x" * 301), ("url", "javascript:alert(1)"), ("record", "nobody"), ("choice", "purple"),
        ("choices", ["purple"]), ("choices", "red"), ("formula", "2"),
    ],
)  # fmt: skip
def test_a_value_that_its_field_could_not_hold_is_refused(tenant, members, now, good, archive_of, refused, kind, value):
    more = {"choice": {"options": ["Red"]}, "choices": {"options": ["Red"]}, "record": {"target": "deal"}}
    more["formula"] = {"expression": "1 + 1"}
    with entered(tenant):
        field = create_field(
            object="company", kind=kind, label="Odd", by=members["owner"], now=now, **more.get(kind, {})
        )

    message = refused(row(archive_of(tenant), custom={str(field.pk): value}))

    assert "“custom” does not fit its column." in message


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("privacy.retentionrule", {"kind": "contact", "condition": "closed", "age": 3, "act": "bin"}, "condition"),
        ("rights.share", {"kind": "spaceship", "object_id": NOWHERE}, "kind"),
        ("calendar.businesscalendar", {"name": "A", "weekly": [[["17:00", "09:00"]]] * 7}, "weekly"),
        ("calendar.businesscalendar", {"name": "A", "weekly": DAYS, "timezone": "Mars/Base"}, "timezone"),
        ("calendar.businesscalendar", {"name": "A", "weekly": DAYS, "country": "XX"}, "country"),
        ("custom_fields.customfield", {"object": "deal", "kind": "record", "api_name": "a", "label": "A"}, "target"),
        ("custom_fields.customfield", {"object": "deal", "kind": "formula", "api_name": "a", "result": "x"}, "result"),
        ("activities.activity", {"kind": "note", "at": "0001-01-01T00:00:00+00:00"}, "at"),
        ("activities.activity", {"kind": "task", "at": "2026-01-01T00:00:00Z", "anchor_at": "2026-01-01T00:00:00Z",
                                 "rule": "FREQ=SECONDLY", "zone": "Europe/Berlin"}, "rule"),
        ("lists.savedview", {"kind": "spaceship", "name": "A", "owner_id": NOWHERE}, "kind"),
        ("duplicates.merge", {"kind": "deal", "winner_id": NOWHERE, "loser_id": NOWHERE, "loser_name": "A",
                              "merged_at": "2026-01-01T00:00:00Z",
                              "changes": [{"model": "auth.user", "ids": [], "before": {}, "after": {}}]}, "changes"),
    ],
)  # fmt: skip
def test_a_row_that_pages_could_not_show_is_refused(good, refused, name, values, said):
    line = {"id": NOWHERE, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", **values}
    line = {key: value for key, value in line.items() if key in all_tables()[name].columns}
    entry = f"records/{name}.jsonl"

    assert f"Line 1 of “{entry}”: “{said}”" in refused(forged(good, {entry: json.dumps(line).encode() + b"\n"}))


def test_companies_that_belong_to_each_other_in_a_circle_are_refused(good, refused):
    with zipfile.ZipFile(io.BytesIO(good)) as opened:
        first = json.loads(opened.read(COMPANIES))
    second = {**first, "id": NOWHERE, "name": "Other", "parent_id": first["id"]}
    lines = "".join(json.dumps(one) + "\n" for one in ({**first, "parent_id": NOWHERE}, second))

    assert "in a circle (contacts.company: parent)" in refused(forged(good, {COMPANIES: lines.encode()}))
