"""What `biot-plugin invoke` reads: an event and a file of environment variables."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, NoReturn

from biot_plugin_cli.errors import UsageError

__all__ = ["read_env_file", "read_event"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def read_event(file: Path) -> dict[str, Any]:
    """Read an event.

    Args:
        file: Its file; `-` is standard input.

    Raises:
        UsageError: It cannot be read, or is no JSON object.
    """
    text = _read(file)
    try:
        event = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise UsageError(f"{file} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is not JSON: {error}") from error
    if not isinstance(event, dict):
        raise UsageError(f"{file} is no event: it must hold a JSON object, such as biot-plugin event writes")
    return event


def read_env_file(file: Path) -> dict[str, str]:
    """Read environment variables in the dotenv format; nothing is taken from this process's own environment.

    Raises:
        UsageError: It cannot be read, or a line is no assignment.
    """
    from io import StringIO

    from dotenv.parser import parse_stream

    variables: dict[str, str] = {}
    for binding in parse_stream(StringIO(_read(file))):
        if binding.key is None and not binding.error:
            continue
        written = binding.original.string
        line = binding.original.line + len(written[: len(written) - len(written.lstrip())].splitlines())
        if binding.error or binding.value is None or not _NAME.fullmatch(binding.key or "") or "\0" in binding.value:
            raise UsageError(f"{file}, line {line}: write NAME=VALUE, with letters, digits and _ in the name")
        variables[binding.key or ""] = binding.value
    return variables


def _read(file: Path) -> str:
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return content.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise UsageError(f"{file} does not exist") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is a number of Python's, not of JSON")
