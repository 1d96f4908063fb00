from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import tomllib
import yaml

from biot_plugin_cli.git.runner import commit_all, git
from biot_plugin_cli.template import repository_upgrade, upgrade_journal
from biot_plugin_cli.template.creation.repository import Creation, create_repository
from tests.scaffold.support import Program
from tests.scaffold.upgrades import change, change_template, configure, second_version, state

pytestmark = pytest.mark.slow

Commit = Callable[[Path, str], str]


def test_at_the_newest_version_there_is_nothing_to_do(plugin: Path, biot_plugin: Program) -> None:
    before = state(plugin)

    assert biot_plugin("upgrade", "--json").document == {
        "action": "none",
        "from": "1",
        "to": "1",
        "changed": [],
        "conflicts": [],
    }
    assert "Nothing to do" in biot_plugin("upgrade").out
    assert state(plugin) == before


def test_edits_merge(plugin: Path, templates: Path, biot_plugin: Program, commit: Commit) -> None:
    change(plugin / "hooks" / "pre_request.py", "number.strip()", "number.strip().upper()")
    change(plugin / "pyproject.toml", "line-length = 120", "line-length = 100")
    (plugin / "hooks" / "mine.py").write_text("MINE = 1\n", encoding="utf-8")
    (plugin / "tests" / "test_age.py").unlink()
    commit(plugin, "Make it mine")
    second_version(templates)

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
    second_version(templates)
    biot_plugin("upgrade")
    commit(plugin, "Upgrade")

    assert biot_plugin("upgrade", "--json").document["action"] == "none"

    change_template(templates, "hooks/pre_request.py.jinja", "ADULT = 21", "ADULT = 16")
    assert biot_plugin("upgrade", "--json").document["from"] == "2"
    assert "ADULT = 16" in (plugin / "hooks" / "pre_request.py").read_text(encoding="utf-8")


def test_a_conflict_is_marked_and_named(plugin: Path, templates: Path, biot_plugin: Program, commit: Commit) -> None:
    change(plugin / "hooks" / "pre_request.py", "ADULT = 18", "ADULT = 14")
    commit(plugin, "Lower the age")
    second_version(templates)

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
    second_version(templates)

    output = biot_plugin("upgrade").out

    assert "1 -> 2" in output
    assert "hooks/pre_request.py" in output
    assert "git diff" in output


def test_it_works_from_a_folder_below(
    plugin: Path, templates: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    second_version(templates)
    monkeypatch.chdir(plugin / "hooks")

    assert "pyproject.toml" in biot_plugin("upgrade", "--json").document["changed"]


def test_the_place_of_the_framework_is_brought_up_to_date(
    plugin: Path, templates: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    second_version(templates)
    monkeypatch.setattr(
        repository_upgrade, "installation_sources", lambda: {"git": "https://git.example.com/x", "rev": "abc"}
    )

    biot_plugin("upgrade")

    answers = yaml.safe_load((plugin / ".copier-answers.yml").read_text(encoding="utf-8"))
    assert answers["sources"] == {"git": "https://git.example.com/x", "rev": "abc"}
    assert 'rev = "abc"' in (plugin / "pyproject.toml").read_text(encoding="utf-8")


def test_the_place_that_the_author_chose_stays(
    templates: Path, biot_plugin: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = Creation(framework_from="git+https://git.example.com/x@v1", lock=False)
    create_repository(tmp_path / "chosen", {}, {"name": "chosen"}, chosen)
    monkeypatch.chdir(tmp_path / "chosen")
    before = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["uv"]
    second_version(templates)

    assert biot_plugin("upgrade", "--json").document["conflicts"] == []

    document = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert document["uv"] == before
    assert document["biot-plugin"]["timeout"] == 20
    answers = yaml.safe_load(Path(".copier-answers.yml").read_text(encoding="utf-8"))
    assert answers["sources"] == {"git": "https://git.example.com/x", "rev": "v1"}


def test_another_place_can_be_chosen_later(plugin: Path, biot_plugin: Program, commit: Commit) -> None:
    change(plugin / "pyproject.toml", "line-length = 120", "line-length = 100")
    commit(plugin, "Make it mine")
    before = state(plugin)

    refused = biot_plugin("upgrade", "--framework-from", "nowhere")
    assert (refused.exit_code, state(plugin)) == (2, before)
    done = biot_plugin("upgrade", "--framework-from", "git+https://git.example.com/x@v2", "--json").document

    assert (done["action"], done["from"], done["to"]) == ("upgrade", "1", "1")
    assert done["changed"] == [".copier-answers.yml", "README.md", "pyproject.toml"]
    document = tomllib.loads((plugin / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert document["uv"]["sources"]["biot-plugin"]["rev"] == "v2"
    assert document["ruff"]["line-length"] == 100
    commit(plugin, "Move the framework")
    assert biot_plugin("upgrade", "--json").document["action"] == "none"


def test_a_lock_file_is_the_authors(plugin: Path, templates: Path, biot_plugin: Program, commit: Commit) -> None:
    (plugin / "uv.lock").write_text("version = 1\n", encoding="utf-8")
    commit(plugin, "Lock")
    second_version(templates)

    assert "uv.lock" not in biot_plugin("upgrade", "--json").document["changed"]
    assert (plugin / "uv.lock").read_text(encoding="utf-8") == "version = 1\n"


@pytest.mark.parametrize("path", ["index.py", "new.txt"])
def test_uncommitted_changes_are_refused(plugin: Path, templates: Path, biot_plugin: Program, path: str) -> None:
    second_version(templates)
    (plugin / path).write_text("# mine\n", encoding="utf-8")
    before = state(plugin)

    refused = biot_plugin("upgrade")

    assert refused.exit_code == 1
    assert "uncommitted changes" in refused.err
    assert state(plugin) == before


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
    before = state(plugin)

    refused = biot_plugin("upgrade")

    assert refused.exit_code == 1
    assert sentence in refused.err
    assert refused.err.count("\n") == 1
    assert state(plugin) == before


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
    second_version(templates)
    before = state(plugin)

    refused = biot_plugin("upgrade")

    assert refused.exit_code == 1
    assert refused.err.startswith("error: Cannot render the template")
    assert state(plugin) == before


@pytest.mark.parametrize("files", [1, 3, 5])
def test_an_interruption_in_the_middle_leaves_the_repository_as_it_was(
    plugin: Path, templates: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    second_version(templates)
    before = state(plugin)
    written = iter(range(1, files + 1))
    monkeypatch.setattr(upgrade_journal, "is_pending", lambda: next(written) == files)

    assert biot_plugin("upgrade").exit_code == 130
    assert state(plugin) == before


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("MERGE_HEAD", "merge"),
        ("CHERRY_PICK_HEAD", "cherry-pick"),
        ("REVERT_HEAD", "revert"),
        ("rebase-merge", "rebase"),
    ],
)
def test_an_operation_in_progress_is_refused(
    plugin: Path, templates: Path, biot_plugin: Program, operation: str, name: str
) -> None:
    second_version(templates)
    if operation == "rebase-merge":
        (plugin / ".git" / operation).mkdir()
    else:
        (plugin / ".git" / operation).write_text(git(plugin, "rev-parse", "HEAD") + "\n")
    before = state(plugin)

    refused = biot_plugin("upgrade")

    assert (refused.exit_code, state(plugin)) == (1, before)
    assert f"A {name} is in progress in {plugin}: continue or abort it first" in refused.err


def test_a_subfolder_of_a_repository_is_upgraded_alone(
    plugin: Path, templates: Path, biot_plugin: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, commit: Commit
) -> None:
    plugin = _in_monorepo(plugin, tmp_path, commit)
    monkeypatch.chdir(plugin)
    change(plugin / "hooks" / "pre_request.py", "ADULT = 18", "ADULT = 14")
    commit(tmp_path / "mono", "Lower the age")
    (tmp_path / "mono" / "notes.txt").write_text("untracked")
    (tmp_path / "mono" / "other.txt").write_text("changed")
    second_version(templates)

    done = biot_plugin("upgrade", "--json").document

    assert done["conflicts"] == ["hooks/pre_request.py"]
    assert "CHANGES.md" in done["changed"]
    assert (plugin / "CHANGES.md").read_text() == "# demo\n"
    assert git(tmp_path / "mono", "diff", "--name-only", "--diff-filter=U") == "plugins/a b/hooks/pre_request.py"
    assert (tmp_path / "mono" / "notes.txt").read_text() == "untracked"
    assert (tmp_path / "mono" / "other.txt").read_text() == "changed"


def _in_monorepo(plugin: Path, folder: Path, commit: Commit) -> Path:
    shutil.rmtree(plugin / ".git")
    subprocess.run(["git", "init", "--quiet", folder / "mono"], check=True)
    (folder / "mono" / "plugins").mkdir()
    (folder / "mono" / "other.txt").write_text("committed")
    moved = plugin.rename(folder / "mono" / "plugins" / "a b")
    commit(folder / "mono", "Begin")
    return moved


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", ["sha256", "worktree", "submodule", "detached", "shallow"])
def test_repositories_of_every_kind(
    plugin: Path,
    templates: Path,
    biot_plugin: Program,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    commit: Commit,
    kind: str,
) -> None:
    change(plugin / "hooks" / "pre_request.py", "ADULT = 18", "ADULT = 14")
    (plugin / "hooks" / "mine.py").write_text("MINE = 1\n", encoding="utf-8")
    commit(plugin, "Make it mine")
    root = _REPOSITORIES[kind](plugin, tmp_path / "other")
    monkeypatch.chdir(root)
    second_version(templates)

    done = biot_plugin("upgrade", "--json").document

    assert done["conflicts"] == ["hooks/pre_request.py"]
    assert "CHANGES.md" in done["changed"]
    assert git(root, "diff", "--name-only", "--diff-filter=U") == "hooks/pre_request.py"
    git(root, "checkout", "--ours", "hooks/pre_request.py")
    assert "ADULT = 14" in (root / "hooks" / "pre_request.py").read_text()
    git(root, "checkout", "--theirs", "hooks/pre_request.py")
    assert "ADULT = 21" in (root / "hooks" / "pre_request.py").read_text()


def _sha256(plugin: Path, other: Path) -> Path:
    shutil.rmtree(plugin / ".git")
    git(plugin, "init", "--quiet", "--object-format=sha256")
    commit_all(plugin, "Begin")
    return plugin


def _worktree(plugin: Path, other: Path) -> Path:
    git(plugin, "worktree", "add", "--quiet", str(other))
    return other


def _submodule(plugin: Path, other: Path) -> Path:
    git(plugin.parent, "init", "--quiet", str(other))
    git(other, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(plugin), "plugin")
    commit_all(other, "Begin")
    return other / "plugin"


def _detached(plugin: Path, other: Path) -> Path:
    git(plugin, "checkout", "--quiet", "--detach")
    return plugin


def _shallow(plugin: Path, other: Path) -> Path:
    git(plugin.parent, "clone", "--quiet", "--depth=1", plugin.as_uri(), str(other))
    return other


_REPOSITORIES = {
    "sha256": _sha256,
    "worktree": _worktree,
    "submodule": _submodule,
    "detached": _detached,
    "shallow": _shallow,
}


def test_a_repository_without_a_commit_is_refused(plugin: Path, biot_plugin: Program) -> None:
    shutil.rmtree(plugin / ".git")
    git(plugin, "init", "--quiet")

    assert "not committed to a git repository" in biot_plugin("upgrade").err


def test_what_git_refuses_to_read_is_refused_with_its_remedy(
    plugin: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

    assert "git config --global --add safe.directory" in biot_plugin("upgrade").err


def test_a_repository_that_git_cannot_read_is_refused_with_its_reason(plugin: Path, biot_plugin: Program) -> None:
    configure(plugin / ".git" / "config", {"core.bare": "nonsense"})

    refused = biot_plugin("upgrade")

    assert refused.exit_code == 1
    assert "bad boolean config value 'nonsense' for 'core.bare'" in refused.err
    assert refused.err.endswith("make git status work there first\n")


def test_a_repository_that_the_user_trusts_is_upgraded(
    plugin: Path, templates: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    second_version(templates)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    configure(Path(os.environ["GIT_CONFIG_GLOBAL"]), {"safe.directory": str(plugin)})

    done = biot_plugin("upgrade")

    assert done.exit_code == 0, done.err


def test_comments_in_the_answers_stay(plugin: Path, templates: Path, biot_plugin: Program, commit: Commit) -> None:
    answers = plugin / ".copier-answers.yml"
    answers.write_text("# mine\n" + answers.read_text() + "# the end\n")
    commit(plugin, "Comment")
    second_version(templates)

    assert biot_plugin("upgrade").exit_code == 0

    text = answers.read_text()
    assert "# mine\n" in text
    assert "# the end\n" in text
    assert str(yaml.safe_load(text)["_commit"]) == "2"
