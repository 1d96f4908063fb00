"""The file that a plugin's manifest is in, and where in it something is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import tomllib

from biot_plugin_cli.errors import InvalidPlugin

__all__ = ["ManifestFile"]

_TABLE = ("tool", "biot-plugin")


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """A pyproject.toml with `[tool.biot-plugin]`.

    Attributes:
        path: Where it is.
        text: What it says.
        table: `[tool.biot-plugin]`, as written.
    """

    path: Path
    text: str
    table: Mapping[str, Any]

    @classmethod
    def find(cls, start: Path | None = None) -> Self:
        """Find the file of the plugin that a folder belongs to.

        Args:
            start: Where to look first, then in its parents; the current folder when None.

        Raises:
            InvalidPlugin: There is no plugin, or the file cannot be read.
        """
        folder = (start or Path.cwd()).resolve()
        for root in (folder, *folder.parents):
            path = root / "pyproject.toml"
            text, table = _read(path)
            if isinstance(table, dict):
                return cls(path, text, table)
            if table is not None:
                raise InvalidPlugin(f"{path}: tool.biot-plugin must be a table, [tool.biot-plugin]")
        raise InvalidPlugin(
            f"Neither {folder} nor a folder above it has a pyproject.toml with [tool.biot-plugin]: "
            "run this inside a plugin's repository, or make one with new-plugin"
        )

    def line_of(self, *keys: str) -> int | None:
        """Tell the line where a key is written, or its nearest table.

        Args:
            *keys: The way to it, below `tool.biot-plugin`.
        """
        way = (*_TABLE, *keys)
        lines = (self.line_at(*way[:length]) for length in range(len(way), 1, -1))
        return next((line for line in lines if line), None)

    def line_at(self, *way: str) -> int | None:
        """Tell the line where a key is written; None where it is not.

        Up to a line within a value the document cannot be read: such a value belongs to the line that it began in.

        Args:
            *way: The way to it, from the top.
        """
        lines, began = self.text.split("\n"), 1
        for end in range(1, len(lines) + 1):
            try:
                document = tomllib.loads("\n".join(lines[:end]))
            except ValueError:
                continue
            if _has(document, way):
                return began
            began = end + 1
        return None


def _read(path: Path) -> tuple[str, object | None]:
    try:
        text = path.read_text(encoding="utf-8")
        tool = tomllib.loads(text).get("tool", {})
    except FileNotFoundError:
        return "", None
    except (OSError, ValueError) as error:
        raise InvalidPlugin(f"{path} cannot be read: {error}") from error
    return text, tool.get("biot-plugin") if isinstance(tool, dict) else None


def _has(value: object, way: tuple[str, ...]) -> bool:
    for key in way:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True
