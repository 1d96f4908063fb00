"""Locks between processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from biot_plugin_cli.archive.file_locks import hold, try_hold
from biot_plugin_cli.errors import OperationFailed

TRY = """
import sys
from pathlib import Path
from biot_plugin_cli.archive.file_locks import hold, try_hold
with try_hold(Path(sys.argv[1])) as is_held:
    print(is_held)
"""
HOLD = """
import sys
from pathlib import Path
from biot_plugin_cli.archive.file_locks import hold
with hold(Path(sys.argv[1]), waiting=lambda: print("waiting", flush=True)):
    print("held", flush=True)
    sys.stdin.readline()
"""


def held_elsewhere(path: Path) -> bool:
    return subprocess.run([sys.executable, "-c", TRY, path], capture_output=True, text=True).stdout == "False\n"


def test_one_process_holds_it_or_many_share_it(tmp_path: Path) -> None:
    lock = tmp_path / "lock"

    with hold(lock):
        assert held_elsewhere(lock)
    assert not held_elsewhere(lock)
    with hold(lock, shared=True), hold(lock, shared=True):
        assert held_elsewhere(lock)
        with try_hold(lock) as is_held:
            assert not is_held


def test_it_ends_with_its_process_however_that_ends(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        with try_hold(lock) as is_held:
            assert not is_held
        process.kill()
        process.wait()
        with hold(lock):
            assert held_elsewhere(lock)


def test_it_waits_and_holds_a_file_that_was_deleted_meanwhile(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with hold(lock):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        assert process.stdout.readline() == "waiting\n"
        lock.unlink()
    with process:
        assert process.stdout.readline() == "held\n"
        assert lock.exists()
        with try_hold(lock) as is_held:
            assert not is_held
        process.communicate("\n")


def test_where_it_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(OperationFailed, match=r"Cannot lock .*: make it writable"), hold(tmp_path / "missing" / "lock"):
        pytest.fail("not reached")
    with pytest.raises(OperationFailed, match=r"Cannot lock .*: make it writable"), hold(tmp_path):
        pytest.fail("not reached")
