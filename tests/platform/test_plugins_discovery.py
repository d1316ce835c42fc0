"""Finding plugins, and setting broken ones aside before Django can stumble over them."""

import json
import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from django.apps import AppConfig, apps

from triptych.platform.plugins import Plugin, discovery, hookimpl
from triptych.platform.plugins.discovery import manifest_of
from triptych.platform.plugins.probe import check_app
from triptych.platform.plugins.registry import registry

ASK = """
import json, os
from triptych.platform.plugins import discovery
probe, probes = discovery._probe, []
discovery._probe = lambda names: (probes.append(names), probe(names))[1]
print(json.dumps({
    "plugins": [plugin.id for plugin in discovery.installed_plugins()],
    "quarantined": {broken.id: [broken.reason, broken.traceback] for broken in discovery.quarantined_plugins()},
    "probes": probes,
}))
"""
SOUND = "from triptych.platform.plugins import Plugin\nplugin = Plugin(id={id!r}, label='Test', version='1', api=1)\n"


class Site:
    """A folder of installed distributions beside the real ones, and servers that start with it."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder, self.cache = folder, cache
        (folder / "site").mkdir()

    def install(self, plugin_id: str, source: str, *, files: dict[str, str] | None = None, module: str = "") -> Path:
        """Install a distribution with one plugin, whose module has that source."""
        module = module or f"{plugin_id}_plugin"
        site = self.folder / "site"
        info = site / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[triptych.plugins]\n{plugin_id} = {module}\n")
        (site / f"{module}.py").write_text(source)
        for name, text in (files or {}).items():
            (site / name).parent.mkdir(parents=True, exist_ok=True)
            (site / name).write_text(text)
        return site / f"{module}.py"

    def start(self) -> dict:
        """Look for plugins in a process of its own; answers with what it found and which probes it needed."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.folder / "site"),
            "XDG_CACHE_HOME": str(self.cache),
            "TRIPTYCH_DATA": str(self.folder / "data"),
        }
        run = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, timeout=120)
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Verdicts on the plugins that are truly installed are found once for all tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def site(tmp_path, cache):
    return Site(tmp_path, cache)


def probed(found: dict, *names: str) -> set[str]:
    """Which of those plugins were tried in a process of their own."""
    return {name for probe in found["probes"] for name in probe} & set(names)


def test_a_sound_plugin_is_found_and_the_second_start_needs_no_probe(site):
    file = site.install("apple", SOUND.format(id="apple"))

    first, second = site.start(), site.start()
    assert "apple" in first["plugins"]
    assert first["quarantined"] == second["quarantined"] == {}
    assert len(first["probes"]) == 1, "all plugins share one probe as long as they are sound"
    assert probed(second, "apple") == set()

    file.write_text(SOUND.format(id="apple") + "# changed\n")
    assert probed(site.start(), "apple") == {"apple"}


APP = "from django.apps import AppConfig\nclass Config(AppConfig):\n    name = 'plum_app'\n    label = 'plum'\n"
MODEL = "from django.db import models\nclass Plum(models.Model):\n    to = models.ForeignKey('nowhere.Thing')\n"
MISFIT = "from triptych.platform.plugins import hookimpl\n@hookimpl\ndef menu_entrys(member):\n    return []\n"


def test_broken_plugins_leave_the_server_and_their_neighbours_running(site):
    site.install("pear", "import a_library_that_is_missing\n")
    site.install("quince", "import sys\nsys.exit(0)\n")
    site.install("rowan", "import os\nos._exit(0)\n")
    site.install("sloe", SOUND.format(id="sloe") + MISFIT)
    files = {"plum_app/__init__.py": "", "plum_app/apps.py": APP, "plum_app/models.py": MODEL}
    site.install("plum", SOUND.format(id="plum").replace("api=1", "api=1, app='plum_app'"), files=files)

    first, second = site.start(), site.start()
    reasons = {plugin_id: reason for plugin_id, (reason, _) in first["quarantined"].items()}
    assert "loyalty" in first["plugins"]
    assert not reasons.keys() & set(first["plugins"])
    assert reasons.pop("plum").startswith("It does not load: TypeError: ForeignKey")
    assert reasons == {
        "pear": "It does not load: ModuleNotFoundError: No module named 'a_library_that_is_missing'",
        "quince": "It does not load: SystemExit: 0",
        "rowan": "It ends the process that loads it (exit status 0).",
        "sloe": "It implements menu_entrys, a hook that nobody defines. Did you mean menu_entries?",
    }
    assert "pear_plugin.py" in first["quarantined"]["pear"][1]
    assert second["quarantined"] == first["quarantined"]
    assert probed(second, *reasons, "pear") == set()


def test_a_broken_plugin_is_tried_again_when_something_new_is_installed(site):
    site.install("pear", "import a_library_that_was_missing\n" + SOUND.format(id="pear"))
    assert "pear" in site.start()["quarantined"]

    (site.folder / "site" / "a_library_that_was_missing.py").write_text("")
    assert "pear" in site.start()["plugins"]


def test_of_two_plugins_with_one_id_the_first_runs(site):
    site.install("pear", SOUND.format(id="pear"))
    site.install("pear", SOUND.format(id="pear"), module="another_pear")

    found = site.start()
    assert found["plugins"].count("pear") == 1
    reason = "Another installed distribution offers a plugin called 'pear', too. Remove one of them."
    assert found["quarantined"]["pear"][0] == reason


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        (None, "pear_plugin holds no manifest: it needs `plugin = Plugin(id='pear', …)`."),
        (Plugin("plum", "Plum", "1", api=1), "Its entry point is called 'pear', but its id is 'plum'. Use one name."),
        (
            Plugin("pear", "Pear", "1", api=99),
            "It was written for API level 99, and this host serves up to 1. Update the host.",
        ),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused_with_a_sentence(manifest, sentence):
    module = ModuleType("pear_plugin")
    module.plugin = manifest

    with pytest.raises(ValueError, match=r"\.$") as refused:
        manifest_of(EntryPoint("pear", "pear_plugin", "triptych.plugins"), module)
    assert discovery.told(refused.value)[0] == sentence


@pytest.mark.parametrize(
    ("plugin_id", "api", "sentence"),
    [
        ("Pear", 1, "The plugin id 'Pear' must be at most 40 lower-case letters, digits and _, e.g. 'stale_deals'."),
        ("1st", 1, "The plugin id '1st' must be"),
        ("pear-tree", 1, "The plugin id 'pear-tree' must be"),
        ("p" * 41, 1, f"The plugin id '{'p' * 41}' must be"),
        ("pear", 0, "The plugin pear names API level 0; levels begin at 1."),
    ],
)
def test_a_manifest_says_what_is_wrong_with_it(plugin_id, api, sentence):
    with pytest.raises(ValueError, match=r"\.$") as refused:
        Plugin(id=plugin_id, label="Pear", version="1", api=api)
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize(
    ("label", "table", "sentence"),
    [
        ("pear", "pear_tree", ""),
        ("fruit", "pear_tree", "Its app has the label 'fruit'; give it the plugin's id, 'pear'."),
        ("pear", "contacts_tree", "Its table 'contacts_tree' does not begin with “pear_”."),
    ],
)
def test_an_app_and_its_tables_bear_the_id_of_the_plugin(monkeypatch, label, table, sentence):
    config = AppConfig("pear_app", SimpleNamespace(__path__=["/nowhere"]))
    config.label = label
    tree = SimpleNamespace(_meta=SimpleNamespace(db_table=table))
    monkeypatch.setattr(config, "get_models", lambda **_: [tree])
    monkeypatch.setattr(apps, "get_app_configs", lambda: [config])

    said = ""
    try:
        check_app(Plugin("pear", "Pear", "1", api=1, app="pear_app"))
    except ValueError as refused:
        said = str(refused)
    assert said == sentence


def test_a_plugin_whose_hooks_turn_out_not_to_fit_is_set_aside(monkeypatch):
    """As when it implements a hook of another plugin that has gone since the probe."""
    point = EntryPoint("pear", "pear_plugin", "triptych.plugins")
    found = discovery.Found([Plugin("pear", "Pear", "1", api=1)], {}, [])
    monkeypatch.setattr(discovery, "found", lambda: found)
    monkeypatch.setattr(discovery, "_entry_points", lambda: [point])

    with pytest.raises(Exception, match="Did you mean menu_entries") as unfit:
        registry.register("pear", SimpleNamespace(menu_entrys=hookimpl(lambda member: [member])))
    discovery.set_aside("pear", unfit.value)

    assert discovery.installed_plugins() == ()
    (broken,) = discovery.quarantined_plugins()
    assert (broken.id, broken.reason) == ("pear", str(unfit.value))
