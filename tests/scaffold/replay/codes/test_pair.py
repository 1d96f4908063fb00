from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.runner import git
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.replay.codes.pair import Pair, building_pair
from tests.scaffold.clones import committed
from tests.scaffold.deployments import FIRST, SECOND
from tests.scaffold.packages import Repository, library, make_wheel

pytestmark = pytest.mark.slow

THIRD = FIRST.replace("1", "3")


def built(plugin: Repository, folder: Path, against: str | None = None, versions: Any = None) -> Pair:
    """Both codes, as they were while they were there."""
    with building_pair(Plugin.load(plugin.root), against, lambda: versions or [], folder) as pair:
        assert (pair.new.plugin.root / "index.py").read_text() == (plugin.root / "index.py").read_text()
        assert (pair.old.plugin.root / "index.py").is_file()
        return pair


def folders(tmp_path: Path) -> Any:
    for number in range(20):
        (tmp_path / f"codes-{number}").mkdir()
        yield tmp_path / f"codes-{number}"


def test_the_older_code_is_the_last_one_that_differs(plugin: Repository, tmp_path: Path) -> None:
    folder = folders(tmp_path)
    first = committed(plugin, index=FIRST)
    with pytest.raises(OperationFailed, match="name older code with --against"):
        built(plugin, next(folder))
    committed(plugin, index=SECOND)
    # Neither a text nor an event changes what runs.
    plugin.write("README.md", "more")
    last = committed(plugin)
    plugin.write("events/untracked.json", "{}")

    pair = built(plugin, next(folder))
    assert (pair.old.commit, pair.reason, pair.new.commit) == (first, "the last commit whose code differs", last)

    plugin.write("index.py", THIRD)
    assert built(plugin, next(folder)).old.commit == last
    # Settings are a part of how code runs.
    plugin.write("index.py", SECOND)
    manifest = (plugin.root / "pyproject.toml").read_text()
    plugin.write("pyproject.toml", manifest.replace("version = 1", "version = 1\nmemory-size = 256", 1))
    assert built(plugin, next(folder)).old.commit == last


def test_the_older_code_may_be_a_package_whatever_bytecode_it_has(plugin: Repository, tmp_path: Path) -> None:
    folder = folders(tmp_path)
    first = committed(plugin, index=FIRST)
    package = plugin.packaged("-o", tmp_path / "old.zip")
    plugin.write("index.py", SECOND)

    pair = built(plugin, next(folder), str(package.path))

    assert (pair.old.what, pair.old.commit) == ("the package old.zip", first)
    assert pair.old.content_hash == package.document["contentHash"]
    (tmp_path / "broken.zip").write_bytes(b"PK")
    with pytest.raises(OperationFailed, match=r"broken\.zip is no package"):
        built(plugin, next(folder), str(tmp_path / "broken.zip"))


def test_what_is_deployed_is_built_of_its_commit_and_is_what_is_deployed(plugin: Repository, tmp_path: Path) -> None:
    folder = folders(tmp_path)
    first = committed(plugin, index=FIRST)
    content = plugin.packaged().document["contentHash"]
    committed(plugin, index=SECOND)
    live = {"live": True, "version": 4, "commit": first[:12], "clean": True, "contentHash": content}

    pair = built(plugin, next(folder), "deployed", [{"live": False}, live])

    assert (pair.old.what, pair.old.commit) == ("version 4, which is deployed", first)
    for change, message in (
        ({"contentHash": "0" * 64}, "is not what is deployed as version 4"),
        ({"clean": False}, "with changes that were not committed"),
        ({"commit": "0" * 40}, "which this clone does not have"),
        ({"commit": None}, "Nothing says which commit version 4 has"),
        ({"live": False}, "No version is deployed"),
    ):
        with pytest.raises(OperationFailed, match=message):
            built(plugin, next(folder), "deployed", [live | change])


def test_each_code_has_its_own_dependencies_and_settings(plugin: Repository, tmp_path: Path) -> None:
    make_wheel(plugin.wheels, "helper", {"helper.py": "VALUE = 1\n"})
    plugin.needs("helper==1.0")
    first = committed(plugin, index=FIRST)
    make_wheel(plugin.wheels, "helper", {"helper.py": "VALUE = 2\n"}, version="2.0")
    plugin.needs("helper==2.0")
    folder = tmp_path / "codes"
    folder.mkdir()

    with building_pair(Plugin.load(plugin.root), first[:8], lambda: [], folder) as pair:
        assert (pair.old.what, pair.reason) == (f"the commit {first[:12]}", "")
        values = [(code.plugin.root / "helper.py").read_text() for code in (pair.old, pair.new)]

    assert values == ["VALUE = 1\n", "VALUE = 2\n"]
    assert git(plugin.root, "worktree", "list").count("\n") == 0


@pytest.mark.matrix
def test_libraries_of_another_machine_are_refused(
    plugin: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel(plugin.wheels, "native", {"native.so": library()})
    plugin.needs("native")
    committed(plugin, index=FIRST)
    plugin.write("index.py", SECOND)
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    folder = tmp_path / "codes"
    folder.mkdir()

    with pytest.raises(OperationFailed, match="has libraries for x86_64 Linux, and this machine is arm64"):
        built(plugin, folder)
