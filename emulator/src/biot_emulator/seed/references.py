"""References in a file that fills a platform: `"$name"` stands for the id of what has this name.

They are the values of members that are named `id`, or end in `Id`. Everything else is data, with a `$` or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["references", "resolved"]

_SIGN = "$"


def references(value: Any) -> Iterator[str]:
    """List the names that a value refers to."""
    if isinstance(value, dict):
        for name, item in value.items():
            if (referred := _referred(name, item)) is not None:
                yield referred
            else:
                yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def resolved(value: Any, ids: Mapping[str, str]) -> Any:
    """Copy a value with ids in place of the names that it refers to, all of which have one."""
    if isinstance(value, list):
        return [resolved(item, ids) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: resolved(item, ids) if (referred := _referred(name, item)) is None else ids[referred]
        for name, item in value.items()
    }


def _referred(name: str, value: Any) -> str | None:
    is_id = name == "id" or name.endswith("Id")
    return value[1:] if is_id and isinstance(value, str) and value.startswith(_SIGN) and len(value) > 1 else None
