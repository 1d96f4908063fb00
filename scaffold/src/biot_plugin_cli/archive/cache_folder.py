"""The cache folder in a plugin's repository, `.cache/biot-plugin`, and private folders in it for unfinished work."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from biot_plugin_cli.archive.file_locks import hold, try_hold
from biot_plugin_cli.errors import OperationFailed

__all__ = ["cache_folder", "scratch_folder"]

_LOCK = ".lock"


def cache_folder(root: Path, name: str) -> Path:
    """Create a folder in the cache, which git ignores and which may be deleted at any time.

    Args:
        root: The plugin's repository.
        name: The name of the folder.

    Raises:
        OperationFailed: It cannot be created.
    """
    cache = root / ".cache" / "biot-plugin"
    try:
        (cache / name).mkdir(parents=True, exist_ok=True)
        if not (gitignore := cache / ".gitignore").exists():
            gitignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise _write_error(cache, error) from error
    return cache / name


@contextlib.contextmanager
def scratch_folder(root: Path) -> Iterator[Path]:
    """Create a folder that no other process uses, and delete it afterwards.

    Folders that processes left when they were killed are deleted as well.

    Args:
        root: The plugin's repository.

    Raises:
        OperationFailed: It cannot be created.
    """
    parent = cache_folder(root, "scratch")
    _sweep(parent)
    folder = parent / secrets.token_hex(8)
    lock = folder.with_suffix(_LOCK)
    # The lock is there before the folder and after it, so a folder without one belongs to nobody.
    with hold(lock):
        try:
            folder.mkdir()
        except OSError as error:
            raise _write_error(parent, error) from error
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            lock.unlink(missing_ok=True)


def _sweep(parent: Path) -> None:
    """Delete the folders of processes that have ended."""
    for path in list(parent.iterdir()):
        folder = path.with_suffix("")
        lock = folder.with_suffix(_LOCK)
        if path.suffix != _LOCK and lock.exists():
            continue
        if path.suffix != _LOCK:
            shutil.rmtree(path, ignore_errors=True)
            continue
        with try_hold(lock) as is_abandoned:
            if is_abandoned:
                shutil.rmtree(folder, ignore_errors=True)
                lock.unlink(missing_ok=True)


def _write_error(folder: Path, error: OSError) -> OperationFailed:
    return OperationFailed(f"Cannot write {folder} ({error.strerror}): make it writable")
