"""The folder that evidence is written to."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.evidence.folder import require_writable, write_folder
from tests.scaffold.evidence.test_collection import contents


def write(folder: Path) -> None:
    write_folder(folder, {"a.txt": b"new"}, b"{}", None)


def test_a_new_or_empty_folder_and_one_of_our_own_are_written(folder: Path, tmp_path: Path) -> None:
    for output in (tmp_path / "new" / "deep", tmp_path / "empty", folder):
        if output.name == "empty":
            output.mkdir()
        write(output)
        assert contents(output) == {"a.txt": b"new", "evidence.json": b"{}"}
    assert not list(tmp_path.glob(".evidence-*"))


@pytest.mark.parametrize("kind", ["foreign", "added", "hidden", "link", "file", "in a link"])
def test_what_somebody_else_has_made_is_left_alone(folder: Path, tmp_path: Path, kind: str) -> None:
    target = folder
    if kind == "foreign":
        target = tmp_path / "mine"
        target.mkdir()
        (target / "thesis.txt").write_text("years of work")
    elif kind == "added":
        (folder / "inputs" / "signed-scan.pdf").write_text("scan")
    elif kind == "hidden":
        (folder / ".note").write_text("note")
    elif kind == "link":
        target = tmp_path / "link"
        target.symlink_to(folder)
    elif kind == "in a link":
        (folder / "elsewhere").symlink_to(tmp_path)
    else:
        target = folder / "index.html"
    before = contents(tmp_path)
    with pytest.raises(OperationFailed, match="choose another"):
        require_writable(target)
    with pytest.raises(OperationFailed, match="choose another"):
        write(target)
    assert contents(tmp_path) == before


def test_a_signature_that_fails_leaves_all_as_it_was(folder: Path, tmp_path: Path) -> None:
    def fail(_: bytes) -> NoReturn:
        raise OperationFailed("no key")

    before = contents(tmp_path)
    for output in (folder, tmp_path / "new"):
        with pytest.raises(OperationFailed, match="no key"):
            write_folder(output, {"a.txt": b"new"}, b"{}", fail)
    assert contents(tmp_path) == before


def test_a_folder_that_cannot_be_written_is_said_to_be_one(folder: Path) -> None:
    with pytest.raises(OperationFailed, match="Cannot write"):
        write(folder / "index.html" / "below")
