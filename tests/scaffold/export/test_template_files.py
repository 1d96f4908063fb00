from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.export.template_files import write_files


def test_what_was_made_here_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "new" / "a.tf"
    write_files({file: "one\n"}, force=False)

    assert write_files({file: "two\n"}, force=False) == [file]
    assert file.read_text().startswith("# Made by biot-plugin export")
    assert file.read_text().endswith("\ntwo\n")


def test_what_somebody_else_has_written_is_replaced_by_force_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "b.tf"
    theirs.write_text("theirs")

    with pytest.raises(OperationFailed, match="--force"):
        write_files({tmp_path / "a.tf": "x", theirs: "x"}, force=False)
    assert [path.name for path in tmp_path.iterdir()] == ["b.tf"]
    assert theirs.read_text() == "theirs"

    write_files({theirs: "ours"}, force=True)
    assert theirs.read_text().endswith("ours")


def test_a_folder_in_the_way_is_said(tmp_path: Path) -> None:
    with pytest.raises(OperationFailed):
        write_files({tmp_path: "x"}, force=False)
