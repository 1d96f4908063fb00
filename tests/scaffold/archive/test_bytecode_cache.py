from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from biot_plugin_cli.archive import bytecode
from biot_plugin_cli.archive.bytecode import SyntaxProblem, compile_entries
from biot_plugin_cli.archive.bytecode_cache import compile_changed
from biot_plugin_cli.archive.zip_file import Entry
from tests.scaffold.support import started_programs

OWN = Path(sys.executable)
ENTRIES = [Entry("index.py", b"X = 1"), Entry("a/b.c.py", b"Y = {'a', 'b'}"), Entry("a/data.json", b"{}")]


def _changed(content: bytes) -> list[Entry]:
    return [Entry("index.py", content), *ENTRIES[1:]]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A file that has the bytecode of all entries."""
    compile_changed(OWN, ENTRIES, tmp_path / "sources")
    return tmp_path / "sources"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are compiled from now on."""
    names: list[str] = []
    compile_share = bytecode._compile_share

    def note(python: Path, place: str, sources: dict[str, bytes]) -> bytecode._Compiled:
        names.extend(sources)
        return compile_share(python, place, sources)

    monkeypatch.setattr(bytecode, "_compile_share", note)
    return names


def _same(entries: list[Entry], cache: Path) -> bool:
    made = compile_changed(OWN, entries, cache)
    return sorted(made, key=str) == sorted(compile_entries(OWN, entries), key=str)


def test_where_nothing_has_changed_no_process_is_started(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache.stat()
    started = started_programs(monkeypatch)
    assert {entry.name for entry in compile_changed(OWN, ENTRIES, cache)} == {
        f"__pycache__/index.{sys.implementation.cache_tag}.pyc",
        f"a/__pycache__/b.c.{sys.implementation.cache_tag}.pyc",
    }
    assert started == []
    assert cache.stat() == before


def test_a_file_that_has_changed_is_compiled_alone(cache: Path, compiled: list[str]) -> None:
    compile_changed(OWN, _changed(b"X = 2"), cache)
    compile_changed(OWN, _changed(b"X = 2"), cache)
    assert compiled == ["index.py"]


def test_it_is_what_all_of_it_compiles_to(cache: Path) -> None:
    assert _same(ENTRIES, cache)
    assert _same(_changed(b"X = 2"), cache)
    assert _same(ENTRIES[1:], cache)
    assert _same([Entry("moved.py", b"X = 1"), Entry("index.py", b"Y = {'a', 'b'}")], cache)
    assert _same(ENTRIES, cache)


def test_what_is_gone_is_not_stored(cache: Path, compiled: list[str]) -> None:
    compile_changed(OWN, ENTRIES[1:], cache)
    compile_changed(OWN, ENTRIES, cache)
    assert compiled == ["index.py"]


@pytest.mark.parametrize("other", ["interpreter_build", "compiler_sha256", "LAMBDA_ROOT"])
def test_another_compiler_compiles_all(
    cache: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    value = f"{sys.implementation.cache_tag} another"
    module = "biot_plugin_cli.archive.bytecode_cache"
    monkeypatch.setattr(f"{module}.{other}", value if other == "LAMBDA_ROOT" else lambda *_: value)
    compile_changed(OWN, ENTRIES, cache)
    assert sorted(compiled) == ["a/b.c.py", "index.py"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:40],
        lambda content: content[:-1],
        lambda content: content[:-5] + b"12345",
        lambda content: b"\0" * len(content),
    ],
    ids=["empty", "short", "cut", "changed", "zeros"],
)
def test_a_damaged_file_is_replaced(cache: Path, compiled: list[str], damage: Callable[[bytes], bytes]) -> None:
    cache.write_bytes(damage(cache.read_bytes()))
    assert _same(ENTRIES, cache)
    compiled.clear()
    assert len(compile_changed(OWN, ENTRIES, cache)) == 2
    assert compiled == []


def test_where_nothing_can_be_stored_all_is_compiled(tmp_path: Path, compiled: list[str]) -> None:
    for _ in range(2):
        assert len(compile_changed(OWN, ENTRIES, tmp_path / "none" / "sources")) == 2
    assert len(compiled) == 4


def test_a_file_that_is_not_valid_changes_nothing(cache: Path) -> None:
    before = cache.read_bytes()
    with pytest.raises(SyntaxProblem, match="line 1"):
        compile_changed(OWN, _changed(b"x = ("), cache)
    assert cache.read_bytes() == before
