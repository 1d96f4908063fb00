"""The cache folder in a plugin's repository, `.cache/biot-plugin`, and private folders in it for unfinished work."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.terminal import scratch

__all__ = ["cache_folder", "scratch_folder"]


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
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(scratch.scratch_folder(parent, "package-"))
        except OSError as error:
            raise _write_error(parent, error) from error
        yield folder


def _write_error(folder: Path, error: OSError) -> OperationFailed:
    return OperationFailed(f"Cannot write {folder} ({error.strerror}): make it writable")
