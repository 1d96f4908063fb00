"""A package that is there already is not built again, and any other is built as if there were none."""

from __future__ import annotations

import os
import shutil
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.git.runner import initialise
from biot_plugin_cli.package import remembered
from tests.scaffold.packages import INDEX, Packaged, Repository, make_wheel
from tests.scaffold.support import started_programs

pytestmark = pytest.mark.slow

Commit = Callable[[Path, str], str]
_BUILT = "Adding the source files"


@pytest.fixture
def packaged(plugin: Repository) -> Repository:
    """A plugin that is packaged."""
    plugin.write("helper.py", "X = 1\n")
    assert _BUILT in plugin.packaged().said
    return plugin


def _written(package: Packaged) -> list[tuple[int, bytes]]:
    files = (package.path, Path(package.document["sbom"]))
    return [(file.stat().st_ino, file.read_bytes()) for file in files]


def _contents(package: Packaged) -> list[bytes]:
    return [content for _, content in _written(package)]


def _is_as_from_scratch(repository: Repository, package: Packaged) -> bool:
    """Whether a package is what a build makes that has nothing from before."""
    made, document = _contents(package), package.document
    shutil.rmtree(repository.root / ".cache")
    shutil.rmtree(repository.root / "dist")
    again = repository.packaged()
    return _BUILT in again.said and (_contents(again), again.document) == (made, document)


def test_the_same_is_not_built_again(packaged: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    first = packaged.packaged("--report")
    before = _written(first)
    started = started_programs(monkeypatch)
    again = packaged.packaged("--report")
    assert _BUILT not in again.said
    assert again.document == first.document
    assert _written(again) == before
    programs = [line.split()[0] for line in started]
    assert (programs.count("git"), programs.count("uv"), len(programs)) == (2, 1, 3)
    assert _is_as_from_scratch(packaged, packaged.packaged())


def test_nothing_that_builds_is_loaded_for_it(packaged: Repository, in_process: Callable[[str], str]) -> None:
    said = in_process("""
import sys
from biot_plugin_cli.program import main
sys.argv = ["biot-plugin", "package"]
try:
    main()
except SystemExit as end:
    print("CODE", end.code)
    print("LOADED", *sorted(sys.modules))
""")
    loaded = {*said.rpartition("LOADED")[2].split()}
    assert "CODE 0" in said
    assert set() == loaded & {"biot_plugin_cli.package.assembly", "packaging", "email", "urllib.request", "csv", "rich"}
    assert set() == loaded & {"biot_plugin_cli.package.contents", "zipfile"}


def test_no_dataclass_is_made_for_it(packaged: Repository, dataclasses_made: Callable[[str], set[str]]) -> None:
    assert (
        dataclasses_made("""
import sys
from biot_plugin_cli.program import main
sys.argv = ["biot-plugin", "package"]
main()
""")
        == set()
    )


def test_what_reads_metadata_is_not_loaded_where_own_files_have_changed(
    packaged: Repository, in_process: Callable[[str], str]
) -> None:
    packaged.write("helper.py", "X = 2\n")
    said = in_process("""
import atexit, sys
atexit.register(lambda: print("LOADED", *sorted(sys.modules)))
from biot_plugin_cli.program import main
sys.argv = ["biot-plugin", "package"]
main()
""")
    loaded = {*said.rpartition("LOADED")[2].split()}
    assert "biot_plugin_cli.package.assembly" in loaded
    assert set() == loaded & {"importlib.metadata", "email", "socket", "biot_plugin_cli.dependencies.pruning"}


def _edit_unnoticed(repository: Repository) -> None:
    """Change a file to another one of the same size and time."""
    file = repository.root / "helper.py"
    before = file.stat()
    file.write_text("X = 2\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def _edit_manifest(repository: Repository) -> None:
    manifest = repository.root / "pyproject.toml"
    manifest.write_text(manifest.read_text().replace("version = 1\n", "version = 7\n"))


def _edit_lock(repository: Repository) -> None:
    lock = repository.root / "uv.lock"
    lock.write_text(f"{lock.read_text()}\n# {os.getpid()}\n")


@pytest.mark.parametrize(
    "change",
    [
        _edit_unnoticed,
        lambda repository: (repository.root / "helper.py").chmod(0o755),
        lambda repository: (repository.root / "helper.py").unlink(),
        lambda repository: (repository.root / "helper.py").rename(repository.root / "other.py"),
        lambda repository: repository.write("another.py"),
        _edit_manifest,
        _edit_lock,
        lambda repository: repository.needs("pure"),
        lambda repository: (repository.root / "dist" / "demo.zip").unlink(),
        lambda repository: repository.write("dist/demo.zip", b"damaged"),
        lambda repository: (repository.root / "dist" / "demo.cdx.json").unlink(),
        lambda repository: repository.write("dist/demo.cdx.json", "{}"),
        lambda repository: repository.write(".cache/biot-plugin/packages/last.json", "{}"),
        lambda repository: repository.write(".cache/biot-plugin/packages/last.json", "["),
        lambda repository: shutil.rmtree(repository.root / ".cache"),
        lambda repository: initialise(repository.root),
    ],
    ids=[
        *("unnoticed", "mode", "removed", "renamed", "new", "manifest", "lock", "dependency", "no zip", "damaged zip"),
        *("no bill", "damaged bill", "empty record", "damaged record", "no cache", "repository"),
    ],
)
def test_any_change_is_built(packaged: Repository, change: Callable[[Repository], object]) -> None:
    make_wheel(packaged.wheels, "pure")
    change(packaged)
    package = packaged.packaged()
    assert _BUILT in package.said
    assert _is_as_from_scratch(packaged, package)


def test_another_commit_of_the_same_files_has_another_bill(packaged: Repository, commit: Commit) -> None:
    initialise(packaged.root)
    packaged.write(".gitignore", "dist/\n")
    for message in ("x", "y"):
        packaged.write("notes.md", message)
        head = commit(packaged.root, message)
        package = packaged.packaged()
        assert _BUILT in package.said
        assert package.document["commit"] == head
        assert head.encode() in _contents(package)[1]
    assert _BUILT not in packaged.packaged().said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("_own_state", lambda: ([("main.py", 1, 2)], [])),
        ("interpreter_build", lambda python: "another"),
        ("zlib", type("zlib", (), {"ZLIB_RUNTIME_VERSION": f"{zlib.ZLIB_RUNTIME_VERSION}.1"})),
        ("package_sources", lambda workspace, root: {"no-index": False}),
    ],
)
def test_another_tool_builds_it(packaged: Repository, monkeypatch: pytest.MonkeyPatch, name: str, value: Any) -> None:
    monkeypatch.setattr(remembered, name, value)
    assert _BUILT in packaged.packaged().said
    assert _BUILT not in packaged.packaged().said


def test_every_module_of_this_program_counts() -> None:
    files = [name for name, _, _ in remembered._own_files(remembered._OWN)]
    assert {str(Path(module.__file__ or "")) for module in (remembered, sys.modules["biot_plugin_cli.errors"])} <= {
        *files
    }
    assert len(files) == len({*files}) > 300
    assert {name.partition("-")[0] for name in remembered._distributions()} >= {"biot_plugin_cli", "packaging"}


def test_no_folder_of_bytecode_is_searched_for_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []
    scandir = os.scandir

    def noticed(folder: Any) -> Any:
        searched.append(Path(folder).name)
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", noticed)
    assert [*remembered._own_files(remembered._OWN)]
    assert len(searched) > 50
    assert "__pycache__" not in searched


def test_another_place_is_built(packaged: Repository, tmp_path: Path) -> None:
    assert _BUILT in packaged.packaged("-o", tmp_path / "my.zip").said
    assert _BUILT not in packaged.packaged("-o", tmp_path / "my.zip").said
    assert _BUILT in packaged.packaged().said


def test_a_wheel_whose_hash_nothing_records_is_looked_at(plugin: Repository) -> None:
    make_wheel(plugin.wheels, "pure")
    plugin.needs("pure")
    assert "sha256" not in (plugin.root / "uv.lock").read_text()
    for text in ("VALUE = 1\n", "VALUE = 2\n"):
        make_wheel(plugin.wheels, "pure", {"pure.py": text})
        package = plugin.packaged()
        assert _BUILT in package.said
        assert package.read("pure.py").decode() == text


def test_a_lock_that_went_out_of_date_is_refused(packaged: Repository) -> None:
    before = (packaged.root / "dist" / "demo.zip").read_bytes()
    manifest = packaged.root / "pyproject.toml"
    manifest.write_text(manifest.read_text().replace("dependencies = []", 'dependencies = ["pure"]'))
    refused = packaged.package()
    assert refused.exit_code != 0
    assert "run uv lock" in refused.err
    assert (packaged.root / "dist" / "demo.zip").read_bytes() == before


def test_what_cannot_be_built_leaves_the_package_before(packaged: Repository) -> None:
    before = _written(packaged.packaged())
    packaged.write("index.py", "x = (\n")
    assert packaged.package().exit_code != 0
    packaged.write("index.py", INDEX.replace("200", "201"))
    packaged.write("index.py", "x = (\n")
    assert packaged.package().exit_code != 0
    shutil.copy(packaged.root / "dist" / "demo.zip", packaged.root.parent / "copy.zip")
    assert (packaged.root.parent / "copy.zip").read_bytes() == before[0][1]
