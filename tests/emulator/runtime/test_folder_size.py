from __future__ import annotations

import os
import sys
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from biot_emulator.runtime.folder_size import FolderSize

#: Longer than it takes until two changes have different times.
SETTLED = 0.12


def listings(size: FolderSize, times: int) -> int:
    """How many folders are listed while a size is measured."""
    calls = Counter[str]()

    def count(frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call":
            calls[function.__name__] += 1

    sys.setprofile(count)
    for _ in range(times):
        size.measure()
    sys.setprofile(None)
    return calls["scandir"]


def test_all_files_below_a_folder_are_added_up(tmp_path: Path) -> None:
    size = FolderSize(tmp_path)
    assert size.measure() == 0
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "first").write_bytes(b"x" * 1000)
    (tmp_path / "second").write_bytes(b"x" * 234)
    (tmp_path / "link").symlink_to(tmp_path / "second")
    assert size.measure() - os.lstat(tmp_path / "link").st_size == 1234
    (tmp_path / "second").write_bytes(b"x" * 34)
    (tmp_path / "link").unlink()
    assert size.measure() == 1034


def test_a_folder_that_stays_empty_is_listed_once(tmp_path: Path) -> None:
    size = FolderSize(tmp_path)
    time.sleep(SETTLED)
    assert (listings(size, 1), listings(size, 100)) == (1, 0)


def test_a_folder_that_was_just_emptied_is_listed_again(tmp_path: Path) -> None:
    """What comes into it at once may leave it with the same time."""
    size = FolderSize(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "file").unlink()
    changed = tmp_path.stat().st_ctime_ns
    listed = listings(size, 3)
    # On a machine that is busy enough, that is long ago.
    assert listed == 3 or time.time_ns() - changed > 0.1e9


def test_a_folder_whose_time_is_set_back_is_listed_again(tmp_path: Path) -> None:
    size = FolderSize(tmp_path)
    before = tmp_path.stat()
    time.sleep(SETTLED)
    assert size.measure() == 0
    (tmp_path / "hidden").write_bytes(b"x" * 10)
    os.utime(tmp_path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (tmp_path.stat().st_mtime_ns, size.measure()) == (before.st_mtime_ns, 10)


@pytest.mark.parametrize("name", ["file", "folder"])
def test_a_folder_with_anything_in_it_is_listed_each_time(tmp_path: Path, name: str) -> None:
    size = FolderSize(tmp_path)
    (tmp_path / name).mkdir() if name == "folder" else (tmp_path / name).touch()
    time.sleep(SETTLED)
    assert listings(size, 5) == (10 if name == "folder" else 5)
    (tmp_path / name / "inner").write_bytes(b"xyz") if name == "folder" else (tmp_path / name).write_bytes(b"xyz")
    assert size.measure() == 3


def test_a_folder_that_is_gone_has_nothing(tmp_path: Path) -> None:
    assert FolderSize(tmp_path / "gone").measure() == 0
