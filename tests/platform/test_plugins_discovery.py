"""Finding plugins, and setting broken ones aside before Django can stumble over them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ASK = """
import json, os
from triptych.platform.plugins import discovery
probe, probes = discovery._probe, []
discovery._probe = lambda names: (probes.append(names), probe(names))[1]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.settings")
import django
django.setup()
print(json.dumps({
    "plugins": [plugin.id for plugin in discovery.installed_plugins()],
    "quarantined": {broken.id: [broken.reason, broken.traceback] for broken in discovery.quarantined_plugins()},
    "probes": probes,
}))
"""
SOUND = "from triptych.platform.plugins import Plugin\nplugin = Plugin(id={id!r}, label='Test', version='1', api=1)\n"


class Site:
    """A folder of installed distributions beside the real ones, and servers that start with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
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
        """Set Django up in a process of its own; answers with what it found and which probes it needed."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.folder / "site"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "TRIPTYCH_DATA": str(self.folder / "data"),
        }
        run = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, timeout=120)
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout.splitlines()[-1])


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def test_a_sound_plugin_is_found_and_the_second_start_needs_no_probe(site):
    file = site.install("apple", SOUND.format(id="apple"))

    first, second = site.start(), site.start()
    assert "apple" in first["plugins"]
    assert first["quarantined"] == second["quarantined"] == {}
    assert len(first["probes"]) == 1, "all plugins share one probe as long as they are sound"
    assert second["probes"] == []

    file.write_text(SOUND.format(id="apple") + "# changed\n")
    assert site.start()["probes"] == [["apple"]]


def test_plugins_that_cannot_be_imported_leave_the_server_and_their_neighbours_running(site):
    site.install("apple", SOUND.format(id="apple"))
    site.install("pear", "import a_library_that_is_missing\n")
    site.install("quince", "import sys\nsys.exit(0)\n")
    site.install("rowan", "import os\nos._exit(0)\n")

    first, second = site.start(), site.start()
    assert "apple" in first["plugins"]
    assert not {"pear", "quince", "rowan"} & set(first["plugins"])
    reason, trace = first["quarantined"]["pear"]
    assert reason == "It does not load: ModuleNotFoundError: No module named 'a_library_that_is_missing'"
    assert "pear_plugin.py" in trace
    assert first["quarantined"]["quince"][0] == "It does not load: SystemExit: 0"
    assert first["quarantined"]["rowan"][0] == "It ends the process that loads it (exit status 0)."
    assert second["quarantined"] == first["quarantined"]
    assert second["probes"] == []


def test_a_broken_plugin_is_tried_again_when_something_new_is_installed(site):
    site.install("pear", "import a_library_that_was_missing\n" + SOUND.format(id="pear"))
    assert "pear" in site.start()["quarantined"]

    (site.folder / "site" / "a_library_that_was_missing.py").write_text("")
    assert "pear" in site.start()["plugins"]


APP = "from django.apps import AppConfig\nclass Config(AppConfig):\n    name = 'pear_app'\n    label = {label!r}\n"
MODEL = "from django.db import models\nclass Pear(models.Model):\n    {line}\n"


@pytest.mark.parametrize(
    ("label", "model", "reason"),
    [
        ("pear", MODEL.format(line="to = models.ForeignKey('nowhere.Thing')"), "It does not load: TypeError:"),
        ("contacts", MODEL.format(line="pass"), "It does not load: ImproperlyConfigured: Application labels"),
        ("fruit", MODEL.format(line="pass"), "Its app has the label 'fruit'; give it the plugin's id, 'pear'."),
        (
            "pear",
            MODEL.format(line="class Meta:\n        db_table = 'contacts_contact2'"),
            "Its table 'contacts_contact2' does not begin with “pear_”.",
        ),
    ],
)
def test_an_app_that_django_could_not_start_with_is_set_aside(site, label, model, reason):
    files = {"pear_app/__init__.py": "", "pear_app/apps.py": APP.format(label=label), "pear_app/models.py": model}
    site.install("pear", SOUND.format(id="pear").replace("api=1", "api=1, app='pear_app'"), files=files)

    assert site.start()["quarantined"]["pear"][0].startswith(reason)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("", "pear_plugin holds no manifest: it needs `plugin = Plugin(id='pear', …)`."),
        (SOUND.format(id="plum"), "Its entry point is called 'pear', but its id is 'plum'. Use one name."),
        (
            SOUND.format(id="pear").replace("api=1", "api=99"),
            "It was written for API level 99, and this host serves up to 1. Update the host.",
        ),
        (SOUND.format(id="pear").replace("api=1", "api=0"), "The plugin pear names API level 0; levels begin at 1."),
        (
            SOUND.format(id="Pear"),
            "The plugin id 'Pear' must be at most 40 lower-case letters, digits and _, e.g. 'stale_deals'.",
        ),
        (
            SOUND.format(id="pear")
            + "from triptych.platform.plugins import hookimpl\n@hookimpl\ndef menu_entrys(member):\n    return []\n",
            "It implements menu_entrys, a hook that nobody defines. Did you mean menu_entries?",
        ),
    ],
)
def test_a_plugin_that_does_not_fit_is_set_aside_with_a_sentence(site, source, reason):
    site.install("pear", source)

    assert site.start()["quarantined"]["pear"][0].endswith(reason)


def test_of_two_plugins_with_one_id_the_first_runs(site):
    site.install("pear", SOUND.format(id="pear"))
    site.install("pear", SOUND.format(id="pear"), module="another_pear")

    found = site.start()
    assert found["plugins"].count("pear") == 1
    reason = "Another installed distribution offers a plugin called 'pear', too. Remove one of them."
    assert found["quarantined"]["pear"][0] == reason
