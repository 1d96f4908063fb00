"""Locks between processes, which end with the process that holds them, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed

__all__ = ["hold", "try_hold"]


@contextlib.contextmanager
def hold(path: Path, *, shared: bool = False, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a lock, and wait for it if another process does.

    Args:
        path: The file of the lock, which is created.
        shared: Whether others may hold it at the same time, if they share it too.
        waiting: Called once before a wait.

    Raises:
        OperationFailed: The file system has no locks, or the file cannot be written.
    """
    operation = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    descriptor = _acquire(path, operation | fcntl.LOCK_NB)
    if descriptor is None:
        waiting()
        descriptor = _acquire(path, operation)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


@contextlib.contextmanager
def try_hold(path: Path) -> Iterator[bool]:
    """Hold a lock if no other process does, and yield whether it is held; the arguments are those of `hold`."""
    descriptor = _acquire(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _acquire(path: Path, operation: int) -> int | None:
    """Open and lock a file; None if it is locked and the operation does not wait."""
    while True:
        descriptor = None
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            fcntl.flock(descriptor, operation)
            # Whoever held it before may have deleted the file, and a third process created another one.
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):  # noqa: PTH116 - of the same kind as fstat
                return descriptor
            os.close(descriptor)
        except FileNotFoundError:
            if descriptor is None:
                raise _lock_error(path, "its folder is missing") from None
            os.close(descriptor)
        except BlockingIOError:
            _close(descriptor)
            return None
        except OSError as error:
            _close(descriptor)
            raise _lock_error(path, error.strerror) from error
        except BaseException:
            _close(descriptor)
            raise


def _close(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)


def _lock_error(path: Path, reason: str | None) -> OperationFailed:
    return OperationFailed(f"Cannot lock {path} ({reason}): make it writable, or move the plugin to a local disk")
