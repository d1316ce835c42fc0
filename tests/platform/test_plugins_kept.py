"""What is said of plugins is true: every hook has documentation, a test and a real user; the example needs no more."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from triptych import testing
from triptych.platform.plugins import Plugin
from triptych.platform.plugins.registry import registry

ROOT = Path(__file__).parents[2]
DOCUMENTATION = (ROOT / "docs" / "plugins.md").read_text()
EXAMPLE = ROOT / "examples" / "triptych-loyalty"
ROOMS = [ROOT / "triptych" / room for room in ("platform", "tenants", "graphql", "core_crm")]
HOOKS = {
    hook.name: hook
    for hook in registry.hooks()
    if hook.function.__module__.split(".")[:2] in [["triptych", room.name] for room in ROOMS]
}
TESTS = "\n".join(
    file.read_text()
    for folder in (ROOT / "tests", EXAMPLE / "tests")
    for file in folder.rglob("test_*.py")
    if file.name != Path(__file__).name
)


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_stands_in_the_documentation_with_its_arguments(name):
    arguments = ", ".join(inspect.signature(HOOKS[name].function).parameters)

    assert f"\n#### `{name}({arguments})`\n" in DOCUMENTATION


def test_the_documentation_names_no_hook_that_is_not_there():
    assert set(re.findall(r"^#### `(\w+)\(", DOCUMENTATION, re.MULTILINE)) == set(HOOKS)


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_has_a_docstring_and_types(name):
    function = HOOKS[name].function
    signature = inspect.signature(function)

    assert inspect.getdoc(function).endswith(".")
    assert signature.return_annotation is not signature.empty
    assert [one.name for one in signature.parameters.values() if one.annotation is one.empty] == []


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_has_a_real_user(name):
    users = [one.contributor for one in registry.implementations(name, registry.contributors)]

    assert users != [], f"Nobody implements {name}: neither core nor a bundled plugin nor the example."


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_tested_by_name_or_through_what_it_is_for(name):
    assert re.search(rf"(?:\b|check_){name.removeprefix('check_')}\b", TESTS), f"No test mentions {name}."


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_kind_by_its_name(name):
    """A check returns nothing; whatever else contributes is a noun or, with nothing to return, a request."""
    hook = HOOKS[name]

    assert not (hook.may_refuse and hook.container), f"{name} is a check and returns nothing."


def test_the_slots_in_the_documentation_are_those_on_the_pages():
    table = DOCUMENTATION[DOCUMENTATION.index("| slot | where") :]
    documented = set(re.findall(r"^\| `(\w+)` \|", table[: table.index("\n\n")], re.MULTILINE))
    templates = [file for room in ROOMS for file in room.rglob("*.html")]
    on_pages = {name for file in templates for name in re.findall(r'{% slot "(\w+)"', file.read_text())}

    assert documented == on_pages


def test_the_fixtures_in_the_documentation_are_there():
    section = DOCUMENTATION[DOCUMENTATION.index("| fixture |") :]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section[: section.index("\n\n")], re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)}

    public = {name for name in testing.__all__ if not name.startswith("_")}
    assert documented == public - {"django_db_setup"}


def test_the_manifest_in_the_documentation_is_complete():
    section = DOCUMENTATION[DOCUMENTATION.index("## The manifest") : DOCUMENTATION.index("## Life of a plugin")]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section, re.MULTILINE)

    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(Plugin.__dataclass_fields__)


def imported(file: Path) -> set[str]:
    """The names that a file imports from the host, dotted."""
    nodes = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ImportFrom)]
    return {
        f"{node.module}.{alias.name}"
        for node in nodes
        if str(node.module).startswith("triptych.")
        for alias in node.names
    }


def test_the_example_is_built_with_what_the_documentation_names():
    files = [file for file in EXAMPLE.rglob("*.py") if "migrations" not in file.parts]
    names = {name for file in files for name in imported(file)}

    undocumented = [
        name
        for name in sorted(names)
        if name not in DOCUMENTATION
        and not (
            name.rpartition(".")[0] in DOCUMENTATION and re.search(rf"\b{name.rpartition('.')[2]}\b", DOCUMENTATION)
        )
    ]
    assert undocumented == []


def test_nothing_in_the_host_names_a_plugin():
    """Deleting a plugin leaves everything else green."""
    words = re.compile(r"\b(loyalty|triptych_loyalty|plugins\.operational\.\w+)\b", re.IGNORECASE)
    files = [file for room in ROOMS for file in room.rglob("*") if file.suffix in (".py", ".html")]
    outside_docstrings = {
        str(file.relative_to(ROOT)): found for file in files if (found := words.findall(_without_texts(file)))
    }
    assert outside_docstrings == {}


def _without_texts(file: Path) -> str:
    """A file's code without its docstrings and comments, which may give examples."""
    text = file.read_text()
    if file.suffix != ".py":
        return re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL)
    return re.sub(r'"""(.*?)"""|#.*', "", text, flags=re.DOTALL if '"""' in text else 0)
