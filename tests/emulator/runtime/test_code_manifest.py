from __future__ import annotations

import io
import os
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from biot_emulator.runtime.code_folders import CodeFolders, code_id
from biot_emulator.runtime.code_manifest import CodeManifest, remove_folder


def zipped() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", "import used\n")
        archive.writestr("used.py", "x = 1\n")
        archive.writestr("package/__init__.py", "")
        archive.writestr("package/deep/file.py", "y = 2\n")
        archive.writestr("empty/", "")
        program = zipfile.ZipInfo("bin/program")
        program.external_attr = (stat.S_IFREG | 0o755) << 16
        archive.writestr(program, "#!/bin/sh\n")
    return content.getvalue()


CODE = zipped()


def _rewrite(root: Path) -> None:
    """Change one byte, and nothing else that a file system says about a file."""
    file = root / "used.py"
    status = file.stat()
    file.write_text("x = 2\n")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def _add(name: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("evil = 1\n")

    return change


def _replace_by_link(root: Path) -> None:
    shutil.copy(root / "used.py", root.parent / "copy.py")
    (root / "used.py").unlink()
    (root / "used.py").symlink_to(root.parent / "copy.py")


def _replace_by_hard_link(root: Path) -> None:
    os.link(root / "used.py", root.parent / "second.py")


def _replace_folder_by_link(root: Path) -> None:
    (root / "package").rename(root.parent / "moved")
    (root / "package").symlink_to(root.parent / "moved")


def _replace_root_by_link(root: Path) -> None:
    root.rename(root.parent / "moved")
    root.symlink_to(root.parent / "moved")


def _swap(root: Path) -> None:
    (root / "used.py").rename(root / "other.py")
    (root / "index.py").rename(root / "used.py")
    (root / "other.py").rename(root / "index.py")


def _fifo(root: Path) -> None:
    (root / "used.py").unlink()
    os.mkfifo(root / "used.py")


def _huge(root: Path) -> None:
    os.truncate(root / "used.py", 2**40)


CHANGES: dict[str, Callable[[Path], object]] = {
    "one byte": _rewrite,
    "a module that shadows another": _add("json.py"),
    "a package that shadows a module": _add("used/__init__.py"),
    "bytecode": _add("__pycache__/used.cpython-313.pyc"),
    "a .pth file": _add("evil.pth"),
    "sitecustomize": _add("sitecustomize.py"),
    "a hidden file": _add("package/.hidden"),
    "a file in an empty folder": _add("empty/file.py"),
    "an empty folder": lambda root: (root / "new").mkdir(),
    "a link for a file": _replace_by_link,
    "a second name": _replace_by_hard_link,
    "a link for a folder": _replace_folder_by_link,
    "a link for everything": _replace_root_by_link,
    "a missing file": lambda root: (root / "used.py").unlink(),
    "a missing folder": lambda root: (root / "empty").rmdir(),
    "everything gone": shutil.rmtree,
    "swapped files": _swap,
    "a longer file": lambda root: (root / "used.py").write_text("x = 1\nx = 2\n"),
    "a named pipe": _fifo,
    "a file without an end": _huge,
    "a writable file": lambda root: (root / "used.py").chmod(0o644),
    "setuid": lambda root: (root / "bin/program").chmod(0o4555),
    "a writable folder": lambda root: (root / "package").chmod(0o755),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return CodeFolders(tmp_path / "code").extract(CODE)


def test_extracted_code_is_sealed_and_matches_its_zip(folder: Path) -> None:
    assert CodeManifest.of(CODE).matches(folder)
    modes = {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    assert modes.pop("bin/program") == 0o555
    assert {name for name, mode in modes.items() if mode == 0o555} == {"bin", "empty", "package", "package/deep"}
    assert {mode for mode in modes.values() if mode != 0o555} == {0o400}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_is_noticed_and_undone(tmp_path: Path, change: Callable[[Path], object]) -> None:
    folders = CodeFolders(tmp_path / "code")
    folder = folders.extract(CODE)
    manifest = CodeManifest.of(CODE)
    _let_change(folder)
    change(folder)
    _seal_what_is_no_change(folder)
    assert not manifest.matches(folder)

    assert folders.repair(folder.name, lambda: CODE)
    assert manifest.matches(folder)
    assert not folder.is_symlink()


def _let_change(folder: Path) -> None:
    """Make everything writable, as a process of the administrator could."""
    for parent, _, names in os.walk(folder):
        Path(parent).chmod(0o755)
        for name in names:
            file = Path(parent, name)
            file.chmod(file.stat().st_mode | 0o200)


def _seal_what_is_no_change(folder: Path) -> None:
    """Give everything its permissions again, but for what the test is about."""
    for parent, _, names in os.walk(folder, topdown=False):
        for name in names:
            file = Path(parent, name)
            if not file.is_symlink() and stat.S_IMODE(file.stat().st_mode) in (0o644, 0o755):
                file.chmod(file.stat().st_mode & 0o555)
        Path(parent).chmod(0o555)


@pytest.mark.parametrize("again", ["extract", "repair"])
def test_what_was_changed_before_this_process_started_is_extracted_again(tmp_path: Path, again: str) -> None:
    folder = CodeFolders(tmp_path / "code").extract(CODE)
    _let_change(folder)
    _rewrite(folder)
    _seal_what_is_no_change(folder)
    later = CodeFolders(tmp_path / "code")
    assert later.extract(CODE) == folder if again == "extract" else later.repair(folder.name, lambda: CODE)
    assert (folder / "used.py").read_text() == "x = 1\n"


def test_code_is_repaired_from_its_own_zip_alone(tmp_path: Path) -> None:
    folders = CodeFolders(tmp_path / "code")
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("index.py", "evil = 1\n")
    assert not folders.repair(code_id(CODE), other.getvalue)
    assert not folders.repair(code_id(CODE), lambda: None)
    assert folders.find(code_id(CODE)) is None


def test_unchanged_code_stays_where_it_is(tmp_path: Path) -> None:
    folders = CodeFolders(tmp_path / "code")
    folder = folders.extract(CODE)
    before = folder.stat().st_ino

    def load() -> bytes:
        raise AssertionError("the zip is not needed")

    assert folders.repair(folder.name, load)
    assert folders.extract(CODE) == folder
    assert folder.stat().st_ino == before


def test_a_sealed_folder_can_be_removed(folder: Path) -> None:
    remove_folder(folder)
    assert not folder.exists()
    remove_folder(folder)
