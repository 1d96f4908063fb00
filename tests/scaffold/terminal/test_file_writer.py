from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.terminal.file_writer import write_atomically
from tests.scaffold.support import entries


def _killed_while_writing(file: Path) -> int:
    """Write a file in a process that is killed before it is complete, and give the process's id."""
    child = os.fork()
    if not child:
        Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign, assignment]
        try:
            write_atomically(file, b"incomplete")
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    return child


def test_a_killed_process_leaves_the_file_and_what_it_leaves_is_deleted_by_the_next(tmp_path: Path) -> None:
    file = tmp_path / "demo[1].zip"
    write_atomically(file, b"old")
    child = _killed_while_writing(file)
    assert (file.read_bytes(), entries(tmp_path)) == (b"old", [f".demo[1].zip.{child}", "demo[1].zip"])

    write_atomically(file, b"new")

    assert (file.read_bytes(), entries(tmp_path)) == (b"new", ["demo[1].zip"])


def test_what_others_write_stays(tmp_path: Path) -> None:
    others = [f".demo.zip.{os.getppid()}", ".demo.zip.bak", ".demo.zip.1a", ".other.zip.999999999"]
    for name in others:
        (tmp_path / name).write_text("x")

    write_atomically(tmp_path / "demo.zip", b"new")

    assert entries(tmp_path) == sorted([*others, "demo.zip"])


def test_an_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "demo.zip", b"new")

    assert entries(tmp_path) == []


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("/dev/null")
    for name in ("pipe", "folder", "link"):
        with pytest.raises(OperationFailed, match="is no file, and cannot be replaced by one"):
            write_atomically(tmp_path / name, b"content")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "link", "pipe"]
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("name", [".", "/", ".."])
def test_a_path_without_a_name_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OperationFailed, match="is no file, and cannot be replaced by one: choose another location"):
        write_atomically(Path(name), b"x")
    assert entries(tmp_path) == []
