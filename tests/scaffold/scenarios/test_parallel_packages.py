"""Many builds at once on one cache, as on a machine that builds for several branches."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scaffold.packages import INDEX, UV_CACHE, Repository, make_wheel
from tests.scaffold.support import program_file

pytestmark = pytest.mark.slow

PLUGINS = 5


@pytest.fixture
def plugins(tmp_path: Path) -> list[Repository]:
    """Plugins with a lock file each, and one cache, which has room for fewer archives."""
    (tmp_path / "cache").mkdir()
    made = []
    for number in range(PLUGINS):
        plugin = Repository(tmp_path / f"plugin{number}", lambda: pytest.fail("not used"))
        make_wheel(plugin.wheels, "thing", version=f"{number}.0")
        plugin.write("index.py", INDEX)
        (plugin.root / ".cache").symlink_to(tmp_path / "cache")
        made.append(plugin)
    for number, plugin in enumerate(made):
        plugin.needs(f"thing=={number}.0")
    return made


def start(plugin: Repository, output: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(program_file("biot-plugin")), "package", "--json", "-o", str(output)],
        cwd=plugin.root,
        env={**os.environ, "UV_CACHE_DIR": UV_CACHE},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_all_succeed_and_agree(plugins: list[Repository], tmp_path: Path) -> None:
    outputs: dict[int, set[str]] = {number: set() for number in range(PLUGINS)}
    # First each builds its own, and then all build that of one at the same time.
    for chosen in ([*range(PLUGINS), 0], [1] * PLUGINS):
        running = [start(plugins[number], tmp_path / f"{index}.zip") for index, number in enumerate(chosen)]
        for number, process in zip(chosen, running, strict=True):
            out, said = process.communicate()
            assert process.returncode == 0, said
            outputs[number].add(json.loads(out)["sha256"])

    assert [len(hashes) for hashes in outputs.values()] == [1] * PLUGINS
    cache = tmp_path / "cache" / "biot-plugin"
    assert len([path for path in (cache / "dependencies").iterdir() if path.is_dir()]) == 4
    assert [*(cache / "scratch").iterdir()] == []


def test_what_a_killed_build_leaves_is_taken_away(plugins: list[Repository], tmp_path: Path) -> None:
    plugin, scratch = plugins[0], tmp_path / "cache" / "biot-plugin" / "scratch"
    process = start(plugin, tmp_path / "killed.zip")
    for _ in _until(lambda: scratch.exists() and any(path.is_dir() for path in scratch.iterdir())):
        assert process.poll() is None
    process.kill()
    process.communicate()
    assert any(scratch.iterdir())

    process = start(plugin, tmp_path / "next.zip")
    _, said = process.communicate()

    assert process.returncode == 0, said
    assert [*scratch.iterdir()] == []
    assert not (tmp_path / "killed.zip").exists()


def _until(condition: object) -> Iterator[None]:
    assert callable(condition)
    while not condition():
        yield
        time.sleep(0.002)
