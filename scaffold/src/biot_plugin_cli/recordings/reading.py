"""Reads files of recordings, one line at a time: a file may be larger than the memory."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.recordings.entry import InvalidRecording, Recording

__all__ = ["SUFFIX", "read_recordings"]

SUFFIX = ".recording.jsonl"
"""What the names of such files end with."""

# More than any event of Lambda with its answers has; a line of a device or a pipe may have no end.
_MAX_LINE_BYTES = 32_000_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_recordings(file: Path) -> Iterator[tuple[int, Recording]]:
    """Read the recordings in a file with the number of the line of each; empty lines are ignored.

    Args:
        file: The file.

    Raises:
        UsageError: It cannot be read, or a line is no recording; recordings before that line have been yielded.
    """
    try:
        with file.open("rb") as stream:
            for number, line in _lines(file, stream):
                yield number, _parse(file, number, line)
    except FileNotFoundError as error:
        raise UsageError(f"{file} does not exist") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error


def _lines(file: Path, stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(_MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > _MAX_LINE_BYTES:
            raise _invalid(file, number, f"is longer than {_MAX_LINE_BYTES // 1_000_000} MB: choose another file")
        if number == 1:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if line.strip():
            yield number, line


def _parse(file: Path, number: int, line: bytes) -> Recording:
    try:
        document: Any = json.loads(line.decode(), parse_constant=_reject, parse_float=_finite)
    except UnicodeDecodeError:
        raise _invalid(file, number, "is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise _invalid(file, number, f"is not JSON: {error.msg} in column {error.colno}") from None
    except RecursionError:
        raise _invalid(file, number, "is nested too deeply") from None
    except ValueError as error:
        raise _invalid(file, number, f"has a number that cannot be read: {error}") from None
    try:
        return Recording.of(document)
    except InvalidRecording as error:
        raise _invalid(file, number, str(error)) from None


def _invalid(file: Path, number: int, reason: str) -> UsageError:
    return UsageError(f"{file}:{number} {reason}")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _reject(text)


def _reject(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is not a number of JSON")
