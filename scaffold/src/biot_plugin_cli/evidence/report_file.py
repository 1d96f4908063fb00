"""Reads reports of other tools, which whoever makes evidence names on the command line."""

from __future__ import annotations

from pathlib import Path

from biot_plugin_cli.errors import UsageError

__all__ = ["read_report"]

_MAX_BYTES = 100_000_000


def read_report(path: Path, advice: str) -> bytes:
    """Read a report, of 100 MB at most.

    Args:
        path: The file.
        advice: What the message says of which file to pass.

    Raises:
        UsageError: It cannot be read, or is larger.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): {advice}") from error
    if len(content) > _MAX_BYTES:
        raise UsageError(f"{path} is larger than {_MAX_BYTES // 1_000_000} MB: {advice}")
    return content
