"""The pyproject.toml that has a plugin's manifest, and the line of each key in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.terminal.toml_file import parse_toml

__all__ = ["ManifestFile"]

_TABLE = ("tool", "biot-plugin")
#: How many characters may be parsed to find a line, as statements may have many lines; and how many times the file.
_MAX_PARSED = 1_000_000
_MAX_PARSED_TIMES = 20
#: What the last line of a statement has that has more than one line.
_ENDS = ("]", "}", '"""', "'''")


class ManifestFile(NamedTuple):
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

        A multi-line value is attributed to the line that it starts on. None is returned, too, where there are values
        of so many lines that finding their ends would take long.

        Args:
            *path: The path of the key from the top of the document.
        """
        return next((line for line, document in _statements(self.text) if _has_key(document, path)), None)


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        return text, parse_toml(text)
    except FileNotFoundError:
        return "", {}
    except (OSError, ValueError) as error:
        raise InvalidPlugin(f"{path} cannot be read: {error}") from error


def _statements(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Parse the statements one by one, each in its table, and yield the lines that they start on.

    A statement that ends within a multi-line value does not parse, so it is as long as it takes to parse.
    """
    budget, table, start = max(_MAX_PARSED, _MAX_PARSED_TIMES * len(text)), "", 1
    statement: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        statement.append(line)
        if len(statement) > 1 and not any(end in line for end in _ENDS):
            continue
        source = "\n".join(statement)
        is_table = source.lstrip().startswith("[")
        budget -= len(source)
        if budget < 0:
            return
        try:
            document = parse_toml(source if is_table else f"{table}\n{source}")
        except ValueError:
            continue
        yield start, document
        table = source if is_table else table
        statement, start = [], number + 1


def _has_key(value: object, path: tuple[str, ...]) -> bool:
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True
