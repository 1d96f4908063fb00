from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.terminal.scratch import scratch_folder, temporary_folder
from tests.scaffold.support import entries


def _killed_within(parent: Path) -> None:
    child = os.fork()
    if not child:
        try:
            with scratch_folder(parent, ".x-") as folder:
                (folder / "deep").mkdir()
                (folder / "deep" / "file").write_text("x")
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_nothing_is_left(tmp_path: Path) -> None:
    with scratch_folder(tmp_path, ".x-") as folder:
        (folder / "file").write_text("x")
        assert folder.parent == tmp_path

    assert entries(tmp_path) == []


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_after_an_error(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), scratch_folder(tmp_path, ".x-"):
        raise error

    assert entries(tmp_path) == []


def test_the_folder_of_a_killed_process_is_deleted_by_the_next(tmp_path: Path) -> None:
    _killed_within(tmp_path)
    assert len(entries(tmp_path)) == 1

    with scratch_folder(tmp_path, ".x-") as folder:
        assert entries(tmp_path) == [folder.name]


def test_folders_of_running_processes_and_of_others_stay(tmp_path: Path) -> None:
    (tmp_path / ".x-mine").mkdir()
    (tmp_path / ".x-mine.scratch.txt").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_text("x")
    (tmp_path / ".x-abcdefgh.scratch").symlink_to(tmp_path / "elsewhere")
    before = entries(tmp_path)

    with scratch_folder(tmp_path, ".x-") as first, scratch_folder(tmp_path, ".x-") as second:
        assert entries(tmp_path) == sorted([*before, first.name, second.name])

    assert entries(tmp_path) == before
    assert (tmp_path / "elsewhere" / "file").exists()


def test_temporary_files_are_where_the_system_has_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    with temporary_folder("x-") as folder:
        assert folder.parent == tmp_path


def test_no_place_for_temporary_files_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))

    with pytest.raises(OperationFailed, match="set TMPDIR"), temporary_folder("x-"):
        pass
