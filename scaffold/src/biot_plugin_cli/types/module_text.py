"""A module that was written before: its header, and the names and types that it has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.types.options import Header

__all__ = ["PREFIX", "Definition", "ModuleText"]

PREFIX = "# template: "
"""What the line before a definition begins with; the rest says what it is of."""

_KEYS = re.compile(r"^_\w+Keys$")


@dataclass(frozen=True, slots=True)
class Definition:
    """A class, or a choice.

    Attributes:
        marker: What it is of, as in the comment before it.
        name: Its name.
        line: The number of its line.
        fields: The names of its fields by their keys in JSON.
        types: Their types by their keys.
        texts: What is said about them, by their keys.
        options: What can be selected, for a choice.
    """

    marker: str
    name: str
    line: int
    fields: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModuleText:
    """A module.

    Attributes:
        text: Its text.
        header: Its header.
        definitions: Its definitions by marker.
    """

    text: str
    header: Header
    definitions: Mapping[str, Definition]

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """Read a module; None where there is no file.

        Raises:
            OperationFailed: The file is not one of ours, or is no Python.
        """
        try:
            text = file.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise OperationFailed(
                f"{file} cannot be read as text ({type(error).__name__}): choose another file"
            ) from None
        header = Header.read(text)
        if header is None:
            raise OperationFailed(f"{file} was not written by biot-plugin types: choose another file with -o")
        try:
            return cls.parse(text, header)
        except (SyntaxError, ValueError, RecursionError) as error:
            line = getattr(error, "lineno", None)
            raise OperationFailed(
                f"{file} is no valid Python{f' in line {line}' if line else ''}: mend it, or remove it to begin anew"
            ) from None

    @classmethod
    def parse(cls, text: str, header: Header) -> Self:
        """Parse the text of a module. Raises SyntaxError."""
        return cls(text, header, {definition.marker: definition for definition in _definitions(text)})

    @property
    def names(self) -> dict[str, str]:
        """The names of classes and choices by marker."""
        return {marker: definition.name for marker, definition in self.definitions.items()}

    @property
    def field_names(self) -> dict[str, Mapping[str, str]]:
        """The names of fields by the marker of their class, and their key."""
        return {marker: definition.fields for marker, definition in self.definitions.items()}


def _definitions(text: str) -> Iterator[Definition]:
    lines = text.split("\n")
    keys: Mapping[str, tuple[str, str]] = {}
    marker = ""
    for node in ast.parse(text).body:
        before = lines[node.lineno - 2] if node.lineno > 1 else ""
        if before.startswith(PREFIX):
            marker, keys = before.removeprefix(PREFIX), {}
        if not marker:
            continue
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and _KEYS.match(node.targets[0].id):
            keys = dict(_entries(node.value))
        elif isinstance(node, ast.ClassDef):
            yield _class(marker, node, keys)
            marker = ""
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            strings = [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
            options = tuple(value for value in strings if isinstance(value, str))
            yield Definition(marker, node.target.id, node.lineno, options=options)
            marker = ""


def _entries(call: ast.expr) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the keys of a TypedDict that is called, with their types."""
    entries = call.args[1] if isinstance(call, ast.Call) and len(call.args) > 1 else None
    if isinstance(entries, ast.Dict):
        for key, value in zip(entries.keys, entries.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, (key.value, ast.unparse(value))


def _class(marker: str, node: ast.ClassDef, keys: Mapping[str, tuple[str, str]]) -> Definition:
    fields = {key: name for key, (name, _) in keys.items()}
    types = {key: type for key, (_, type) in keys.items()}
    texts: dict[str, str] = {}
    key = ""
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            key = _key(part) or part.target.id
            fields[key], types[key] = part.target.id, ast.unparse(part.annotation)
        elif key and isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant):
            texts[key] = str(part.value.value)
    return Definition(marker, node.name, node.lineno, fields, types, texts)


def _key(field: ast.AnnAssign) -> str | None:
    """Return the key that a field has in JSON, where it says that."""
    keywords = field.value.keywords if isinstance(field.value, ast.Call) else []
    for keyword in keywords:
        if keyword.arg in ("name", "alias") and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return None
