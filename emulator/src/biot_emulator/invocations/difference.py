"""The difference between two JSON values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["difference"]

Change = dict[str, Any]

#: Of one path. Names may be long, and each of a thousand changes would repeat them.
_MAX_PATH = 1000


def difference(before: Any, after: Any) -> list[Change]:
    """Compare two JSON values.

    Returns:
        For each change its `path`, with `before` unless added, and `after` unless removed. The path is a JSON pointer,
        which is cut after 1000 characters.
    """
    return list(_changes(before, after, ""))


def _changes(before: Any, after: Any, path: str) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            yield from _of_part(before, after, name, path)
    elif isinstance(before, list) and isinstance(after, list):
        old, new = dict(enumerate(before)), dict(enumerate(after))
        for index in range(max(len(old), len(new))):
            yield from _of_part(old, new, index, path)
    elif type(before) is not type(after) or before != after:
        yield {"path": path, "before": before, "after": after}


def _of_part(before: dict[Any, Any], after: dict[Any, Any], name: Any, path: str) -> Iterator[Change]:
    part = _extended(path, str(name))
    if name not in after:
        yield {"path": part, "before": before[name]}
    elif name not in before:
        yield {"path": part, "after": after[name]}
    else:
        yield from _changes(before[name], after[name], part)


def _extended(path: str, name: str) -> str:
    if len(path) > _MAX_PATH:
        return path
    longer = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
    return longer if len(longer) <= _MAX_PATH else f"{longer[:_MAX_PATH]}…"
