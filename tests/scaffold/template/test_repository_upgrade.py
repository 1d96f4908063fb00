from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from biot_plugin_cli.git.runner import git
from biot_plugin_cli.template import repository_upgrade, upgrade_journal, versions
from biot_plugin_cli.template.release import release
from tests.scaffold.support import Program

Change = Callable[[str, str, str], None]
Commit = Callable[[Path, str], str]


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the template whose present state is released as version 1."""
    folder = tmp_path / "templates"
    shutil.copytree(versions.FOLDER / "plugin", folder / "plugin")
    assert release(folder) == "1"
    monkeypatch.setattr(versions, "FOLDER", folder)
    return folder


@pytest.fixture
def plugin(templates: Path, create: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plugin made from version 1; it is the current folder."""
    assert create(tmp_path / "demo", "--defaults").exit_code == 0
    monkeypatch.chdir(tmp_path / "demo")
    return tmp_path / "demo"


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def _change_template(templates: Path, path: str, old: str, new: str) -> None:
    _change(templates / "plugin" / "template" / path, old, new)


def _second_version(templates: Path) -> None:
    """Release a version that changes one function and a setting, adds a file, removes a file."""
    _change_template(templates, "hooks/pre_request.py.jinja", "ADULT = 18", "ADULT = 21")
    _change_template(templates, "pyproject.toml.jinja", "timeout = 10", "timeout = 20")
    (templates / "plugin" / "template" / "CHANGES.md.jinja").write_text("# {{ name }}\n", encoding="utf-8")
    (templates / "plugin" / "template" / ".github" / "workflows" / "ci.yml.jinja").unlink()
    assert release(templates) == "2"


def _state(plugin: Path) -> tuple[str, str, dict[str, bytes]]:
    files = (path for path in sorted(plugin.rglob("*")) if path.is_file() and ".git" not in path.parts)
    return (
        git(plugin, "rev-parse", "HEAD"),
        git(plugin, "status", "--porcelain"),
        {str(path): path.read_bytes() for path in files},
    )


def test_at_the_newest_version_there_is_nothing_to_do(plugin: Path, biot_plugin: Program) -> None:
    before = _state(plugin)

    assert biot_plugin("upgrade", "--json").document == {
        "action": "none",
        "from": "1",
        "to": "1",
        "changed": [],
        "conflicts": [],
    }
    assert "Nothing to do" in biot_plugin("upgrade").out
    assert _state(plugin) == before


def test_edits_merge(plugin: Path, templates: Path, biot_plugin: Program, commit: Commit) -> None:
    _change(plugin / "hooks" / "pre_request.py", "number.strip()", "number.strip().upper()")
    _change(plugin / "pyproject.toml", "line-length = 120", "line-length = 100")
    (plugin / "hooks" / "mine.py").write_text("MINE = 1\n", encoding="utf-8")
    (plugin / "tests" / "test_age.py").unlink()
    commit(plugin, "Make it mine")
    _second_version(templates)

    done = biot_plugin("upgrade", "--json")

    assert done.exit_code == 0, done.err
    assert done.document["action"] == "upgrade"
    assert (done.document["from"], done.document["to"], done.document["conflicts"]) == ("1", "2", [])
    assert done.document["changed"] == [
        ".copier-answers.yml",
        ".github/workflows/ci.yml",
        "CHANGES.md",
        "hooks/pre_request.py",
        "pyproject.toml",
    ]
    merged = (plugin / "hooks" / "pre_request.py").read_text(encoding="utf-8")
    assert "ADULT = 21" in merged
    assert "number.strip().upper()" in merged
    settings = (plugin / "pyproject.toml").read_text(encoding="utf-8")
    assert "timeout = 20" in settings
    assert "line-length = 100" in settings
    assert (plugin / "CHANGES.md").read_text(encoding="utf-8") == "# demo\n"
    assert (plugin / "hooks" / "mine.py").read_text(encoding="utf-8") == "MINE = 1\n"
    assert not (plugin / "tests" / "test_age.py").exists()
    assert not (plugin / ".github" / "workflows" / "ci.yml").exists()


def test_after_the_upgrade_the_repository_is_at_the_new_version(
    plugin: Path, templates: Path, biot_plugin: Program, commit: Commit
) -> None:
    _second_version(templates)
    biot_plugin("upgrade")
    commit(plugin, "Upgrade")

    assert biot_plugin("upgrade", "--json").document["action"] == "none"

    _change_template(templates, "hooks/pre_request.py.jinja", "ADULT = 21", "ADULT = 16")
    assert biot_plugin("upgrade", "--json").document["from"] == "2"
    assert "ADULT = 16" in (plugin / "hooks" / "pre_request.py").read_text(encoding="utf-8")


def test_a_conflict_is_marked_and_named(plugin: Path, templates: Path, biot_plugin: Program, commit: Commit) -> None:
    _change(plugin / "hooks" / "pre_request.py", "ADULT = 18", "ADULT = 14")
    commit(plugin, "Lower the age")
    _second_version(templates)

    done = biot_plugin("upgrade", "--json")

    assert done.exit_code == 1
    assert done.document["conflicts"] == ["hooks/pre_request.py"]
    assert "hooks/pre_request.py" in done.err
    assert "commit" in done.err
    merged = (plugin / "hooks" / "pre_request.py").read_text(encoding="utf-8")
    assert "<<<<<<< before updating\nADULT = 14\n=======\nADULT = 21\n>>>>>>> after updating\n" in merged
    assert "timeout = 20" in (plugin / "pyproject.toml").read_text(encoding="utf-8")
    assert not list(plugin.rglob("*.rej"))


def test_people_see_what_changed(plugin: Path, templates: Path, biot_plugin: Program) -> None:
    _second_version(templates)

    output = biot_plugin("upgrade").out

    assert "1 -> 2" in output
    assert "hooks/pre_request.py" in output
    assert "git diff" in output


def test_it_works_from_a_folder_below(
    plugin: Path, templates: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    _second_version(templates)
    monkeypatch.chdir(plugin / "hooks")

    assert "pyproject.toml" in biot_plugin("upgrade", "--json").document["changed"]


def test_the_place_of_the_framework_is_brought_up_to_date(
    plugin: Path, templates: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    _second_version(templates)
    monkeypatch.setattr(
        repository_upgrade, "installation_sources", lambda: {"git": "https://git.example.com/x", "rev": "abc"}
    )

    biot_plugin("upgrade")

    answers = yaml.safe_load((plugin / ".copier-answers.yml").read_text(encoding="utf-8"))
    assert answers["sources"] == {"git": "https://git.example.com/x", "rev": "abc"}
    assert 'rev = "abc"' in (plugin / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["index.py", "new.txt"])
def test_uncommitted_changes_are_refused(plugin: Path, templates: Path, biot_plugin: Program, path: str) -> None:
    _second_version(templates)
    (plugin / path).write_text("# mine\n", encoding="utf-8")
    before = _state(plugin)

    refused = biot_plugin("upgrade")

    assert refused.exit_code == 1
    assert "uncommitted changes" in refused.err
    assert _state(plugin) == before


def test_a_folder_outside_of_git_is_refused(plugin: Path, biot_plugin: Program) -> None:
    shutil.rmtree(plugin / ".git")

    assert "not committed to a git repository" in biot_plugin("upgrade").err


def test_a_folder_that_the_repository_above_ignores_is_refused(
    plugin: Path, biot_plugin: Program, commit: Commit
) -> None:
    shutil.rmtree(plugin / ".git")
    subprocess.run(["git", "init", "--quiet", plugin.parent], check=True)
    (plugin.parent / ".gitignore").write_text("*\n", encoding="utf-8")
    git(plugin.parent, "add", "--force", ".gitignore")
    commit(plugin.parent, "Ignore everything")

    assert "not committed to a git repository" in biot_plugin("upgrade").err


def test_a_repository_of_something_else_is_refused(
    biot_plugin: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    refused = biot_plugin("upgrade")

    assert refused.exit_code == 1
    assert "No .copier-answers.yml" in refused.err


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ("[1]", ".copier-answers.yml: restore it from git"),
        ("a: [", ".copier-answers.yml: restore it from git"),
        ("_commit: '1'\n_src_path: https://example.com/t.git\n", "names another template, https://example.com/t.git"),
        ("_commit: '9'\n_src_path: git+biot-plugin://template\n", "Unknown template version 9"),
    ],
)
def test_answers_that_lead_nowhere_are_refused(
    plugin: Path, biot_plugin: Program, commit: Commit, answers: str, sentence: str
) -> None:
    (plugin / ".copier-answers.yml").write_text(answers, encoding="utf-8")
    commit(plugin, "Break the answers")
    before = _state(plugin)

    refused = biot_plugin("upgrade")

    assert refused.exit_code == 1
    assert sentence in refused.err
    assert refused.err.count("\n") == 1
    assert _state(plugin) == before


def test_without_git_it_is_refused(plugin: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(plugin / "bin"))

    assert "install git" in biot_plugin("upgrade").err


def test_a_failure_in_the_middle_leaves_the_repository_as_it_was(
    plugin: Path, templates: Path, biot_plugin: Program
) -> None:
    (plugin / ".env").write_text("SECRET=1\n", encoding="utf-8")
    (templates / "plugin" / "template" / "a.txt").write_text("new\n", encoding="utf-8")
    (templates / "plugin" / "template" / "new").mkdir()
    (templates / "plugin" / "template" / "new" / "b.txt").write_text("new\n", encoding="utf-8")
    (templates / "plugin" / "template" / "zzz.txt.jinja").write_text("{{ broken.x }}", encoding="utf-8")
    _second_version(templates)
    before = _state(plugin)

    refused = biot_plugin("upgrade")

    assert refused.exit_code == 1
    assert refused.err.startswith("error: Cannot render the template")
    assert _state(plugin) == before


@pytest.mark.parametrize("files", [1, 3, 5])
def test_an_interruption_in_the_middle_leaves_the_repository_as_it_was(
    plugin: Path, templates: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    _second_version(templates)
    before = _state(plugin)
    written = iter(range(1, files + 1))
    monkeypatch.setattr(upgrade_journal, "is_pending", lambda: next(written) == files)

    assert biot_plugin("upgrade").exit_code == 130
    assert _state(plugin) == before
