"""New files and one changed one, all of them or none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed

__all__ = ["ChangedFile", "write_all"]


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that changes.

    Attributes:
        path: The file itself, not a link to it.
        before: Its content as it was read.
        after: Its new content.
    """

    path: Path
    before: bytes
    after: bytes


def write_all(new: Mapping[Path, str], changed: ChangedFile) -> None:
    """Write new files, and then change another one in one step. If anything fails, everything is as it was.

    Args:
        new: The text of each new file. Missing folders are created.
        changed: The file that changes last: until then, nothing refers to the new ones.

    Raises:
        OperationFailed: One of the new files exists, one cannot be written, or the other was changed meanwhile.
    """
    with _taken_back_on_failure() as (folders, files):
        for path, text in new.items():
            _create_folder(path.parent, folders)
            _write(path, text, files)
        _replace(changed)


@contextmanager
def _taken_back_on_failure() -> Iterator[tuple[list[Path], list[Path]]]:
    folders: list[Path] = []
    files: list[Path] = []
    try:
        yield folders, files
    except BaseException:
        for path in files:
            path.unlink(missing_ok=True)
        for folder in reversed(folders):
            with suppress(OSError):
                folder.rmdir()
        raise


def _write(path: Path, text: str, created: list[Path]) -> None:
    try:
        with path.open("x", encoding="utf-8") as stream:
            created.append(path)
            stream.write(text)
    except FileExistsError:
        raise OperationFailed(f"{path} already exists: choose another name") from None
    except OSError as error:
        raise OperationFailed(f"Cannot write {path} ({error.strerror}): make its folder writable") from error


def _create_folder(folder: Path, created: list[Path]) -> None:
    if os.path.lexists(folder):
        return
    try:
        folder.mkdir()
    except OSError as error:
        raise OperationFailed(f"Cannot create {folder} ({error.strerror}): make its folder writable") from error
    created.append(folder)


def _replace(changed: ChangedFile) -> None:
    path = changed.path
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(changed.after)
        draft.chmod(path.stat().st_mode)
        if path.read_bytes() != changed.before:
            raise OperationFailed(f"{path} was changed meanwhile: try again")
        draft.replace(path)
    except OSError as error:
        raise OperationFailed(f"Cannot write {path} ({error.strerror}): make it and its folder writable") from error
    finally:
        draft.unlink(missing_ok=True)
