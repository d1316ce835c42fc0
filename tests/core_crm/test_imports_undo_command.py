"""`triptych import --undo`: an import taken back from the command line."""

import io
import json

import pytest

from triptych.core_crm.contacts.actions import update_company
from triptych.core_crm.contacts.models import Company
from triptych.core_crm.imports import command, undo_command
from triptych.core_crm.imports.actions import begin_import, upload_import
from triptych.core_crm.imports.models import Import
from triptych.platform.events import jobs
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db


@pytest.fixture
def imported(tenant, tmp_path):
    """Two companies from a file, brought in by the command, as the summary that it gave."""
    file, out = tmp_path / "companies.csv", io.StringIO()
    file.write_text("name,industry\nHottechi,retail\nIsdom,medical\n")
    assert command.run(tenant, "companies", file, {}, as_json=True, out=out, err=io.StringIO()) == 0
    return json.loads(out.getvalue())


def undone(tenant, key, **how):
    out, err = io.StringIO(), io.StringIO()
    code = undo_command.run(tenant, str(key), out=out, err=err, **how)
    return code, out.getvalue(), err.getvalue()


def test_it_takes_back_what_nobody_has_changed_since(tenant, members, now, imported):
    with entered(tenant):
        update_company(company=Company.objects.get(name="Isdom"), industry="software", by=members["member"], now=now)

    code, out, err = undone(tenant, imported["import"])

    assert (code, err) == (0, "")
    assert out == "Removed: 1, given back as before: 0, kept: 1.\n  Isdom: Somebody has changed it since.\n"
    with entered(tenant):
        assert [company.name for company in Company.objects.all()] == ["Isdom"]
        assert Import.objects.get().state == "undone"


def test_what_is_undone_is_undone_once_and_told_as_json(tenant, imported):
    code, out, _err = undone(tenant, imported["import"], as_json=True)

    assert (code, json.loads(out)) == (0, {"deleted": 2, "restored": 0, "kept": 0, "shown": []})
    assert undone(tenant, imported["import"]) == (1, "", "There is nothing left to undo.\n")


def test_the_id_of_the_job_names_the_import_too(tenant, members, now):
    with entered(tenant):
        file = io.BytesIO(b"name\nHottechi\n")
        record = upload_import(file=file, file_name="a.csv", object_name="companies", by=members["owner"], now=now)
        record = begin_import(record=record, by=members["owner"], now=now)
        waiting = undone(tenant, record.job_id)
        jobs.run(record.job_id, tenant.pk, 0, heart=False)

    assert waiting[0] == 1
    assert "Wait until this import has ended" in waiting[2]
    assert undone(tenant, record.job_id)[0] == 0


def test_an_undoing_that_was_interrupted_is_gone_on_with(tenant, imported):
    with entered(tenant):
        Import.objects.update(state="undoing")

    assert undone(tenant, imported["import"])[1].startswith("Removed: 2,")


@pytest.mark.parametrize("key", ["0195b5d0-0000-7000-8000-000000000000", "1", "'; DROP TABLE", ""])
def test_an_import_that_is_not_there_is_refused(tenant, other_tenant, imported, key):
    assert undone(tenant, key)[2].startswith("There is no import “")
    assert undone(other_tenant, imported["import"])[0] == 1
