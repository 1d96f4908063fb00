"""Temporary folders that do not outlive their process, not even one that was killed: the next one deletes them.

Each folder is locked by its process, and the system releases the lock however that ends.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.terminal.signals import uninterrupted

__all__ = ["delete_abandoned", "is_scratch_folder", "scratch_folder", "temporary_folder"]

# Nobody else names a folder like this, so that no other one is ever taken for an abandoned one.
_SUFFIX = ".scratch"
_RANDOM = r"[a-z0-9_]+"
# A process that was ended may still be writing for a moment.
_ATTEMPTS = 10
_PAUSE_SECONDS = 0.02


@contextmanager
def scratch_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Create a temporary folder, delete it at the end of the context, and delete those of killed processes.

    Args:
        parent: The folder to create it in.
        prefix: The first part of its name; those of killed processes are found by it.
    """
    created: tuple[Path, int] | None = None
    try:
        with uninterrupted():
            delete_abandoned(parent, prefix)
            created = _create(parent, prefix)
        yield created[0]
    finally:
        if created:
            with uninterrupted():
                _delete(created[0])
                os.close(created[1])


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """Create a scratch folder where the system has its temporary files.

    Raises:
        OperationFailed: It cannot be created.
    """
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(scratch_folder(Path(tempfile.gettempdir()), prefix))
        except OSError as error:
            raise OperationFailed(
                f"Cannot write temporary files ({error.strerror}): set TMPDIR to a folder that can be written"
            ) from error
        yield folder


def _create(parent: Path, prefix: str) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, suffix=_SUFFIX, dir=parent))
        try:
            lock = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:  # another process took it for an abandoned one before it was opened
            continue
        # Where folders cannot be locked, as on some network file systems, nobody else can lock it to delete it either.
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder, lock
        os.close(lock)  # another process took it for an abandoned one before it was locked


def delete_abandoned(parent: Path, prefix: str) -> None:
    """Delete the scratch folders of killed processes; the arguments are those of `scratch_folder`."""
    for entry in [*parent.iterdir()]:
        if is_scratch_folder(entry.name, prefix):
            _delete_unlocked(entry)


def is_scratch_folder(name: str, prefix: str) -> bool:
    """Tell whether a name is that of a scratch folder with this prefix."""
    return re.fullmatch(re.escape(prefix) + _RANDOM + re.escape(_SUFFIX), name) is not None


def _delete_unlocked(folder: Path) -> None:
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    except OSError:  # it is gone, or another user's
        return
    with suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(lock).st_uid == os.getuid():
            shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


def _delete(folder: Path) -> None:
    for _ in range(_ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(_PAUSE_SECONDS)
