"""All files or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.additions.file_changes import ChangedFile, write_all
from biot_plugin_cli.errors import OperationFailed
from tests.scaffold.upgrades import files_of


@pytest.fixture
def changed(tmp_path: Path) -> ChangedFile:
    (tmp_path / "index.py").write_text("old")
    (tmp_path / "index.py").chmod(0o640)
    return ChangedFile(tmp_path / "index.py", b"old", b"new")


def test_all_are_written_and_modes_stay(tmp_path: Path, changed: ChangedFile) -> None:
    write_all({tmp_path / "a" / "x": "1", tmp_path / "y": "2"}, changed)
    assert files_of(tmp_path) == {"a/x": b"1", "index.py": b"new", "y": b"2"}
    assert changed.path.stat().st_mode & 0o777 == 0o640


def test_what_appeared_meanwhile_stays(tmp_path: Path, changed: ChangedFile) -> None:
    (tmp_path / "y").write_text("theirs")
    with pytest.raises(OperationFailed, match="already exists"):
        write_all({tmp_path / "a" / "x": "1", tmp_path / "y": "2"}, changed)
    assert files_of(tmp_path) == {"index.py": b"old", "y": b"theirs"}
    assert not (tmp_path / "a").exists()


def test_an_entry_point_that_was_changed_meanwhile_stays(tmp_path: Path, changed: ChangedFile) -> None:
    changed.path.write_text("edited")
    with pytest.raises(OperationFailed, match="was changed meanwhile: try again"):
        write_all({tmp_path / "x": "1"}, changed)
    assert files_of(tmp_path) == {"index.py": b"edited"}


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interruption_takes_back_what_was_written(
    tmp_path: Path, changed: ChangedFile, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises((KeyboardInterrupt, OperationFailed)):
        write_all({tmp_path / "a" / "x": "1"}, changed)
    assert files_of(tmp_path) == {"index.py": b"old"}
    assert not (tmp_path / "a").exists()


def test_what_is_no_folder_is_named(tmp_path: Path, changed: ChangedFile) -> None:
    (tmp_path / "a").write_text("mine")
    with pytest.raises(OperationFailed, match="Not a directory"):
        write_all({tmp_path / "a" / "x": "1"}, changed)
    assert files_of(tmp_path) == {"a": b"mine", "index.py": b"old"}
