from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from biot_plugin_cli.git.runner import git
from biot_plugin_cli.template.release import release
from tests.scaffold.support import Program
from tests.scaffold.upgrades import change, change_template, configure, second_version, state

Commit = Callable[[Path, str], str]
NEW = "CHANGES.md"


def _ignored(plugin: Path) -> None:
    (plugin / ".git" / "info" / "exclude").write_text(f"{NEW}\n.env\n")
    (plugin / NEW).write_text("mine")


def _ignored_by_the_user(plugin: Path) -> None:
    (plugin.parent / "ignore").write_text(f"{NEW}\n")
    configure(Path(os.environ["GIT_CONFIG_GLOBAL"]), {"core.excludesFile": str(plugin.parent / "ignore")})
    (plugin / NEW).write_text("mine")


def _hidden_by_a_setting(plugin: Path) -> None:
    configure(plugin / ".git" / "config", {"status.showUntrackedFiles": "no"})
    (plugin / NEW).write_text("mine")


def _folder(plugin: Path) -> None:
    (plugin / NEW).mkdir()


def _folder_of_mine(plugin: Path) -> None:
    (plugin / NEW).mkdir()
    (plugin / NEW / "mine.txt").write_text("mine")


def _link(plugin: Path) -> None:
    (plugin / NEW).symlink_to("nowhere")


def _pipe(plugin: Path) -> None:
    os.mkfifo(plugin / NEW)


def _case(plugin: Path) -> None:
    (plugin / "Changes.md").write_text("mine")


def _assumed_unchanged(plugin: Path) -> None:
    git(plugin, "update-index", "--assume-unchanged", "pyproject.toml")
    change(plugin / "pyproject.toml", "line-length = 120", "line-length = 99")


def _skipped(plugin: Path) -> None:
    git(plugin, "update-index", "--skip-worktree", "pyproject.toml")
    change(plugin / "pyproject.toml", "line-length = 120", "line-length = 99")


def _sparse(plugin: Path) -> None:
    git(plugin, "update-index", "--skip-worktree", "pyproject.toml")
    (plugin / "pyproject.toml").unlink()


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("obstruct", "is_committed", "sentence"),
    [
        (_ignored, False, "CHANGES.md (not in git)"),
        (_ignored_by_the_user, False, "CHANGES.md (not in git)"),
        (_hidden_by_a_setting, False, "uncommitted changes (CHANGES.md)"),
        (_folder, False, "CHANGES.md (not a file)"),
        (_folder_of_mine, True, "CHANGES.md (not a file)"),
        (_link, True, "CHANGES.md (not a file)"),
        (_pipe, False, "CHANGES.md (not a file)"),
        (_case, True, "Changes.md (differs from CHANGES.md in case only)"),
        (_assumed_unchanged, False, "pyproject.toml (with changes that git does not show)"),
        (_skipped, False, "pyproject.toml (with changes that git does not show)"),
        (_sparse, False, "pyproject.toml (tracked, but not checked out)"),
    ],
)
def test_nothing_is_replaced_that_git_has_no_copy_of(
    plugin: Path,
    templates: Path,
    biot_plugin: Program,
    commit: Commit,
    obstruct: Callable[[Path], None],
    is_committed: bool,
    sentence: str,
) -> None:
    obstruct(plugin)
    if is_committed:
        commit(plugin, "Mine")
    second_version(templates)
    # A pipe cannot be read.
    before = state(plugin) if obstruct is not _pipe else None

    refused = biot_plugin("upgrade")

    assert refused.exit_code == 1
    assert sentence in refused.err
    assert refused.err.count("\n") == 1
    assert before is None or state(plugin) == before


@pytest.mark.parametrize("kind", ["link", "file", "repository"])
def test_what_is_where_a_new_folder_belongs_is_refused(
    plugin: Path, templates: Path, biot_plugin: Program, commit: Commit, tmp_path: Path, kind: str
) -> None:
    (templates / "plugin" / "template" / "extra").mkdir()
    (templates / "plugin" / "template" / "extra" / "a.txt").write_text("new")
    (tmp_path / "elsewhere").mkdir()
    if kind == "link":
        (plugin / "extra").symlink_to(tmp_path / "elsewhere")
    elif kind == "file":
        (plugin / "extra").write_text("mine")
    else:
        git(plugin, "init", "--quiet", "extra")
        (plugin / "extra" / "mine.txt").write_text("mine")
        commit(plugin / "extra", "Begin")
    commit(plugin, "Mine")
    second_version(templates)
    before = state(plugin)

    refused = biot_plugin("upgrade")

    assert refused.exit_code == 1
    assert "extra (" in refused.err
    assert state(plugin) == before
    assert not [*(tmp_path / "elsewhere").iterdir()]


def test_a_file_that_is_there_already_is_no_obstacle(plugin: Path, templates: Path, biot_plugin: Program) -> None:
    (plugin / ".git" / "info" / "exclude").write_text(f"{NEW}\n")
    (plugin / NEW).write_bytes(b"# demo\r\n")
    second_version(templates)

    done = biot_plugin("upgrade", "--json")

    assert done.exit_code == 0
    assert NEW not in done.document["changed"]
    assert (plugin / NEW).read_bytes() == b"# demo\r\n"


def test_a_file_that_both_added_is_a_conflict(
    plugin: Path, templates: Path, biot_plugin: Program, commit: Commit
) -> None:
    (plugin / NEW).write_text("mine\n")
    commit(plugin, "Mine")
    second_version(templates)

    done = biot_plugin("upgrade", "--json")

    assert (done.exit_code, done.document["conflicts"]) == (1, [NEW])
    assert (plugin / NEW).read_text() == ("<<<<<<< before updating\nmine\n=======\n# demo\n>>>>>>> after updating\n")


def test_a_file_that_the_template_removes_and_the_author_changed_stays_and_is_a_conflict(
    plugin: Path, templates: Path, biot_plugin: Program, commit: Commit
) -> None:
    file = plugin / ".github" / "workflows" / "ci.yml"
    file.write_text(file.read_text() + "# mine\n")
    commit(plugin, "Mine")
    second_version(templates)

    done = biot_plugin("upgrade", "--json")

    assert (done.exit_code, done.document["conflicts"]) == (1, [".github/workflows/ci.yml"])
    assert "compare .github/workflows/ci.yml with the template's" in done.err
    assert file.read_text().endswith("# mine\n")
    assert git(plugin, "diff", "--name-only", "--diff-filter=U") == ".github/workflows/ci.yml"


def test_a_file_that_the_template_removes_and_git_ignores_stays(
    plugin: Path, templates: Path, biot_plugin: Program, commit: Commit
) -> None:
    git(plugin, "rm", "--quiet", "--cached", ".github/workflows/ci.yml")
    (plugin / ".git" / "info" / "exclude").write_text(".github\n")
    commit(plugin, "Take it out of git")
    second_version(templates)

    assert biot_plugin("upgrade").exit_code == 0
    assert (plugin / ".github" / "workflows" / "ci.yml").is_file()


@pytest.mark.parametrize("is_ignored", [False, True])
def test_a_file_that_the_author_removed_or_took_out_of_git_is_left_alone_and_named(
    plugin: Path, templates: Path, biot_plugin: Program, commit: Commit, is_ignored: bool
) -> None:
    file = plugin / "hooks" / "pre_request.py"
    before = file.read_bytes()
    git(plugin, "rm", "--quiet", "--cached", "hooks/pre_request.py")
    if is_ignored:
        (plugin / ".git" / "info" / "exclude").write_text("pre_request.py\n")
    else:
        file.unlink()
    commit(plugin, "Mine")
    second_version(templates)

    done = biot_plugin("upgrade")

    assert done.exit_code == 0
    assert "left out  hooks/pre_request.py" in done.out
    assert (file.read_bytes() == before) if is_ignored else not file.exists()


@pytest.mark.parametrize("is_same_line", [False, True])
def test_a_file_that_the_author_renamed_and_edited_is_merged(
    plugin: Path, templates: Path, biot_plugin: Program, commit: Commit, is_same_line: bool
) -> None:
    (plugin / "checks").mkdir()
    file = (plugin / "hooks" / "pre_request.py").rename(plugin / "checks" / "admission.py")
    change(file, "ADULT = 18", "ADULT = 14") if is_same_line else change(file, ".strip()", ".strip().upper()")
    (plugin / "checks" / "other.py").write_text("OTHER = 1\n")
    commit(plugin, "Mine")
    second_version(templates)

    done = biot_plugin("upgrade", "--json").document

    assert "checks/admission.py" in done["changed"]
    assert done["conflicts"] == (["checks/admission.py"] if is_same_line else [])
    assert "ADULT = 21" in file.read_text()
    assert ("ADULT = 14" if is_same_line else ".strip().upper()") in file.read_text()
    assert not (plugin / "hooks" / "pre_request.py").exists()


def test_a_link_of_the_authors_is_a_conflict(
    plugin: Path, templates: Path, biot_plugin: Program, commit: Commit
) -> None:
    file = plugin / "hooks" / "pre_request.py"
    file.rename(plugin / "hooks" / "admission.py")
    file.symlink_to("admission.py")
    commit(plugin, "Mine")
    second_version(templates)

    done = biot_plugin("upgrade", "--json")

    assert (done.exit_code, done.document["conflicts"]) == (1, ["hooks/pre_request.py"])
    assert file.is_symlink()
    assert "ADULT = 18" in file.read_text()


def test_a_binary_file_is_a_conflict(plugin: Path, templates: Path, biot_plugin: Program, commit: Commit) -> None:
    (plugin / "hooks" / "pre_request.py").write_bytes(b"\0\1\2\xff")
    commit(plugin, "Mine")
    second_version(templates)

    done = biot_plugin("upgrade", "--json")

    assert (done.exit_code, done.document["conflicts"]) == (1, ["hooks/pre_request.py"])
    assert (plugin / "hooks" / "pre_request.py").read_bytes() == b"\0\1\2\xff"


def test_a_file_that_becomes_a_folder(plugin: Path, templates: Path, biot_plugin: Program, commit: Commit) -> None:
    template = templates / "plugin" / "template"
    (template / "README.md.jinja").unlink()
    (template / "README.md").mkdir()
    (template / "README.md" / "a.txt").write_text("new\n")
    release(templates)

    done = biot_plugin("upgrade", "--json")

    assert done.exit_code == 0, done.err
    assert (plugin / "README.md" / "a.txt").read_text() == "new\n"


def test_the_mode_of_a_file_is_the_authors(plugin: Path, templates: Path, biot_plugin: Program, commit: Commit) -> None:
    (plugin / "hooks" / "pre_request.py").chmod(0o755)
    commit(plugin, "Make it executable")
    second_version(templates)

    assert biot_plugin("upgrade").exit_code == 0

    assert (plugin / "hooks" / "pre_request.py").stat().st_mode & 0o777 == 0o755
    assert git(plugin, "diff", "--summary", "HEAD", "--", "hooks") == ""


class TestLineEnds:
    @pytest.mark.parametrize("kind", ["autocrlf", "attributes", "committed", "input"])
    def test_they_are_the_authors_and_no_conflict(
        self, plugin: Path, templates: Path, biot_plugin: Program, commit: Commit, kind: str
    ) -> None:
        settings = Path(os.environ["GIT_CONFIG_GLOBAL"])
        if kind == "attributes":
            (plugin / ".gitattributes").write_text("* text eol=crlf\n")
        elif kind in ("autocrlf", "input"):
            configure(settings, {"core.autocrlf": "true" if kind == "autocrlf" else "input", "core.safecrlf": "false"})
        change(plugin / "hooks" / "pre_request.py", "number.strip()", "number.strip().upper()")
        commit(plugin, "Mine")
        _check_out_with_crlf(plugin)
        if kind == "committed":
            commit(plugin, "Commit other line ends")
        second_version(templates)

        done = biot_plugin("upgrade", "--json")

        assert done.exit_code == 0, done.err
        merged = (plugin / "hooks" / "pre_request.py").read_bytes()
        assert b"ADULT = 21\r\n" in merged
        assert b"number.strip().upper()" in merged
        assert merged.count(b"\n") == merged.count(b"\r\n")
        assert (plugin / NEW).read_bytes() == (b"# demo\r\n" if kind in ("autocrlf", "attributes") else b"# demo\n")
        if kind != "committed":
            commit(plugin, "Upgrade")
            numbers = git(plugin, "diff", "--numstat", "HEAD~", "--", "hooks").split()
            assert numbers[:2] == ["1", "1"]

    def test_a_conflict_has_them_too(self, plugin: Path, templates: Path, biot_plugin: Program, commit: Commit) -> None:
        change(plugin / "hooks" / "pre_request.py", "ADULT = 18", "ADULT = 14")
        _check_out_with_crlf(plugin)
        commit(plugin, "Mine")
        second_version(templates)

        done = biot_plugin("upgrade", "--json")

        assert done.document["conflicts"] == ["hooks/pre_request.py"]
        assert (plugin / "hooks" / "pre_request.py").read_bytes().count(b"ADULT = ") == 2
        git(plugin, "checkout", "--merge", "hooks/pre_request.py")
        assert (plugin / "hooks" / "pre_request.py").read_bytes().count(b"<<<<<<<") == 1


def _check_out_with_crlf(plugin: Path) -> None:
    for name in git(plugin, "ls-files", "-z").split("\0"):
        if name and name != ".gitattributes":
            file = plugin / name
            file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def test_a_template_that_only_changes_the_mode_or_nothing_changes_the_answers_alone(
    plugin: Path, templates: Path, biot_plugin: Program
) -> None:
    change_template(templates, "../copier.yml", "What the plugin handles", "What it handles")
    release(templates)

    assert biot_plugin("upgrade", "--json").document["changed"] == [".copier-answers.yml"]
