"""Merges a model's changes into the JSON that it was parsed from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def merge(json: Any, before: Any, after: Any) -> Any:
    """Apply the differences between `before` and `after` to `json`.

    Args:
        json: The original JSON.
        before: The parsed value as JSON, before the handler changed it.
        after: The value as JSON now.

    Returns:
        `json` where nothing changed, even if the model would write it differently; `after` where something did.
        Members that the model does not name are preserved, also in nested objects and in the elements of lists.
    """
    if isinstance(json, dict) and isinstance(before, dict) and isinstance(after, dict):
        return dict(_merge_members(json, before, after))
    if isinstance(json, list) and isinstance(before, list) and isinstance(after, list) and len(json) == len(before):
        return _merge_elements(json, before, after)
    return json if _is_equal(before, after) else after


def _merge_members(json: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in json.items():
        if name in after:
            yield name, merge(value, before[name], after[name]) if name in before else after[name]
        elif name not in before:
            yield name, value
    for name, value in after.items():
        # A default that the model filled in is not a change.
        if name not in json and not (name in before and _is_equal(before[name], value)):
            yield name, value


def _merge_elements(json: list[Any], before: list[Any], after: list[Any]) -> list[Any]:
    if len(before) == len(after):
        return [merge(*triple) for triple in zip(json, before, after)]  # noqa: B905
    unused = list(zip(json, before))  # noqa: B905
    return [_original(unused, element) for element in after]


def _original(unused: list[tuple[Any, Any]], element: Any) -> Any:
    """The original JSON of an element that was in the list before, each used once; a new element itself."""
    for index, (json, before) in enumerate(unused):
        if _is_equal(before, element):
            del unused[index]
            return json
    return element


def _is_equal(left: Any, right: Any) -> bool:
    """Compare as JSON, where true is not 1."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_is_equal(value, right[name]) for name, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_is_equal, left, right))
    return type(left) is type(right) and bool(left == right)
