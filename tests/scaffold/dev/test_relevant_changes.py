"""What is worth a reload is what is packaged, and what says how."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from biot_plugin_cli.dev.relevant_changes import relevant_changes
from biot_plugin_cli.git import runner

RELEVANT = [
    "index.py",
    "hooks/age.py",
    "hooks",
    "hooks/README.md",
    "texts/mail.html",
    "pyproject.toml",
    "uv.lock",
    "data/tests/x",
]
IRRELEVANT = [
    *("README.md", "CHANGELOG.md", "LICENSE", "Makefile", "Dockerfile", "template.yaml", "conftest.py"),
    *("tests/test_age.py", "tests", "events/pre_request.json", "events/answers/x.json", "events", "docs/x.md", "docs"),
    *(".env", ".github/workflows/ci.yml", "hooks/.hidden", "terraform/main.tf", "scripts/find-python.sh"),
]


@pytest.mark.parametrize("name", RELEVANT)
def test_what_is_packaged_loads_the_plugin_again(tmp_path: Path, name: str) -> None:
    changed = [Path(name), *map(Path, IRRELEVANT)]
    assert relevant_changes(tmp_path, changed) == (Path(name),)


@pytest.mark.parametrize("name", IRRELEVANT)
def test_what_is_not_packaged_does_not(tmp_path: Path, name: str) -> None:
    assert relevant_changes(tmp_path, [Path(name)]) == ()


def test_what_git_ignores_does_not(tmp_path: Path) -> None:
    runner.git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("*.sqlite\nlocal/\n")
    (tmp_path / "tracked.sqlite").write_text("")
    subprocess.run(["git", "add", "--force", "tracked.sqlite"], cwd=tmp_path, check=True)
    changed = [Path(name) for name in ("index.py", "data.sqlite", "local/module.py", "tracked.sqlite", "gone.sqlite")]

    assert relevant_changes(tmp_path, changed) == (Path("index.py"), Path("tracked.sqlite"))


def test_of_many_files_git_is_not_asked(tmp_path: Path) -> None:
    runner.git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("*.py\n")
    changed = [Path(f"m{number}.py") for number in range(100)]

    assert len(relevant_changes(tmp_path, changed)) == 100


def test_a_platform_that_is_kept_in_the_plugins_folder_does_not(tmp_path: Path) -> None:
    changed = [Path("state/platform.sqlite"), Path("state"), Path("states.py")]

    assert relevant_changes(tmp_path, changed, tmp_path / "state") == (Path("states.py"),)
