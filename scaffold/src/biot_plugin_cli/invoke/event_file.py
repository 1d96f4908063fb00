"""Reads the event of `biot-plugin invoke`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.terminal.input_file import read_text

__all__ = ["read_event"]


def read_event(file: Path) -> dict[str, Any]:
    """Read an event.

    Args:
        file: Its file; `-` for standard input.

    Raises:
        UsageError: It cannot be read, or is not a JSON object.
    """
    text = read_text(file)
    try:
        event = json.loads(text, parse_constant=_reject_constant)
    except json.JSONDecodeError as error:
        raise UsageError(f"{file} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from error
    except RecursionError:
        raise UsageError(f"{file} is nested too deeply") from None
    except ValueError as error:
        raise UsageError(f"{file} is not JSON: {error}") from error
    if not isinstance(event, dict):
        raise UsageError(f"{file} is not an event: it must contain a JSON object, such as biot-plugin event writes")
    return event


def _reject_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is a number in Python, but not in JSON")
