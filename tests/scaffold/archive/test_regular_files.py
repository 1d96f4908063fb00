"""Files that are something else, or change while they are read."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from biot_plugin_cli.archive.regular_files import hash_file, read_file
from biot_plugin_cli.errors import OperationFailed


def test_a_regular_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"content")
    assert read_file(file) == (b"content", False)
    file.chmod(0o755)
    assert read_file(file) == (b"content", True)
    assert hash_file(file) == hashlib.sha256(b"content").hexdigest()


def _socket(path: Path) -> None:
    os.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path.name)


@pytest.mark.parametrize(
    ("make", "kind"), [(os.mkfifo, "a named pipe"), (_socket, "a socket"), (Path.mkdir, "a folder")]
)
def test_what_is_none_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None], kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "file"
    make(file)

    for read in (read_file, hash_file):
        with pytest.raises(OperationFailed, match=f"is {kind}, which cannot be packaged: remove it"):
            read(file)


def test_a_device() -> None:
    with pytest.raises(OperationFailed, match="is a device"):
        read_file(Path("/dev/zero"))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no file here has more than its size says")
def test_one_that_has_more_than_it_had() -> None:
    with pytest.raises(OperationFailed, match="was changed while it was packaged: try again"):
        read_file(Path("/proc/self/status"))


def test_one_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(OperationFailed, match="was changed while it was packaged: try again"):
        read_file(tmp_path / "gone")


def test_one_that_becomes_another_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"before")
    opened = os.open

    def replacing(path: Path, flags: int) -> int:
        file.unlink()
        os.mkfifo(file)
        return opened(path, flags)

    monkeypatch.setattr(os, "open", replacing)
    with pytest.raises(OperationFailed, match="was changed while it was packaged: try again"):
        read_file(file)
