"""Every change of an unpacked image is noticed, whatever was done to hide it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from biot_emulator.image.tree_stamps import TreeStamps
from biot_emulator.image.unpacking import unpack
from tests.emulator.image.memory import MemoryImage, file, folder, hard_link, layer, link


def _rewrite(root: Path) -> None:
    """Change one byte, and nothing else that a program can see to."""
    path = root / "used.py"
    status = path.stat()
    path.chmod(0o644)
    path.write_text("x = 2\n")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    path.chmod(0o444)


def _rewrite_and_back(root: Path) -> None:
    """Leave the same bytes: a program that has mapped the file may change them at any later time."""
    _rewrite(root)
    (root / "used.py").chmod(0o644)
    (root / "used.py").write_text("x = 1\n")
    (root / "used.py").chmod(0o444)


def _replace(root: Path) -> None:
    shutil.copy2(root / "used.py", root / "copy.py")
    (root / "copy.py").rename(root / "used.py")


def _link_elsewhere(root: Path) -> None:
    (root / "link").unlink()
    (root / "link").symlink_to("/usr/lix")


def _replace_root(root: Path) -> None:
    root.rename(root.parent / "moved")
    root.symlink_to(root.parent / "moved")


def _fifo(root: Path) -> None:
    (root / "used.py").unlink()
    os.mkfifo(root / "used.py")


CHANGES: dict[str, Callable[[Path], object]] = {
    "one byte": _rewrite,
    "one byte, and back": _rewrite_and_back,
    "another file with the same": _replace,
    "a new file": lambda root: (root / "package/evil.pth").write_text(""),
    "a new folder": lambda root: (root / "package/used").mkdir(),
    "a missing file": lambda root: (root / "used.py").unlink(),
    "a missing folder": lambda root: (root / "empty").rmdir(),
    "another target": _link_elsewhere,
    "a second name": lambda root: os.link(root / "used.py", root.parent / "second"),
    "permissions": lambda root: (root / "used.py").chmod(0o4555),
    "permissions of a folder": lambda root: (root / "package").chmod(0o777),
    "a named pipe": _fifo,
    "swapped names": lambda root: ((root / "used.py").rename(root / "x"), (root / "b.py").rename(root / "used.py")),
    "a link for everything": _replace_root,
    "everything gone": shutil.rmtree,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    members = [file("used.py", "x = 1\n"), file("a.py", "y = 1\n"), hard_link("b.py", "a.py"), link("link", "/usr/lib")]
    unpack(MemoryImage([layer(*members, folder("empty"), file("package/__init__.py"))]), tmp_path / "root")
    for parent, _, _ in os.walk(tmp_path / "root"):
        Path(parent).chmod(0o755)
    return tmp_path / "root"


def test_what_is_left_alone_is_the_same(root: Path) -> None:
    stamps = TreeStamps.of(root)
    (root / "used.py").read_bytes()
    assert stamps.matches(root)
    assert len(stamps.stamps) == 14


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_is_noticed(root: Path, change: Callable[[Path], object]) -> None:
    stamps = TreeStamps.of(root)
    change(root)
    assert not stamps.matches(root)
