"""`biot-plugin package` on small plugins whose dependencies are wheels made here: nothing is downloaded."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from biot_plugin_cli.archive import size_limits
from biot_plugin_cli.archive.bytecode import compile_tree
from biot_plugin_cli.archive.part_sizes import MEGABYTE
from biot_plugin_cli.git.runner import initialise
from tests.scaffold.packages import (
    AARCH64,
    INDEX,
    THIS,
    Packaged,
    Repository,
    library,
    make_wheel,
    path_without,
    run,
)
from tests.scaffold.support import program_file

pytestmark = pytest.mark.slow

NUMBER = THIS.removeprefix("python").replace(".", "")


@pytest.fixture
def dependent(repository: Repository) -> Repository:
    """A plugin that needs a pure distribution, and through it one with a native library."""
    extension = f"_fast.cpython-{NUMBER}-x86_64-linux-gnu.so"
    make_wheel(
        repository.wheels,
        "pure",
        {"pure/__init__.py": "import fast\n", "pure/stub.pyi": "", "pure/py.typed": "", "pure/data.txt": "1"},
        needs=["fast", "alien; sys_platform == 'win32'"],
        scripts={"pure-tool": "#!python\n"},
    )
    tag = f"cp{NUMBER}-cp{NUMBER}-manylinux2014_x86_64"
    make_wheel(repository.wheels, "fast", {"fast.py": "", extension: library()}, tag=tag, version="2.0")
    make_wheel(repository.wheels, "alien")
    repository.needs("pure")
    return repository


def test_own_files_and_dependencies_are_in_it(dependent: Repository) -> None:
    package = dependent.packaged()

    assert set(package.sources) == {
        *("index.py", "pure/__init__.py", "pure/py.typed", "pure/data.txt", "fast.py"),
        f"_fast.cpython-{NUMBER}-x86_64-linux-gnu.so",
        *(f"pure-1.0.dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD")),
        *(f"fast-2.0.dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD")),
    }
    tag = f"cpython-{NUMBER}.pyc"
    assert set(package.names) - set(package.sources) == {
        f"__pycache__/index.{tag}",
        f"__pycache__/fast.{tag}",
        f"pure/__pycache__/__init__.{tag}",
    }
    record = package.read("pure-1.0.dist-info/RECORD").decode().splitlines()
    assert {line.partition(",")[0] for line in record} == {name for name in package.sources if name.startswith("pure")}


def test_the_document_tells_the_truth(dependent: Repository) -> None:
    package = dependent.packaged("--report")

    content = package.path.read_bytes()
    assert package.path == dependent.root / "dist" / "demo.zip"
    assert package.document["sha256"] == hashlib.sha256(content).hexdigest()
    assert package.document["bytes"] == len(content)
    assert package.document["files"] == len(package.names)
    assert package.document["unpackedBytes"] == sum(entry.file_size for entry in package.entries)
    assert package.document["notes"] == []
    parts = {part["name"]: part for part in package.document["parts"]}
    assert {name: part["version"] for name, part in parts.items()} == {"pure": "1.0", "fast": "2.0", None: None}
    assert sum(part["unpackedBytes"] for part in parts.values()) == package.document["unpackedBytes"]
    assert parts[None]["files"] == 2


def test_people_see_sizes_limits_and_progress(dependent: Repository) -> None:
    done = dependent.package("--report")

    assert done.exit_code == 0
    assert "Installing 2 dependencies for Python" in done.err
    lines = done.out.splitlines()
    assert lines[0].split() == ["part", "version", "zipped", "unpacked", "share", "files"]
    assert any(line.startswith("source files") for line in lines)
    assert any(line.split() == ["limit", "50", "MB", "250", "MB"] for line in lines)
    assert "dist/demo.zip" in done.out
    assert "--report" not in dependent.package().out


def test_a_change_of_one_file_changes_that_file_alone(dependent: Repository) -> None:
    before = dependent.packaged()
    entries = {entry.filename: entry.CRC for entry in before.entries}
    dependent.write("index.py", INDEX.replace("200", "201"))

    after = dependent.packaged()

    assert "Installing" in before.said
    assert "Installing" not in after.said
    changed = {entry.filename for entry in after.entries if entries.get(entry.filename) != entry.CRC}
    assert changed == {"index.py", f"__pycache__/index.cpython-{NUMBER}.pyc"}
    assert after.document["contentHash"] != before.document["contentHash"]
    assert after.document["files"] == before.document["files"]


def test_another_lock_is_built_anew_and_the_former_one_is_still_there(dependent: Repository) -> None:
    first = dependent.packaged()
    dependent.needs()
    without = dependent.packaged().sources
    dependent.needs("pure")
    again = dependent.packaged()

    assert without == ["index.py"]
    assert again.document == first.document
    assert "Installing" not in again.said


def test_what_was_kept_and_damaged_is_built_anew(dependent: Repository) -> None:
    first = dependent.packaged()
    archive = next((dependent.root / ".cache").rglob("dependencies.zip"))
    archive.write_bytes(archive.read_bytes()[:-100])

    again = dependent.packaged()

    assert "Installing" in again.said
    assert again.document == first.document


def test_the_content_hash_is_that_of_what_runs(dependent: Repository) -> None:
    first = dependent.packaged()
    same = first.document["contentHash"]
    wheel = next(dependent.wheels.glob("pure*"))
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}

    dependent.write(
        "pyproject.toml", (dependent.root / "pyproject.toml").read_text().replace("version = 1\n", "version = 7\n")
    )
    assert dependent.packaged().document["contentHash"] == same

    files["pure-1.0.dist-info/WHEEL"] += b"Build: 1\n"
    _rewrite(wheel, files)
    rebuilt = dependent.packaged().document
    assert (rebuilt["contentHash"], rebuilt["sha256"] == first.document["sha256"]) == (same, False)

    (dependent.root / "index.py").chmod(0o755)
    assert dependent.packaged().document["contentHash"] != same
    (dependent.root / "index.py").chmod(0o644)
    assert dependent.packaged().document["contentHash"] == same

    files["pure/data.txt"] = b"2"
    _rewrite(wheel, files)
    assert dependent.packaged().document["contentHash"] != same


def _rewrite(wheel: Path, files: dict[str, bytes]) -> None:
    record = "pure-1.0.dist-info/RECORD"
    files = {name: content for name, content in files.items() if name != record}
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in {**files, record: "".join(f"{name},,\n" for name in files).encode()}.items():
            archive.writestr(name, content)


def test_the_bill_of_materials(dependent: Repository) -> None:
    package = dependent.packaged()

    sbom = Path(package.document["sbom"])
    assert sbom == dependent.root / "dist" / "demo.cdx.json"
    bill = json.loads(sbom.read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == "demo"
    wheels = {wheel.name.partition("-")[0]: wheel for wheel in dependent.wheels.iterdir()}
    assert bill["components"] == [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{version}",
            "name": name,
            "version": version,
            "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(wheels[name].read_bytes()).hexdigest()}],
            "licenses": [{"license": {"name": "MIT"}}],
            "purl": f"pkg:pypi/{name}@{version}",
        }
        for name, version in (("fast", "2.0"), ("pure", "1.0"))
    ]
    assert bill["dependencies"] == [
        {"ref": "plugin:demo", "dependsOn": ["pkg:pypi/pure@1.0"]},
        {"ref": "pkg:pypi/fast@2.0", "dependsOn": []},
        {"ref": "pkg:pypi/pure@1.0", "dependsOn": ["pkg:pypi/fast@2.0"]},
    ]
    before = sbom.read_bytes()
    dependent.packaged()
    assert sbom.read_bytes() == before


def test_uv_and_pip_install_the_same(dependent: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    with_uv = dependent.packaged().document
    _hide_uv(monkeypatch)
    shutil.rmtree(dependent.root / ".cache")

    with_pip = dependent.packaged()

    assert "Installing" in with_pip.said
    assert with_pip.document == with_uv


def _hide_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_without("uv"))
    monkeypatch.setattr(sys, "prefix", "/nowhere")


def test_where_nothing_can_install(dependent: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    _hide_uv(monkeypatch)
    monkeypatch.setattr("biot_plugin_cli.dependencies.installers._python_with_pip", lambda _: None)

    refused = dependent.package()

    assert refused.exit_code == 1
    assert refused.err.splitlines()[-1] == "error: Neither uv nor pip found: install uv, or run make setup"


@pytest.mark.parametrize("umask", ["000", "027", "077"])
def test_the_same_bytes_whatever_the_folder_the_day_the_user_and_the_seed(
    dependent: Repository, tmp_path: Path, umask: str
) -> None:
    reference = dependent.packaged().document
    other = tmp_path / f"somewhere {umask}" / "else"
    other.parent.mkdir()
    command = 'umask $1; cp -r "$2" "$3"; cd "$3"; rm -r .cache dist; touch -t 200102030405 *; "$4" package --json'
    done = run(
        *("sh", "-ec", command, "sh", umask, dependent.root, other, program_file("biot-plugin")),
        cwd=tmp_path,
        PYTHONHASHSEED=umask.lstrip("0") or "0",
        TZ="Asia/Kathmandu",
        LC_ALL="C",
    )

    document = json.loads(done.stdout)
    assert document["path"] != reference["path"]
    assert {**document, "path": 0, "sbom": 0} == {**reference, "path": 0, "sbom": 0}
    assert Path(document["sbom"]).read_bytes() == Path(reference["sbom"]).read_bytes()


def test_the_same_bytecode_with_any_number_of_workers(tmp_path: Path) -> None:
    trees = []
    for workers in (1, 2, 3):
        folder = tmp_path / str(workers) / "task"
        folder.mkdir(parents=True)
        for number in range(12):
            (folder / f"m{number}.py").write_text(
                f"NAMES = {{'a', 'b', 'c{number}'}}\ndef f(x): return x in {{1, 'y'}}\n"
            )
        compile_tree(Path(sys.executable), folder, workers)
        trees.append({path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.pyc")})

    assert len(trees[0]) == 12
    assert trees[0] == trees[1] == trees[2]


def test_own_modules_do_not_get_in_the_compilers_way(repository: Repository) -> None:
    for name in ("struct", "os", "concurrent", "compileall"):
        repository.write(f"{name}.py", "raise SystemExit(9)\n")

    assert f"__pycache__/struct.cpython-{NUMBER}.pyc" in repository.packaged().names


def test_nothing_is_compiled_when_it_runs(dependent: Repository, tmp_path: Path) -> None:
    package = dependent.packaged()
    folder = package.extract(tmp_path / "task")

    assert _compiled(folder) == []

    for path in folder.rglob("*.pyc"):
        path.unlink()
    assert _compiled(folder) == ["fast.py", "index.py"]


def _compiled(folder: Path) -> list[str]:
    """Import index and fast as Lambda does, and tell which sources were compiled for it."""
    command = [sys.executable, "-B", "-v", "-c", f"import sys; sys.path.insert(0, {str(folder)!r}); import index, fast"]
    stderr = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/").stderr
    lines = [line for line in stderr.splitlines() if line.startswith(f"# code object from {folder}/")]
    return sorted(line.rpartition("/")[2] for line in lines if line.endswith(".py"))


def test_git_sees_nothing_of_it(dependent: Repository) -> None:
    initialise(dependent.root)
    dependent.write(".gitignore", "dist/\n")
    dependent.packaged()

    status = run("git", "status", "--porcelain", "--untracked-files=all", cwd=dependent.root).stdout

    assert ".cache" not in status


def refusal(repository: Repository, *arguments: object, code: int = 4) -> str:
    """Package, expect one sentence and nothing written, and give the sentence."""
    dist = repository.root / "dist"
    before = {path: path.read_bytes() for path in dist.iterdir()} if dist.exists() else None
    refused = repository.package(*arguments)
    last = refused.err.splitlines()[-1]
    assert (refused.exit_code, last[:7]) == (code, "error: "), refused.err
    assert ({path: path.read_bytes() for path in dist.iterdir()} if dist.exists() else None) == before
    return last


def test_a_dependency_without_a_wheel_for_the_target(dependent: Repository) -> None:
    dependent.packaged()
    next(dependent.wheels.glob("fast*")).unlink()
    make_wheel(dependent.wheels, "fast", tag=f"cp{NUMBER}-cp{NUMBER}-macosx_11_0_arm64")
    make_wheel(dependent.wheels, "alone", tag="cp36-cp36m-manylinux2014_x86_64")
    dependent.needs("pure", "alone")

    message = refusal(dependent)

    assert "alone 1.0, fast 1.0 (needed by pure)" in message
    assert "No wheel for Python" in message
    assert "x86_64 Linux" in message


def test_a_wheel_that_lies_about_its_machine(dependent: Repository) -> None:
    next(dependent.wheels.glob("fast*")).unlink()
    tag = f"cp{NUMBER}-abi3-manylinux2014_x86_64"
    make_wheel(dependent.wheels, "fast", {"fast.abi3.so": library(AARCH64)}, tag=tag, version="2.0")
    dependent.needs("pure")

    assert "fast.abi3.so of fast is for the processor aarch64" in refusal(dependent)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        *(("fast.py", "dependency fast"), ("pure.py", "dependency pure"), ("pure/data.txt", "dependency pure")),
        ("pure", "file and a folder of the dependency pure"),
        ("fast.py/x.txt", "file and a folder of the dependency"),
    ],
)
def test_a_file_that_hides_a_dependency(dependent: Repository, name: str, message: str) -> None:
    dependent.write(name)

    assert message in refusal(dependent)


def test_source_that_is_not_valid_for_the_runtime(repository: Repository) -> None:
    repository.packaged()
    repository.write("hooks/broken.py", "\n\ndef f(:\n")

    message = refusal(repository, code=3)

    assert "hooks/broken.py, line 3" in message
    assert THIS in message


def test_too_large_unpacked(repository: Repository) -> None:
    with repository.write("big.bin").open("wb") as file:
        file.truncate(size_limits.MAX_UNPACKED_BYTES)

    message = refusal(repository)

    assert "250.0 MB unpacked, and Lambda allows 250 MB" in message
    assert "your source files 250.0 MB" in message


def test_dependencies_that_are_too_large_are_refused_before_time_is_spent_on_them(
    dependent: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(size_limits, "MAX_UNPACKED_BYTES", MEGABYTE)
    next(dependent.wheels.glob("pure*")).unlink()
    make_wheel(dependent.wheels, "pure", {"pure/zeros.bin": bytes(2 * MEGABYTE)}, needs=["fast"])
    dependent.needs("pure")

    refused = dependent.package()

    assert refused.exit_code == 4
    assert "2.0 MB unpacked, and Lambda allows 1 MB" in refused.err
    assert "(pure 2.0 MB, fast 561 bytes)" in refused.err
    assert "Compiling" not in refused.err


def test_too_large_zipped(dependent: Repository) -> None:
    next(dependent.wheels.glob("pure*")).unlink()
    make_wheel(dependent.wheels, "pure", {"pure/noise.bin": os.urandom(51 * MEGABYTE)})
    dependent.needs("pure")

    message = refusal(dependent)

    assert "51.0 MB zipped, and Lambda allows 50 MB" in message
    assert "(pure 51.0 MB, your source files " in message


def test_where_the_zip_cannot_be(repository: Repository, tmp_path: Path) -> None:
    assert "is a folder" in refusal(repository, "-o", tmp_path, code=1)
    assert "Cannot write" in refusal(repository, "-o", repository.root / "index.py" / "x.zip", code=1)


def test_what_a_killed_build_left_beside_it_is_deleted(repository: Repository) -> None:
    for name in ("dist/.demo.zip.123", "dist/.demo.cdx.json.123", "dist/.demo.zip.mine", "dist/.other.zip.123"):
        repository.write(name)

    repository.packaged()

    names = [".demo.zip.mine", ".other.zip.123", "demo.cdx.json", "demo.zip"]
    assert sorted(path.name for path in (repository.root / "dist").iterdir()) == names


def test_another_place(repository: Repository, tmp_path: Path) -> None:
    package = Packaged(repository.package("-o", tmp_path / "new" / "my.zip", "--json").document)

    assert package.path == tmp_path / "new" / "my.zip"
    assert sorted(path.name for path in package.path.parent.iterdir()) == ["my.cdx.json", "my.zip"]
    assert not (repository.root / "dist").exists()


def test_check_looks_at_the_package_too(dependent: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dependent.program("check", "--json").exit_code == 0
    assert not (dependent.root / "dist").exists()
    monkeypatch.setattr(size_limits, "MAX_UNPACKED_BYTES", 10)
    done = dependent.program("check", "--json")
    [error] = [one for one in done.document["findings"] if one["severity"] == "error"]
    assert (done.exit_code, error["code"]) == (4, "package-refused")
    assert "Lambda allows" in error["message"]
