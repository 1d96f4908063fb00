from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.terminal.input_file import read_text


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no such device")
def test_a_device_without_an_end_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^/dev/zero is larger than 32 MB: choose another file$"):
        read_text(Path("/dev/zero"))


def test_a_pipe_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            assert size > 0, "everything would be read"
            return b"x" * size

    monkeypatch.setattr(sys, "stdin", type("Input", (), {"buffer": Endless()})())
    with pytest.raises(UsageError, match=r"^- is larger than 32 MB"):
        read_text(Path("-"))


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_bytes(b"\xef\xbb\xbf{}")
    assert read_text(tmp_path / "event.json") == "{}"
