"""What `dev` leaves while it runs."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.plugin.running_emulator import RunningEmulator, announced, read_running

FIRST = RunningEmulator("http://127.0.0.1:1", "id", "secret")
SECOND = RunningEmulator("http://127.0.0.1:2", "id", "other")


def test_only_its_owner_can_read_it_and_git_ignores_it(tmp_path: Path) -> None:
    with announced(tmp_path) as announce:
        assert read_running(tmp_path) is None
        announce(FIRST)
        announce(FIRST)
        assert read_running(tmp_path) == FIRST
        file = tmp_path / ".biot-plugin" / "emulator.json"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert (tmp_path / ".biot-plugin" / ".gitignore").read_text() == "*\n"
        announce(SECOND)
        assert read_running(tmp_path) == SECOND
    assert read_running(tmp_path) is None
    assert not (tmp_path / ".biot-plugin").exists()


def test_a_platform_that_is_kept_there_stays_and_is_ignored(tmp_path: Path) -> None:
    with announced(tmp_path) as announce:
        announce(FIRST)
        (tmp_path / ".biot-plugin" / "data").mkdir()
    assert {path.name for path in (tmp_path / ".biot-plugin").iterdir()} == {".gitignore", "data"}


def test_the_end_of_the_first_leaves_what_a_second_one_has_written(tmp_path: Path) -> None:
    with announced(tmp_path) as second:
        with announced(tmp_path) as first:
            first(FIRST)
            second(SECOND)
        assert read_running(tmp_path) == SECOND


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"url": 1}', "\udcff"])
def test_a_damaged_file_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / ".biot-plugin").mkdir()
    (tmp_path / ".biot-plugin" / "emulator.json").write_bytes(text.encode(errors="surrogateescape"))
    assert read_running(tmp_path) is None


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    (tmp_path / ".biot-plugin" / "emulator.json").mkdir(parents=True)
    with announced(tmp_path) as announce, pytest.raises(OperationFailed, match="Cannot write"):
        announce(FIRST)
