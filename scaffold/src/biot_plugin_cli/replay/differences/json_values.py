"""How two JSON values differ, as paths of what was added, removed or changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from biot_plugin_cli.replay.differences.change import Difference
from biot_plugin_cli.replay.differences.names import field_name

__all__ = ["compare_values", "is_same"]

# Nobody reads deeper, and what a plugin replies may be nested without end.
_MAX_DEPTH = 60
_ID_NAMES = ("_id", "id")
_TYPES = (
    (bool, "boolean"),
    ((int, float), "number"),
    (str, "text"),
    (bytes, "bytes"),
    (list, "list"),
    (dict, "object"),
)

Value = Any


def compare_values(old: Value, new: Value, path: str, prefix: str = "", depth: int = 0) -> Iterator[Difference]:
    """Compare two values.

    Args:
        old: The one.
        new: The other.
        path: Where they are.
        prefix: What the kinds of differences begin with, such as `call-`.
        depth: How deep they are.
    """
    if is_same(old, new):
        return
    old_type, new_type = _type_of(old), _type_of(new)
    shown = path or "the body"
    if old_type != new_type:
        place = f"{path}:{old_type}->{new_type}"
        sentence = f"`{shown}` became {_named(new_type)} instead of {_named(old_type)}"
        yield Difference(f"{prefix}type", place, sentence, old, new)
    elif old_type not in ("object", "list") or depth > _MAX_DEPTH:
        yield Difference(f"{prefix}changed", path, f"changed `{shown}`", old, new)
    elif old_type == "object":
        yield from _compare_objects(old, new, path, prefix, depth)
    else:
        yield from _compare_lists(old, new, f"{path}[]", prefix, depth)


def is_same(old: Value, new: Value) -> bool:
    """Whether two values are the same as JSON: `1` and `true` are not, `1` and `1.0` are."""
    with suppress(RecursionError):
        if old != new:
            return False
    # For Python, `True` equals 1; and what a plugin replies may be nested without end.
    pairs = [(old, new)]
    while pairs:
        old, new = pairs.pop()
        if isinstance(old, dict) and isinstance(new, dict):
            if old.keys() != new.keys():
                return False
            pairs += ((value, new[name]) for name, value in old.items())
        elif isinstance(old, list) and isinstance(new, list):
            if len(old) != len(new):
                return False
            pairs += zip(old, new, strict=True)
        elif isinstance(old, bool) != isinstance(new, bool) or old != new:
            return False
    return True


def _compare_objects(
    old: Mapping[str, Value], new: Mapping[str, Value], path: str, prefix: str, depth: int
) -> Iterator[Difference]:
    for name in [*old, *(name for name in new if name not in old)]:
        place = f"{path}.{field_name(name)}" if path else field_name(name)
        if name not in new:
            yield Difference(f"{prefix}removed", place, f"removed `{place}`", old=old[name])
        elif name not in old:
            yield Difference(f"{prefix}added", place, f"added `{place}`", new=new[name])
        else:
            yield from compare_values(old[name], new[name], place, prefix, depth + 1)


def _compare_lists(
    old: Sequence[Value], new: Sequence[Value], path: str, prefix: str, depth: int
) -> Iterator[Difference]:
    ids, new_ids = _ids_of(old), _ids_of(new)
    if ids is not None and new_ids is not None:
        yield from _compare_entities(ids, new_ids, path, prefix, depth)
        return
    old, new = _without_equal_ends(old, new)
    if _has_same_items(old, new):
        yield Difference(f"{prefix}order", path, f"`{path}` has another order", [*old], [*new])
        return
    for item, new_item in zip(old, new, strict=False):
        yield from compare_values(item, new_item, path, prefix, depth + 1)
    for item in old[len(new) :]:
        yield Difference(f"{prefix}removed", path, f"removed an item of `{path}`", old=item)
    for item in new[len(old) :]:
        yield Difference(f"{prefix}added", path, f"added an item to `{path}`", new=item)


def _compare_entities(
    old: Mapping[Any, Value], new: Mapping[Any, Value], path: str, prefix: str, depth: int
) -> Iterator[Difference]:
    for id in [*old, *(id for id in new if id not in old)]:
        if id not in new:
            yield Difference(f"{prefix}removed", path, f"removed an item of `{path}`", old=old[id])
        elif id not in old:
            yield Difference(f"{prefix}added", path, f"added an item to `{path}`", new=new[id])
        else:
            yield from compare_values(old[id], new[id], path, prefix, depth + 1)
    order, new_order = [id for id in old if id in new], [id for id in new if id in old]
    if order != new_order:
        yield Difference(f"{prefix}order", path, f"`{path}` has another order", order, new_order)


def _ids_of(items: Sequence[Value]) -> dict[Any, Value] | None:
    """Return items by their ids; None if not each of them has one of its own."""
    for name in _ID_NAMES:
        ids = [item.get(name) if isinstance(item, dict) else None for item in items]
        if ids and all(isinstance(id, str | int) for id in ids) and len(set(ids)) == len(ids):
            return dict(zip(ids, items, strict=True))
    return None


def _without_equal_ends(old: Sequence[Value], new: Sequence[Value]) -> tuple[Sequence[Value], Sequence[Value]]:
    shortest, start = min(len(old), len(new)), 0
    while start < shortest and is_same(old[start], new[start]):
        start += 1
    end = 0
    while end < shortest - start and is_same(old[-1 - end], new[-1 - end]):
        end += 1
    return old[start : len(old) - end], new[start : len(new) - end]


def _has_same_items(old: Sequence[Value], new: Sequence[Value]) -> bool:
    if len(old) != len(new) or not all(isinstance(item, str | int | float) for item in (*old, *new)):
        return False
    return sorted(map(repr, old)) == sorted(map(repr, new))


def _type_of(value: Value) -> str:
    return next((name for types, name in _TYPES if isinstance(value, types)), "null")


def _named(type: str) -> str:
    return "null" if type == "null" else f"an {type}" if type == "object" else f"a {type}"
