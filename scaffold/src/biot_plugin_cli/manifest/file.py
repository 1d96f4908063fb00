"""The pyproject.toml that has a plugin's manifest, and the line of each key in it."""

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
        path: The file's absolute path.
        text: Its content.
        document: Its content, parsed.
    """

    path: Path
    text: str
    document: Mapping[str, Any]

    @property
    def table(self) -> Mapping[str, Any]:
        """The table `[tool.biot-plugin]`, not validated."""
        table: Mapping[str, Any] = self.document["tool"]["biot-plugin"]
        return table

    @classmethod
    def find(cls, start: Path | None = None) -> Self:
        """Find the manifest of the plugin that a folder belongs to.

        Args:
            start: Where to look first, then in its parents; the current folder if None.

        Raises:
            InvalidPlugin: There is no plugin, or the file cannot be read.
        """
        folder = (start or Path.cwd()).resolve()
        for root in (folder, *folder.parents):
            path = root / "pyproject.toml"
            text, document = _read(path)
            tool = document.get("tool", {})
            table = tool.get("biot-plugin") if isinstance(tool, dict) else None
            if isinstance(table, dict):
                return cls(path, text, document)
            if table is not None:
                raise InvalidPlugin(f"{path}: tool.biot-plugin must be a table, [tool.biot-plugin]")
        raise InvalidPlugin(
            f"Not a plugin's repository: neither {folder} nor a folder above it has a pyproject.toml with "
            "[tool.biot-plugin]; change to one, or create one with new-plugin"
        )

    def line_of(self, *keys: str) -> int | None:
        """Find the line of a key, or of its nearest existing table.

        Args:
            *keys: The path of the key below `tool.biot-plugin`.
        """
        path = (*_TABLE, *keys)
        lines = (self.line_at(*path[:length]) for length in range(len(path), 1, -1))
        return next((line for line in lines if line), None)

    def line_at(self, *path: str) -> int | None:
        """Find the line of a key; None if the key does not exist.

        The document is parsed up to each line in turn. It does not parse up to a line within a multi-line value: such
        a value is attributed to the line that it starts on.

        Args:
            *path: The path of the key from the top of the document.
        """
        lines, start = self.text.split("\n"), 1
        for end in range(1, len(lines) + 1):
            try:
                document = tomllib.loads("\n".join(lines[:end]))
            except ValueError:
                continue
            if _has_key(document, path):
                return start
            start = end + 1
        return None


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except FileNotFoundError:
        return "", {}
    except (OSError, ValueError) as error:
        raise InvalidPlugin(f"{path} cannot be read: {error}") from error


def _has_key(value: object, path: tuple[str, ...]) -> bool:
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True
