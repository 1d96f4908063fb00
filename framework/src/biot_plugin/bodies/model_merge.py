"""Carries the changes of a model's value over to the JSON that it was read from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def merge(json: Any, before: Any, after: Any) -> Any:
    """Applies what changed between `before` and `after` to `json`.

    Args:
        json: What came.
        before: What the model made of it.
        after: What the value stands for now.

    Returns:
        `json` where nothing changed, whatever form the model would have given it; `after` where something did. Members
        that the model does not know survive, also inside nested objects and in the elements of lists.
    """
    if isinstance(json, dict) and isinstance(before, dict) and isinstance(after, dict):
        return dict(_members(json, before, after))
    if isinstance(json, list) and isinstance(before, list) and isinstance(after, list) and len(json) == len(before):
        return _elements(json, before, after)
    return json if _same(before, after) else after


def _members(json: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in json.items():
        if name in after:
            yield name, merge(value, before[name], after[name]) if name in before else after[name]
        elif name not in before:
            yield name, value
    for name, value in after.items():
        # A default that the model filled in is no change.
        if name not in json and not (name in before and _same(before[name], value)):
            yield name, value


def _elements(json: list[Any], before: list[Any], after: list[Any]) -> list[Any]:
    if len(before) == len(after):
        return [merge(*triple) for triple in zip(json, before, after)]  # noqa: B905
    unclaimed = list(zip(json, before))  # noqa: B905
    return [_claim(unclaimed, element) for element in after]


def _claim(unclaimed: list[tuple[Any, Any]], element: Any) -> Any:
    """The JSON of an element that was there before, each used once; the element itself where it is new."""
    for index, (json, before) in enumerate(unclaimed):
        if _same(before, element):
            del unclaimed[index]
            return json
    return element


def _same(one: Any, other: Any) -> bool:
    """Equality as JSON has it: true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and bool(one == other)
