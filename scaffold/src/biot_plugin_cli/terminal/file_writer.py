"""Writing of files that never destroys existing ones."""

from __future__ import annotations

import contextlib
import glob
import os
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed

__all__ = ["write_atomically", "write_new"]


def write_new(path: Path, text: str) -> None:
    """Write a file that does not exist yet.

    Raises:
        OperationFailed: It exists, or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise OperationFailed(f"{path} already exists: choose another name, or remove it first") from None
    except OSError as error:
        raise _write_error(path, error) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Create or replace a file in one step, so that it never holds only a part of the content.

    Raises:
        OperationFailed: It cannot be written, or is a device, pipe or folder; what is there is unchanged.
    """
    if not path.name:
        raise OperationFailed(f"{path} is no file, and cannot be replaced by one: choose another location")
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            raise OperationFailed(f"{path} is no file, and cannot be replaced by one: choose another location")
        _delete_abandoned(path)
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        raise _write_error(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _delete_abandoned(path: Path) -> None:
    """Delete what processes that were killed have written of a file."""
    for file in path.parent.glob(f".{glob.escape(path.name)}.*"):
        process_id = file.suffix[1:]
        if process_id.isdecimal() and not _is_running(int(process_id)):
            file.unlink(missing_ok=True)


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _write_error(path: Path, error: OSError) -> OperationFailed:
    return OperationFailed(f"Cannot write {path} ({error.strerror}): choose another location")
