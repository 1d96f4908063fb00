"""Data of a process that was killed while it wrote it does not cost the data of all others."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from coverage import CoverageData

from tests.coverage_data import UNREADABLE, main

CODE = "/anywhere/code.py"


def write(file: Path, *, arcs: int = 3) -> None:
    data = CoverageData(str(file))
    data.add_arcs({CODE: [(line, line + 1) for line in range(arcs)]})
    data.close()


def without_table(file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("DROP TABLE arc")
    database.close()


def overwrite(file: Path, start: int) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:start] + bytes(len(content) - start))


BROKEN: dict[str, Callable[[Path], object]] = {
    "no database": lambda file: file.write_bytes(b"half a line"),
    "the first page only": lambda file: file.write_bytes(file.read_bytes()[:4096]),
    "half of it": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "nothing": lambda file: file.write_bytes(b""),
    "pages without content": lambda file: overwrite(file, 4096),
    "no table yet": without_table,
}


def arcs_in(file: Path) -> list[tuple[int, int]]:
    data = CoverageData(str(file))
    data.read()
    arcs = data.arcs(CODE)
    data.close()
    return sorted(arcs or [])


def combine(folder: Path) -> None:
    """Combine as `make coverage` does; a warning is an error here."""
    # In a process of its own: another instance here would have this process write no data of the tests themselves.
    command = [sys.executable, "-m", "coverage", "combine", "--quiet", "--data-file=data"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("damage", BROKEN)
def test_what_cannot_be_read_costs_nothing_but_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    for name in ("data.1", "data.3"):
        write(tmp_path / name)
    write(tmp_path / "data.2", arcs=4000)
    BROKEN[damage](tmp_path / "data.2")

    main(tmp_path)

    assert capsys.readouterr().err == (
        "1 of 3 data files cannot be read and do not count: their processes were killed while they wrote them. "
        f"They are in {tmp_path / UNREADABLE}\n"
    )
    assert [file.name for file in (tmp_path / UNREADABLE).iterdir()] == ["data.2"]
    combine(tmp_path)
    assert arcs_in(tmp_path / "data") == [(0, 1), (1, 2), (2, 3)]


def test_nothing_is_said_where_everything_can_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("data.1", "data.2"):
        write(tmp_path / name)

    main(tmp_path)

    assert capsys.readouterr() == ("", "")
    combine(tmp_path)
    assert arcs_in(tmp_path / "data") == [(0, 1), (1, 2), (2, 3)]
