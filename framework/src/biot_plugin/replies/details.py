"""The details of an error as JSON. What has no obvious form in JSON costs itself alone, and visibly."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence, Set as AbstractSet, Sized
from enum import Enum
from typing import Any

from biot_plugin.wire import exact_numbers
from biot_plugin.wire.well_formed import well_formed

#: How many levels, values and characters are written; nobody reads more, and a value may contain itself.
_MAX_DEPTH = 20
_MAX_VALUES = 10_000
_MAX_TEXT = 100_000
#: How many characters of a path a warning names.
_MAX_PATH = 200
#: How many of the replaced values a warning names.
_MAX_NAMED = 10

Report = Callable[[str, str], None]


def to_json(details: object, report: Report) -> dict[str, Any]:
    """Convert details to JSON.

    Args:
        details: The details by name.
        report: Called with the path and the type of each value that was replaced by a placeholder.
    """
    converted = _Conversion(report).convert(details, "", 0)
    return converted if isinstance(converted, dict) else {}


def lost_details_message(lost: Sequence[str]) -> str:
    """Word the warning about details that were replaced by placeholders, from their paths and types."""
    return f"JSON has no form for {len(lost)} of the error's details, which have a placeholder instead: " + ", ".join(
        lost[:_MAX_NAMED]
    )


class _Conversion:
    """Converts values one by one, and counts them."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._left = _MAX_VALUES

    def members(self, mapping: Mapping[Any, Any], path: str, depth: int) -> dict[str, Any]:
        self._count(mapping)
        result: dict[str, Any] = {}
        for key, value in mapping.items():
            name = self._name(key, path, result)
            result[name] = self.convert(value, _extended(path, name), depth)
        return result

    def convert(self, value: Any, path: str, depth: int) -> Any:
        if depth <= _MAX_DEPTH:
            try:
                return self._form(value, path, depth)
            except Exception:  # noqa: S110  # the author's own methods may raise anything
                pass
        name = type(value).__name__
        self._report(path or "details", name)
        return f"[{name}]"

    def _form(self, value: Any, path: str, depth: int) -> Any:
        if isinstance(value, Enum):
            return self._form(value.value, path, depth)
        if value is None or isinstance(value, (bool, str, int, float)):
            return _scalar(value)
        if (fields := _fields(value)) is not None:
            value = fields
        if isinstance(value, Mapping):
            return self.members(value, path, depth + 1)
        if isinstance(value, (Sequence, AbstractSet)) and not isinstance(value, (bytes, bytearray, memoryview)):
            self._count(value)
            elements = [self.convert(element, f"{path}[{index}]", depth + 1) for index, element in enumerate(value)]
            return sorted(elements, key=repr) if isinstance(value, AbstractSet) else elements
        return _written_as_text(value)

    def _count(self, values: Sized) -> None:
        self._left -= len(values)
        if self._left < 0:
            raise ValueError("too many values")

    def _name(self, key: object, path: str, taken: Mapping[str, Any]) -> str:
        """The name of a member, which no other member has."""
        if isinstance(key, Enum):
            key = key.value
        if isinstance(key, str):
            name = well_formed(str.__str__(key))
        elif key is None or isinstance(key, (bool, int, float)):
            name = str(key)
        else:
            name = f"[{type(key).__name__}]"
            self._report(_extended(path, name), f"name of type {type(key).__name__}")
        return name if name not in taken else f"{name} {len(taken) + 1}"


def _extended(path: str, name: str) -> str:
    """The path of a member, cut before it is extended for each member of that: names may be long."""
    return f"{path}.{name}".lstrip(".")[:_MAX_PATH]


def _scalar(value: Any) -> Any:
    """A value of JSON's own types, without what a subclass adds to it.

    Raises:
        ValueError: JSON cannot express it, or it is too long.
    """
    if isinstance(value, str):
        if len(value) > _MAX_TEXT:
            raise ValueError("too long")
        return well_formed(str.__str__(value))
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        str(int(value))  # Raises ValueError where the number is too long to be written.
        return int(value)
    if not math.isfinite(value) and not exact_numbers.is_remembered(value):
        raise ValueError("not a number of JSON")
    return value if type(value) is float else float(value)


def _fields(value: Any) -> Any:
    """The fields of a pydantic model, msgspec struct or dataclass; None for anything else."""
    if isinstance(value, type):
        return None
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True)
    for attribute in ("__struct_fields__", "__dataclass_fields__"):
        names = getattr(value, attribute, None)
        if names is not None:
            return {name: getattr(value, name) for name in names}
    return None


def _written_as_text(value: Any) -> Any:
    """The one usual text of a date, a time, an id or a path; a decimal number as a number.

    Raises:
        TypeError: There is no usual text.
    """
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if _is_a(value, "decimal", "Decimal"):
        if not value.is_finite():
            raise ValueError("not a number of JSON")
        return exact_numbers.parse_float(str(value))
    if _is_a(value, "uuid", "UUID") or _is_a(value, "pathlib", "PurePath"):
        return well_formed(str(value))
    raise TypeError("no obvious form in JSON")


def _is_a(value: object, module: str, name: str) -> bool:
    """Whether a value is of a class, without importing its module."""
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(value, getattr(loaded, name))
