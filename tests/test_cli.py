"""The command line: what it prints, and its exit status: 0, 1 for a refusal, 2 for wrong usage."""

import csv
import json

import pytest
from typer.testing import CliRunner

from triptych.cli import app
from triptych.core_crm.contacts.actions import create_company
from triptych.core_crm.contacts.models import Company
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.members.models import ApiToken, digest_of
from triptych.tenants.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def triptych(monkeypatch):
    """Run a command of ours on the database of the tests."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://the-tests-are-connected-already/")

    def run(*arguments):
        return CliRunner().invoke(app, arguments)

    return run


def create(triptych, subdomain, **changes):
    asked = {"--subdomain": subdomain, "--owner-email": "bill@initech.example", "--owner-password": "pc-load-letter-7"}
    return triptych("tenant", "create", "Initech", *(word for pair in {**asked, **changes}.items() for word in pair))


def test_a_tenant_is_made_and_listed(triptych, tenant):
    made = create(triptych, "initech")
    listed = triptych("tenant", "list")

    assert (made.exit_code, made.stdout) == (0, "initech\n")
    assert listed.stdout.splitlines() == ["acme\ttrial\tAcme Tools", "globex\ttrial\tGlobex", "initech\ttrial\tInitech"]


def test_a_taken_subdomain_is_refused_on_stderr(triptych, tenant):
    refused = create(triptych, "acme")

    assert (refused.exit_code, refused.stdout, refused.stderr) == (1, "", "“acme” is taken. Try another address.\n")


def test_a_missing_option_is_wrong_usage(triptych):
    assert triptych("tenant", "create", "Initech").exit_code == 2


def test_a_token_is_printed_alone_and_kept_as_a_digest(triptych, tenant):
    made = triptych(
        "token",
        "create",
        "--tenant",
        "acme",
        "--email",
        "member@acme.example",
        "--scopes",
        "read,write",
        "--expires",
        "7",
    )

    assert made.exit_code == 0, made.stderr
    with entered(tenant):
        token = ApiToken.objects.get(digest=digest_of(made.stdout.strip()))
        assert (token.member.email, token.scopes) == ("member@acme.example", ["read", "write"])
        assert (token.expires_at - token.created_at).days == 7


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["--tenant", "nowhere", "--email", "x@y.example", "--scopes", "read"], 1, "There is no tenant “nowhere”."),
        (["--tenant", "acme", "--email", "x@y.example", "--scopes", "read"], 1, "x@y.example is not a member of acme."),
        (["--tenant", "acme", "--email", "member@acme.example", "--scopes", "fly"], 1, ""),
    ],
)
def test_a_token_that_cannot_be_is_refused(triptych, tenant, arguments, status, sentence):
    refused = triptych("token", "create", *arguments)

    assert (refused.exit_code, refused.stdout) == (status, "")
    assert sentence in refused.stderr
    with entered(tenant):
        assert not ApiToken.objects.exists()


def test_plugins_are_listed_with_their_id_first(triptych):
    listed = triptych("plugin", "list")

    assert listed.exit_code == 0
    assert all(line.split("\t")[0].isidentifier() for line in listed.stdout.splitlines())


def test_an_unknown_plugin_is_refused(triptych, tenant):
    refused = triptych("plugin", "enable", "nonsense", "--tenant", "acme")

    assert (refused.exit_code, "nonsense" in refused.stderr) == (1, True)


def test_wrong_mapping_is_wrong_usage(triptych):
    assert triptych("import", "x.csv", "--tenant", "acme", "--object", "companies", "--map", "nonsense").exit_code == 2


def test_an_import_overwrites_by_rule_and_writes_what_it_rejects_to_a_file(triptych, tenant, tmp_path, now):
    file, rejected = tmp_path / "companies.csv", tmp_path / "rejected.csv"
    with entered(tenant):
        kept = create_company(by=None, now=now, name="Bluth Company", industry="Housing")
    file.write_text("name,industry,country\nBluth Company,Bananas,US\nSitwell,Housing,US\n,Housing,US\n")
    done = triptych(
        *("import", str(file), "--tenant", "acme", "--object", "companies", "--update-only"),
        *("--overwrite", "industry=if_empty", "--rejected", str(rejected), "--format", "json"),
    )

    told = json.loads(done.stdout)
    assert (told["created"], told["updated"], told["rejected"]) == (0, 1, 2)
    with entered(tenant):
        kept.refresh_from_db()
        assert (kept.industry, kept.version, Company.objects.count()) == ("Housing", 2, 1)
    heading, *rows = csv.reader(rejected.read_text(encoding="utf-8-sig").splitlines())
    assert (heading[:3], [row[0] for row in rows]) == (["name", "industry", "country"], ["Sitwell", ""])


@pytest.mark.parametrize(
    ("options", "status", "told"),
    [
        (["--overwrite", "name"], 2, "--overwrite takes field=always"),
        (["--overwrite", "name=sometimes"], 2, "--overwrite takes field=always"),
        (["--overwrite", "country=never"], 1, "No column is mapped to “country”."),
        (["--rejected", "{folder}/given.csv"], 2, "choose another name for the rejected rows"),
        (["--rejected", "{folder}/nowhere/rejected.csv"], 2, "cannot be written"),
    ],
)
def test_an_import_says_what_is_wrong_with_a_rule_or_a_file(triptych, tenant, tmp_path, options, status, told):
    file = tmp_path / "given.csv"
    file.write_text("name\nBluth Company\n")
    wanted = [option.format(folder=tmp_path) for option in options]
    for named in (["--object", "companies"], []):
        done = triptych("import", str(file), "--tenant", "acme", *named, *wanted)
        assert (done.exit_code, told in done.stderr) == (status, True), done.stderr


def test_operators_are_added_listed_and_removed(triptych, tenant):
    made = triptych("operator", "add", "Ops@Triptych.example", "--password", "pc-load-letter-7")
    listed = triptych("operator", "list")
    removed = triptych("operator", "remove", "ops@triptych.example")

    assert (made.exit_code, made.stdout) == (0, "ops@triptych.example\n")
    assert listed.stdout == "ops@triptych.example\tno second factor yet\n"
    assert (removed.exit_code, triptych("operator", "list").stdout) == (0, "")


def test_an_operator_without_a_given_password_gets_one_that_is_printed(triptych, tenant):
    made = triptych("operator", "add", "ops@triptych.example")
    _email, password = made.stdout.split()

    with entered(CONTROL):
        assert Person.objects.get(email="ops@triptych.example").check_password(password)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "nonsense"), "Enter a valid email address."),
        (("add", "ops@triptych.example", "--password", "12345678"), "This password is too common."),
        (("add", "owner@acme.example", "--password", "pc-load-letter-7"), "whose password stays as it is"),
        (("remove", "owner@acme.example"), "is no operator"),
    ],
)
def test_an_operator_that_cannot_be_is_refused(triptych, tenant, arguments, sentence):
    refused = triptych("operator", *arguments)

    assert (refused.exit_code, sentence in refused.stderr) == (1, True)
    assert triptych("operator", "list").stdout == ""


def test_a_member_who_becomes_an_operator_keeps_the_password(triptych, tenant):
    made = triptych("operator", "add", "owner@acme.example")

    assert (made.exit_code, made.stdout) == (0, "owner@acme.example\n")
    with entered(CONTROL):
        person = Person.objects.get(email="owner@acme.example")
    assert (person.is_operator, person.check_password("correct-horse-battery")) == (True, True)
