"""Who clones a plugin's repository has the folder that the framework comes from, or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.git.runner import initialise
from biot_plugin_cli.template.creation.framework_folder import FrameworkFolder


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A repository with a folder of wheels, a checkout and a plugin in it, and the same folders beside it."""
    for name in ("team/wheels", "wheels"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "biot_plugin-1-py3-none-any.whl").touch()
    (tmp_path / "team" / "checkout" / "framework").mkdir(parents=True)
    (tmp_path / "team" / "checkout" / "framework" / "pyproject.toml").touch()
    (tmp_path / "team" / "plugin").mkdir()
    initialise(tmp_path / "team")
    return tmp_path / "team"


@pytest.mark.parametrize(
    ("sources", "cloned"),
    [
        ({"find-links": "../wheels"}, True),
        ({"path": "../checkout"}, True),
        ({"find-links": "../../wheels"}, False),
        ({"find-links": "{team}/wheels"}, False),
        ({"path": "{team}/checkout"}, False),
    ],
)
def test_a_clone_has_what_is_in_the_repository(team: Path, sources: dict[str, str], cloned: bool) -> None:
    sources = {kind: place.format(team=team) for kind, place in sources.items()}
    assert FrameworkFolder.of(sources, team / "plugin", team) == (*sources.values(), cloned, None)
    assert FrameworkFolder.of(sources, team / "plugin", None) == (*sources.values(), False, None)


@pytest.mark.parametrize(
    ("file", "rule"),
    [(".gitignore", "*.whl"), (".gitignore", "wheels/"), ("wheels/.gitignore", "*")],
)
def test_a_clone_lacks_what_git_ignores(team: Path, file: str, rule: str) -> None:
    (team / file).write_text(f"{rule}\n", encoding="utf-8")
    folder = FrameworkFolder.of({"find-links": "../wheels"}, team / "plugin", team)
    assert folder == ("../wheels", False, f"{file}:1: {rule}")


@pytest.mark.parametrize("sources", [{}, {"index": "https://example.com/simple"}, {"git": "https://x", "rev": "v1"}])
def test_other_sources_are_no_folder(team: Path, sources: dict[str, str]) -> None:
    assert FrameworkFolder.of(sources, team / "plugin", team) is None
