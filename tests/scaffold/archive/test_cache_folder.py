"""Private folders for unfinished work, which end with the process that made them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from biot_plugin_cli.archive.cache_folder import cache_folder, scratch_folder
from biot_plugin_cli.errors import OperationFailed

USE = """
import sys
from pathlib import Path
from biot_plugin_cli.archive.cache_folder import scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "unfinished").touch()
    print(folder, flush=True)
    sys.stdin.readline()
"""


def test_what_a_killed_process_left_is_deleted_and_what_others_use_is_not(tmp_path: Path) -> None:
    command = [sys.executable, "-c", USE, str(tmp_path)]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    killed, running = ((process, Path(process.stdout.readline().strip())) for process in processes if process.stdout)
    killed[0].kill()
    killed[0].communicate()

    with scratch_folder(tmp_path) as folder:
        assert folder.is_dir()
        assert not killed[1].exists()
        assert (running[1] / "unfinished").exists()

    running[0].communicate("\n")
    assert [*cache_folder(tmp_path, "scratch").iterdir()] == []


def test_it_is_deleted_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), scratch_folder(tmp_path) as folder:
        (folder / "deep" / "er").mkdir(parents=True)
        _ = 1 / 0

    assert [*folder.parent.iterdir()] == []


def test_where_it_cannot_be(tmp_path: Path) -> None:
    (tmp_path / ".cache").touch()

    with pytest.raises(OperationFailed, match=r"Cannot write .*: make it writable"), scratch_folder(tmp_path):
        pytest.fail("not reached")
