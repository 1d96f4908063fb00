from __future__ import annotations

import os
from pathlib import Path

import pytest

from biot_plugin_cli.dev.snapshots import Snapshots
from biot_plugin_cli.errors import OperationFailed


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "plugin"
    for name in ("index.py", "hooks/one.py", "data/table.csv", ".env", ".git/config", "__pycache__/index.pyc",
                 ".venv/bin/python", "build/old.zip", "hooks/build/kept.py"):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_copy_has_the_plugins_own_files_and_its_environment(root: Path) -> None:
    with Snapshots(root) as snapshots:
        copy = snapshots.take()
        assert files(copy) == [".env", "data/table.csv", "hooks/build/kept.py", "hooks/one.py", "index.py"]
        assert (copy / ".venv").resolve() == root / ".venv"


def test_a_copy_stays_what_it_was(root: Path) -> None:
    with Snapshots(root) as snapshots:
        first = snapshots.take()
        (root / "index.py").write_text("changed")
        second = snapshots.take()
        assert [(copy / "index.py").read_text() for copy in (first, second)] == ["index.py", "changed"]
        snapshots.keep(second)
        assert not first.exists()
        assert second.exists()
        assert (root / ".venv" / "bin" / "python").exists()
    assert not second.exists()


def test_a_file_that_cannot_be_copied_is_one_sentence_and_leaves_no_half_of_a_copy(root: Path) -> None:
    os.mkfifo(root / "pipe")
    with Snapshots(root) as snapshots:
        with pytest.raises(OperationFailed, match=r"The plugin's files cannot be copied: .*pipe.* is a named pipe"):
            snapshots.take()
        (root / "pipe").unlink()
        assert [path.name for path in snapshots.take().parent.iterdir()] == ["2"]


def test_a_text_names_the_files_of_the_plugins_folder(root: Path) -> None:
    with Snapshots(root) as snapshots:
        copy = snapshots.take()
        assert snapshots.original(f'File "{copy}/index.py", line 4') == f'File "{root}/index.py", line 4'
