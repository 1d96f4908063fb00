"""Writes the files of a template, and never over what somebody else has written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.terminal.file_writer import write_atomically

__all__ = ["write_files"]

_MARK = "# Made by biot-plugin export"
_HEADER = f"{_MARK}: change pyproject.toml and run it again, as it replaces this file.\n\n"


def write_files(texts: Mapping[Path, str], *, force: bool) -> list[Path]:
    """Write files, with a comment that says where they come from.

    Args:
        texts: The texts by their files.
        force: Whether files are replaced that were not made by this command.

    Raises:
        OperationFailed: Such a file is in the way, or one cannot be written; the first is found before any is written.
    """
    for path in texts:
        if not force and path.exists() and not _is_made_here(path):
            raise OperationFailed(
                f"{path} was not made by biot-plugin export: pass --force to replace it, or another place with --output"
            )
    for path, text in texts.items():
        write_atomically(path, f"{_HEADER}{text}".encode())
    return [*texts]


def _is_made_here(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_MARK)) == _MARK.encode()
    except OSError:
        return False
