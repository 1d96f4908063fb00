"""What differs between two texts: the members of JSON documents, or the first line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from biot_plugin_cli.evidence.verification.difference import Difference
from biot_plugin_cli.http.json_document import read_json

__all__ = ["explain"]

_MAX_MEMBERS = 20
_MISSING = object()


def explain(name: str, expected: bytes, actual: bytes) -> list[Difference]:
    """Say what differs in a file of the evidence, as exactly as possible.

    Args:
        name: The file.
        expected: Its content as it was made.
        actual: Its content now.

    Returns:
        The differences; none where the texts say the same, in other bytes.
    """
    try:
        before, after = read_json(expected), read_json(actual)
    except ValueError:
        return _first_line(name, expected, actual)
    members = [item for item, _ in zip(_members(before, after, ""), range(_MAX_MEMBERS), strict=False)]
    return [
        Difference("evidence", name, "was changed", _shown(old), _shown(new), pointer) for pointer, old, new in members
    ]


def _members(before: Any, after: Any, pointer: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            escaped = key.replace("~", "~0").replace("/", "~1")
            yield from _members(before.get(key, _MISSING), after.get(key, _MISSING), f"{pointer}/{escaped}")
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            old, new = (items[index] if index < len(items) else _MISSING for items in (before, after))
            yield from _members(old, new, f"{pointer}/{index}")
    elif type(before) is not type(after) or before != after:
        yield pointer or "/", before, after


def _shown(value: Any) -> Any:
    return None if value is _MISSING else value


def _first_line(name: str, expected: bytes, actual: bytes) -> list[Difference]:
    before, after = expected.split(b"\n"), actual.split(b"\n")
    for number, (old, new) in enumerate(zip(before, after, strict=False), 1):
        if old != new:
            texts = [line.decode(errors="backslashreplace") for line in (old, new)]
            if texts[1] == f"{texts[0]}\r":
                return [Difference("evidence", name, f"has other line ends since line {number} (CR LF)")]
            return [Difference("evidence", name, f"was changed in line {number}", *texts)]
    return [Difference("evidence", name, "has another length", f"{len(before)} lines", f"{len(after)} lines")]
