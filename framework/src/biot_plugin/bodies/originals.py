"""Finds the original of a copy that was made without its class being called, as `msgspec.structs.replace` does."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

from biot_plugin.bodies import tracking
from biot_plugin.bodies.model_shape import ABSENT, PLAIN, Shape
from biot_plugin.bodies.read_values import LISTS, ReadValues
from biot_plugin.bodies.tracking import TrackedObject
from biot_plugin.bodies.unwritable import Unwritable

if TYPE_CHECKING:
    from biot_plugin.bodies.model_adapters import Model

_LARGEST_SHARED_INT = 256


class Originals:
    """The originals of copies.

    A copy holds the very objects that its original was read with: those prove where it comes from, unless Python
    shares them between all that are equal. What cannot be proved is an error where something could be lost.
    """

    def __init__(self, read: ReadValues, root: Any, model: Model[Any]) -> None:
        self._read = read
        self._root = root
        self._model = model
        self._holders: dict[tuple[type[Any], int], TrackedObject | None] | None = None
        self._vanished: set[type[Any]] | None = None

    def of(self, value: Any, shape: Shape) -> TrackedObject | None:
        """Return the original of an object that was not read; None where it is a new object.

        Raises:
            Unwritable: It may be a copy, and nobody can know of which object.
        """
        if not shape.copies_unseen:
            return None
        found = self._candidates(value, shape)
        if len(found) == 1:
            return found[0]
        name = type(value).__name__
        if found and any(shape.carries_unnamed(entry.json) for entry in found):
            raise Unwritable(
                f"this {name} has values of two objects that were read, so whose unnamed fields it has is unknown: "
                "change one of them instead"
            )
        if not found and shape.is_frozen and type(value) in self._types_that_vanished():
            raise Unwritable(
                f"this {name} shares no value with the objects that were read, of which one is gone, so whether it has "
                "the unnamed fields of that one is unknown: use copy.copy or a class that is not frozen"
            )
        return None

    def _candidates(self, value: Any, shape: Shape) -> list[TrackedObject]:
        if self._holders is None:
            self._holders = self._index()
        held = (self._holders.get((type(value), id(member))) for member in shape.values(value).values())
        return list({id(entry): entry for entry in held if entry is not None}.values())

    def _index(self) -> dict[tuple[type[Any], int], TrackedObject | None]:
        """The object of each type that was read with a value, by the value's id; None where there are two."""
        holders: dict[tuple[type[Any], int], TrackedObject | None] = {}
        for entry in self._read.objects:
            if not entry.shape.copies_unseen or entry.json is ABSENT:
                continue
            for field in entry.shape.fields:
                value = entry.values.get(field.name)
                if _is_evidence(value, entry.json.get(field.key_in(entry.json), ABSENT)):
                    key = (type(entry.value), id(value))
                    holders[key] = None if key in holders else entry
        return holders

    def _types_that_vanished(self) -> set[type[Any]]:
        """The types of which an object with unnamed fields was read and is in the event no more, nor a copy of it."""
        if self._vanished is None:
            present = self._present()
            self._vanished = {
                type(entry.value)
                for entry in self._read.objects
                if entry.shape.carries_unnamed(entry.json) and id(entry.value) not in present
            }
        return self._vanished

    def _present(self) -> set[int]:
        """The ids of the objects that are still in the event, and of the originals of copies."""
        seen: set[int] = set()
        pending = [self._root]
        while pending:
            value = pending.pop()
            if type(value) in PLAIN or id(value) in seen:
                continue
            seen.add(id(value))
            if isinstance(value, (*LISTS, dict)):
                pending += value.values() if isinstance(value, dict) else value
            elif (shape := self._model.shape(type(value))) is not None:
                pending += shape.values(value).values()
                seen.update(id(entry.value) for entry in self._origins(value, shape))
        return seen

    def _origins(self, value: Any, shape: Shape) -> list[TrackedObject]:
        entry = tracking.find(value)
        if entry is not None:
            return [entry.original]
        return self._candidates(value, shape) if shape.copies_unseen else []


def _is_evidence(value: Any, json: Any) -> bool:
    """Whether only what was copied can hold the very object."""
    if json is ABSENT or value is None or isinstance(value, (bool, Enum)):
        return False
    if type(value) is str:
        return value is json and len(value) > 1
    if type(value) is int:
        return value is json and abs(value) > _LARGEST_SHARED_INT
    if type(value) is float:
        return value is json
    return bool(value) or not isinstance(value, (tuple, frozenset, Decimal))
