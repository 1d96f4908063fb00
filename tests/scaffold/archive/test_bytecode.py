from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from biot_plugin_cli.archive.bytecode import SyntaxProblem, compile_entries, compile_tree, interpreter_build
from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.errors import OperationFailed
from tests.scaffold.support import started_programs

OWN = Path(sys.executable)


def test_what_is_no_source_file_is_left_alone() -> None:
    entries = [Entry("a/index.py", b"x = 1"), Entry("a/data.json", b"{}"), Entry("b.pyc", b"")]
    (compiled,) = compile_entries(OWN, entries)
    assert compiled.name == f"a/__pycache__/index.{sys.implementation.cache_tag}.pyc"
    assert compile_entries(OWN, entries[1:]) == []


def test_a_tree_and_entries_are_compiled_alike(tmp_path: Path) -> None:
    sources = {f"p{number}/m.py": f"NAMES = {{'a', 'self', 'c{number}'}}\n".encode() for number in range(5)}
    for name, content in sources.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(content)
    compile_tree(OWN, tmp_path, 2)
    compiled = {entry.name: entry.content for entry in compile_entries(OWN, [Entry(*item) for item in sources.items()])}
    assert {str(file.relative_to(tmp_path)): file.read_bytes() for file in tmp_path.rglob("*.pyc")} == compiled


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"\nx = (\n", r"^a/index\.py, line 2: SyntaxError: '\(' was never closed$"),
        (b"# -*- coding: nonsense -*-\n", r"^a/index\.py(, line \d)?: SyntaxError: .*nonsense"),
        (b"x = '\xff'\n", r"^a/index\.py(, line 1)?: SyntaxError: .*utf-8"),
        (b"x = '\0'\n", r"^a/index\.py(, line \d)?: \w+Error: source code .* null bytes$"),
    ],
)
def test_the_first_file_that_is_not_valid_is_named_in_one_line(source: bytes, said: str) -> None:
    with pytest.raises(SyntaxProblem, match=said):
        compile_entries(OWN, [Entry("z.py", b"x = ("), Entry("a/index.py", source)])


def test_all_others_of_a_tree_are_compiled(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"m{number}.py").write_text("x = (" if number == 2 else "x = 1")
    with pytest.raises(SyntaxProblem, match=r"^m2\.py, line 1: "):
        compile_tree(OWN, tmp_path, 2)
    assert len([*tmp_path.rglob("*.pyc")]) == 3


def test_an_interpreter_that_does_not_run_is_named(tmp_path: Path) -> None:
    for python in (tmp_path / "none", shutil.which("false")):
        with pytest.raises((OperationFailed, SyntaxProblem)):
            compile_entries(Path(str(python)), [Entry("index.py", b"")])


def test_the_build_of_the_python_that_runs_this_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is what another process of it says, so that both compile to the same bytecode."""
    copy = tmp_path / "python"
    copy.write_text(f'#!/bin/sh\nexec {OWN} "$@"\n')
    copy.chmod(0o755)
    link = tmp_path / "link"
    link.symlink_to(OWN)
    asked = interpreter_build(copy)
    started = started_programs(monkeypatch)
    assert interpreter_build(link) == asked
    assert started == []


def test_a_plugin_is_compiled_by_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started = started_programs(monkeypatch)
    compile_entries(OWN, [Entry(f"m{number}.py", b"") for number in range(10)])
    assert started == [f"{OWN.name} -s -S compiler.py task"]
