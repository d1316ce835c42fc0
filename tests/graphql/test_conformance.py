"""What others wrote, run against the API: the audit suite of GraphQL over HTTP, and a client made from the schema.

Both need Node and the packages of `clients/package-lock.json`, which are fetched once.
"""

import json
import shutil
import subprocess
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from triptych.graphql.sdl import schema_file

CLIENTS = Path(__file__).parent / "clients"
OPERATIONS = """
query OpenDeals($first: Int, $after: String) {
  deals(first: $first, after: $after, filter: {isClosed: {eq: false}}, orderBy: [{field: AMOUNT, direction: DESC}]) {
    edges { node { id name amount currency company { name } stage { name status } } }
    pageInfo { hasNextPage endCursor }
  }
}
mutation NewContact($input: CreateContactInput!) {
  createContact(input: $input) { contact { id name } problems { code field message } }
}
"""


@pytest.fixture(scope="session")
def clients() -> Path:
    """The folder of the Node programs, their packages installed."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("Node is not installed, so the clients of other languages are not tried.")
    if not (CLIENTS / "node_modules" / "graphql-http").exists():
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=CLIENTS,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"The packages of clients/ cannot be fetched from npm: {done.stderr.strip()[-200:]}")
    return CLIENTS


class Quiet(WSGIRequestHandler):
    def log_message(self, *args) -> None:
        pass


@pytest.fixture
def served(acme_as_wsgi):
    """Runs a program while this thread, which holds the test's transaction, answers its requests to Acme's host."""
    with make_server("127.0.0.1", 0, acme_as_wsgi, handler_class=Quiet) as server:
        server.timeout = 0.05

        def run(*command: str) -> str:
            url = f"http://127.0.0.1:{server.server_port}/graphql/"
            done: list[subprocess.CompletedProcess] = []
            program = [part.replace("{url}", url) for part in command]
            thread = Thread(
                target=lambda: done.append(
                    subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
                )
            )
            thread.start()
            while thread.is_alive():
                server.handle_request()
            assert done[0].returncode == 0, done[0].stderr
            return done[0].stdout

        yield run


@pytest.mark.django_db
def test_every_must_of_graphql_over_http_is_met(clients, served, token_for):
    results = json.loads(served("node", str(clients / "audit.mjs"), "{url}", token_for("member")))

    failed = {result["name"]: result["reason"] for result in results if result["status"] == "error"}
    assert failed == {}
    assert len(results) > 60
    not_followed = {result["name"] for result in results if result["status"] not in ("ok", "notice")}
    assert not_followed == set()


def test_codegen_builds_a_typed_client(clients, tmp_path):
    documents = tmp_path / "operations.graphql"
    documents.write_text(OPERATIONS)
    done = subprocess.run(
        ["node", str(clients / "codegen.mjs"), str(schema_file()), str(documents)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    client = tmp_path / "client.ts"
    client.write_text(done.stdout)
    compiler = clients / "node_modules" / ".bin" / "tsc"
    checked = subprocess.run(
        [str(compiler), "--noEmit", "--strict", str(client)], capture_output=True, text=True, timeout=120, check=False
    )

    assert checked.returncode == 0, checked.stdout
    assert "export type OpenDealsQuery = " in done.stdout
    assert "export type NewContactMutationVariables = " in done.stdout
