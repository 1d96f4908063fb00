"""The requirements of a plugin: `requirements.toml` or `requirements.csv` beside pyproject.toml, which belong into git.

    [REQ-12]
    title = "Minors are refused"
    text = "A patient who is younger than 18 cannot be created."
    risk = "RISK-3"

A CSV file has the columns `id`, `title`, `text` and `risk`, of which only the first is required, as most tools for
requirements export it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomllib

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.terminal.input_file import read_text

__all__ = ["FILE_NAMES", "Requirement", "Specification", "read_specification"]

FILE_NAMES = ("requirements.toml", "requirements.csv")
"""The names of the file, of which there may be one."""

_FIELDS = ("title", "text", "risk")


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement.

    Attributes:
        id: Its id.
        title: Its title; empty if it has none.
        text: Its text; empty if it has none.
        risk: The risks that it controls; empty if it has none.
    """

    id: str
    title: str = ""
    text: str = ""
    risk: str = ""


@dataclass(frozen=True, slots=True)
class Specification:
    """The requirements that there are.

    Attributes:
        name: The name of the file; None without one.
        content: The file; None without one.
        requirements: The requirements, in the order of the file.
    """

    name: str | None = None
    content: str | None = None
    requirements: tuple[Requirement, ...] = ()


def read_specification(folder: Path, file: Path | None = None) -> Specification:
    """Read the requirements.

    Args:
        folder: The plugin's folder, in which the file is looked for.
        file: The file; None for the one in the folder.

    Raises:
        InvalidPlugin: There are two files, or one is invalid.
        UsageError: The file does not exist, or cannot be read.
    """
    present = [folder / name for name in FILE_NAMES if (folder / name).exists()]
    if file is None and len(present) > 1:
        raise InvalidPlugin(f"{folder} has {' and '.join(FILE_NAMES)}: remove one, or pass --requirements FILE")
    file = file or next(iter(present), None)
    if file is None:
        return Specification()
    content = read_text(file)
    requirements = tuple(_rows_of_csv(file, content) if file.suffix == ".csv" else _tables_of_toml(file, content))
    seen: set[str] = set()
    for requirement in requirements:
        if requirement.id in seen:
            raise _invalid(file, f"{requirement.id} is there twice", "remove one of both")
        seen.add(requirement.id)
    return Specification(file.name, content, requirements)


def _tables_of_toml(file: Path, content: str) -> Iterator[Requirement]:
    try:
        document = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise InvalidPlugin(f"{file} is not TOML: {error}") from error
    for name, table in document.items():
        if not isinstance(table, dict):
            raise _invalid(file, f"{name} is no table", f"write [{name}] on a line, and title and text below it")
        _require_texts(file, name, table)
        yield Requirement(name, **{key: " ".join(table.get(key, "").split()) for key in _FIELDS})


def _require_texts(file: Path, name: str, table: Mapping[str, Any]) -> None:
    for key, value in table.items():
        if key not in _FIELDS:
            dotted = isinstance(value, dict)
            advice = f'write ["{name}.{key}"] for an id with a dot' if dotted else f"use {', '.join(_FIELDS)}"
            raise _invalid(file, f"{name} has the unknown key {key!r}", advice)
        if not isinstance(value, str):
            raise _invalid(file, f"{key} of {name} is no text", "write it in quotes")


def _rows_of_csv(file: Path, content: str) -> Iterator[Requirement]:
    try:
        reader = csv.DictReader(io.StringIO(content), strict=True, restkey="")
        columns = {name.strip().lower(): name for name in reader.fieldnames or () if name}
        if "id" not in columns:
            raise _invalid(file, "its first line has no column id", "name the columns id, title, text and risk")
        for row in reader:
            values = {key: " ".join((row.get(columns.get(key, key)) or "").split()) for key in ("id", *_FIELDS)}
            if values["id"]:
                yield Requirement(**values)
            elif any(row.values()):
                raise _invalid(file, f"line {reader.line_num} has no id", "add one, or remove the line")
    except csv.Error as error:
        raise InvalidPlugin(f"{file} is not CSV: {error}") from error


def _invalid(file: Path, problem: str, advice: str) -> InvalidPlugin:
    return InvalidPlugin(f"{file}: {problem}: {advice}")
