"""Reads the documents that users write: JSON or TOML, by the name of the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import tomllib

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.terminal.input_file import read_text

__all__ = ["SUFFIXES", "read_document"]

SUFFIXES = (".json", ".toml")
"""What the names of such files end with."""


def read_document(file: Path, purpose: str) -> dict[str, Any]:
    """Read a document.

    Args:
        file: The file; one whose name ends with `.toml` is TOML, any other one JSON.
        purpose: What the document has, for the messages, such as `answers`.

    Raises:
        UsageError: It cannot be read, is neither JSON nor TOML, names something twice, or is not an object.
    """
    text = read_text(file)
    try:
        document = tomllib.loads(text) if file.suffix == ".toml" else _parse_json(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file} is not TOML: {error}") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"{file} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from error
    except RecursionError:
        raise UsageError(f"{file} is nested too deeply") from None
    except ValueError as error:
        raise UsageError(f"{file} cannot be used: {error}") from error
    if not isinstance(document, dict):
        raise UsageError(f"{file} has no {purpose}: it must contain a JSON object")
    return document


def _parse_json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_reject)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names: set[str] = set()
    for name, _ in pairs:
        if name in names:
            raise ValueError(f"{name!r} is in one object twice")
        names.add(name)
    return dict(pairs)


def _reject(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is a number in Python, but not in JSON")
