from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.runner import git
from biot_plugin_cli.template import versions
from biot_plugin_cli.template.copier_adapter import render
from biot_plugin_cli.template.release import release
from biot_plugin_cli.template.versions import open_template


def _files(repository: Path, version: str) -> set[str]:
    return set(git(repository, "ls-tree", "-r", "--name-only", "-z", version).split("\0")) - {""}


def test_an_unreleased_template_names_its_content(folder: Path) -> None:
    with open_template(folder) as first, open_template(folder) as second:
        assert first.newest == second.newest
        assert first.newest.startswith("1.dev0+")
        assert git(first.repository, "rev-parse", first.newest) == git(second.repository, "rev-parse", second.newest)

    (folder / "plugin" / "template" / "a b.txt").write_bytes(b"two")
    with open_template(folder) as third:
        assert third.newest != first.newest


def test_an_unreleased_template_follows_the_released_ones(folder: Path) -> None:
    release(folder)
    (folder / "plugin" / "template" / "new.txt").write_text("new\n", encoding="utf-8")

    with open_template(folder) as template:
        assert template.versions[0] == "1"
        assert template.newest.startswith("2.dev0+")
        assert _files(template.repository, template.newest) == {
            "copier.yml",
            "template/a b.txt",
            "template/new.txt",
        }


def test_a_removed_file_alone_is_a_new_version(folder: Path) -> None:
    release(folder)
    (folder / "plugin" / "template" / "a b.txt").unlink()

    with open_template(folder) as template:
        assert _files(template.repository, template.newest) == {"copier.yml"}


def test_a_damaged_history_is_refused(folder: Path) -> None:
    release(folder)
    history = folder / "history.fi"
    history.write_bytes(history.read_bytes()[:-40])

    with pytest.raises(OperationFailed), open_template(folder):
        pass


def test_a_missing_template_says_so(tmp_path: Path) -> None:
    with pytest.raises(OperationFailed, match="install"), open_template(tmp_path):
        pass


def test_nothing_is_left_behind(folder: Path) -> None:
    with open_template(folder) as template:
        assert template.repository.exists()
    assert not template.repository.parent.exists()


def test_the_surrounding_git_command_does_not_matter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(folder / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(folder / "nowhere" / "index"))

    with open_template(folder) as template:
        assert template.versions


@pytest.mark.slow
def test_every_version_still_renders(tmp_path: Path) -> None:
    with open_template() as template:
        for version in template.versions:
            at_version = versions.Template(template.repository, (version,))
            render(at_version, tmp_path / version, {"name": "demo", "sources": {}}, {}, ask=False)

            assert (tmp_path / version / "index.py").is_file()
            answers = (tmp_path / version / ".copier-answers.yml").read_text(encoding="utf-8")
            assert f"_commit: {version}\n" in answers.replace("'", "")


def test_the_history_is_a_chain_of_versions() -> None:
    with open_template() as template:
        for number, version in enumerate(template.versions, start=1):
            assert version.split(".")[0] == str(number)
            assert git(template.repository, "rev-list", "--count", version) == str(number)
