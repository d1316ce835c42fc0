"""`triptych plugin new`: what it writes works at once."""

import os
import subprocess
import sys
import tomllib

import pytest

from triptych.platform.plugins.scaffold import ScaffoldRefused, scaffold


def test_it_writes_a_distribution_named_after_the_plugin(tmp_path):
    folder = scaffold("Stale deals", tmp_path)

    assert folder == tmp_path / "triptych-stale-deals"
    assert sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()) == [
        "README.md",
        "pyproject.toml",
        "tests/conftest.py",
        "tests/test_stale_deals.py",
        "triptych_stale_deals/__init__.py",
        "triptych_stale_deals/apps.py",
        "triptych_stale_deals/plugin.py",
        "triptych_stale_deals/templates/stale_deals/home.html",
        "triptych_stale_deals/urls.py",
        "triptych_stale_deals/views.py",
    ]
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert project["entry-points"] == {"triptych.plugins": {"stale_deals": "triptych_stale_deals.plugin"}}
    assert "$" not in "".join(file.read_text() for file in folder.rglob("*.*") if file.is_file())


@pytest.mark.parametrize("name", ["", "  ", "2nd", "日本", "x" * 41])
def test_a_name_that_makes_no_id_is_refused(tmp_path, name):
    with pytest.raises(ScaffoldRefused, match="makes no id"):
        scaffold(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path):
    folder = scaffold("Stale deals", tmp_path)
    (folder / "README.md").write_text("mine")

    with pytest.raises(ScaffoldRefused, match="is there already"):
        scaffold("stale  Deals!", tmp_path)
    assert (folder / "README.md").read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(ScaffoldRefused, match=r"cannot be written: Not a directory\.$"):
        scaffold("Stale deals", tmp_path / "file")


def test_a_label_cannot_break_out_of_the_files_it_stands_in(tmp_path):
    folder = scaffold('Evil" + {% now %} $id <b>', tmp_path)

    compile((folder / "triptych_evil_now_id_b" / "plugin.py").read_text(), "plugin.py", "exec")
    assert "<b>" not in (folder / "triptych_evil_now_id_b" / "templates" / "evil_now_id_b" / "home.html").read_text()


def test_what_it_writes_passes_its_own_tests(tmp_path):
    """A new plugin, installed beside the others, in a test run of its own."""
    folder = scaffold("Stale deals", tmp_path)
    info = tmp_path / "site" / "triptych_stale_deals-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: triptych-stale-deals\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[triptych.plugins]\nstale_deals = triptych_stale_deals.plugin\n")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path / "site"), str(folder)])}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(folder)]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)

    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert " 7 passed" in " " + run.stdout.splitlines()[-1], run.stdout[-500:]
