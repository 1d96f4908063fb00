"""What was read from JSON: which object of a model, and which list or dict, came from which part of it."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from operator import is_
from typing import TYPE_CHECKING, Any
from uuid import UUID

from biot_plugin.bodies import tracking
from biot_plugin.bodies.model_shape import ABSENT, NEW, PLAIN, UNKNOWN, Shape
from biot_plugin.bodies.tracking import TrackedObject
from biot_plugin.bodies.unwritable import Unwritable

if TYPE_CHECKING:
    from biot_plugin.bodies.model import Model

LISTS = (list, tuple, set, frozenset, deque)
#: Types whose values cannot change, and contain nothing else.
_CONSTANT = (str, int, float, bytes, date, time, timedelta, Decimal, UUID, Enum, type(None))


class ReadContainer:
    """A list or dict that was read from JSON, and what was in it.

    Attributes:
        value: The list, tuple, set or dict.
        json: The JSON that it was read from; ABSENT for a default that the model filled in.
        came: The elements of the JSON as they were read: a middleware may have got the JSON, and change it.
        elements: Its elements as they were read; for a dict, its values.
        keys: Its keys in JSON by those in Python, where it is a dict.
        is_plain: Whether no element can change without the container changing, too.
    """

    __slots__ = ("came", "elements", "is_plain", "json", "keys", "value")

    def __init__(self, value: Any, json: Any, elements: Any, keys: dict[Any, str] | None, is_plain: bool) -> None:
        self.value = value
        self.json = json
        self.came: Any = json if json is ABSENT else json.copy()
        self.elements = elements
        self.keys = keys
        self.is_plain = is_plain

    def is_unchanged(self) -> bool:
        """Whether its elements are those that were read, in their order."""
        return has_elements(self.value, self.elements)

    def is_json_unchanged(self) -> bool:
        """Whether the elements of the JSON are those that were read, in their order."""
        return has_elements(self.json, self.came)


class ReadValues:
    """The objects and containers that were read in one event, known by their identity until it is closed.

    Attributes:
        objects: The objects.
        containers: The lists and dicts, by id.
        number_fields: The fields, as class and name, in which decimal numbers came as numbers and not as text.
        is_separate: Whether nothing but these can change: there is none of the JSON itself in the values, and nothing
            of which nobody knows what is in it.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self.is_separate = not model.reorders
        self._shapes: dict[type[Any], Shape] = {}
        self.objects: list[TrackedObject] = []
        self.containers: dict[int, ReadContainer] = {}
        #: For each value that was added, how many objects and containers there were then.
        self._object_ends: list[int] = []
        self._container_ends: list[int] = []
        self.number_fields: set[tuple[type[Any], str]] = set()

    def close(self) -> None:
        """Forget everything, so that nothing of the event stays in the container."""
        tracking.release(self.objects)
        self.objects.clear()
        self.containers.clear()

    def add(self, values: Iterable[Any], jsons: Iterable[Any]) -> None:
        """Remember values, and everything in them, together with the JSON that each was read from."""
        try:
            with tracking.lock:
                for value, json in zip(values, jsons):  # noqa: B905
                    self._add(value, json)
                    self._object_ends.append(len(self.objects))
                    self._container_ends.append(len(self.containers))
        except BaseException:
            self.close()
            raise

    def _add(self, value: Any, json: Any) -> None:
        pending: list[tuple[Any, Any, TrackedObject | None, str]] = [(value, json, None, "")]
        while pending:
            value, json, owner, name = pending.pop()
            kind = type(value)
            if kind in PLAIN:
                continue
            if value is json:
                self.is_separate = False
                continue
            shape = self._shapes.get(kind)
            if shape is not None:
                pending += self._add_object(value, json, shape)
            elif kind is Decimal and owner is not None and type(json) in (int, float):
                self.number_fields.add((type(owner.value), name))
            elif isinstance(value, (*LISTS, dict)):
                pending += ((*pair, owner, name) for pair in self._add_container(value, json, owner, name))
            else:
                pending += self._add_other(value, json, owner, name)

    def _add_other(
        self, value: Any, json: Any, owner: TrackedObject | None, name: str
    ) -> Iterable[tuple[Any, Any, TrackedObject, str]]:
        """Remember an object of a model, or of a type that is not known, which may change without being noticed."""
        shape = self._model.shape(type(value))
        if shape is not None:
            self._shapes[type(value)] = shape
            return self._add_object(value, json, shape)
        if not isinstance(value, _CONSTANT):
            self._add_opaque(value, owner, name)
        return ()

    def _add_opaque(self, value: Any, owner: TrackedObject | None, name: str) -> None:
        """Remember a field of which nobody knows which part came from which JSON, as it is now."""
        self.is_separate = False
        if owner is None:
            return
        self._add_unknown(value)
        if name in owner.opaque:
            return
        try:
            before = owner.shape.dump_field(owner.value, name)
        except Unwritable:
            before = NEW
        owner.opaque = {**owner.opaque, name: (before, any(self._objects(owner.values[name])))}

    def _add_unknown(self, value: Any) -> None:
        """Remember that objects came from JSON that nobody knows."""
        for element, shape in self._objects(value):
            if tracking.find(element) is None:
                entry = TrackedObject(element, shape, UNKNOWN, shape.values(element))
                self.objects.append(entry)
                tracking.track(entry)

    def _objects(self, value: Any) -> Iterator[tuple[Any, Shape]]:
        """Yield the objects of models in a value, and in their fields."""
        pending, seen = [value], set()
        while pending:
            value = pending.pop()
            if type(value) in PLAIN or id(value) in seen:
                continue
            seen.add(id(value))
            if isinstance(value, (*LISTS, dict)):
                pending += value.values() if isinstance(value, dict) else value
            elif (shape := self._model.shape(type(value))) is not None:
                yield value, shape
                pending += shape.values(value).values()

    def changed(self) -> set[int]:
        """Return the positions, in the order in which they were added, of the values that were changed or assigned.

        It is certain only of values that are separate.
        """
        objects = [place for place, entry in enumerate(self.objects) if not entry.is_unchanged()]
        containers = [place for place, read in enumerate(self.containers.values()) if not read.is_unchanged()]
        return {
            *(bisect_right(self._object_ends, place) for place in objects),
            *(bisect_right(self._container_ends, place) for place in containers),
        }

    def is_equal(self, value: Any, before: Any) -> bool:
        """Whether a value equals one that was read, as it was then."""
        read = self.containers.get(id(before))
        if read is not None:
            before, value = read.elements, dict(value) if isinstance(value, dict) else tuple(value)
        return type(value) is type(before) and bool(value == before)

    def _add_object(self, value: Any, json: Any, shape: Shape) -> list[tuple[Any, Any, TrackedObject, str]]:
        if not shape.is_root and type(json) is not dict:
            json = ABSENT
        entry = tracking.find(value)
        if entry is not None and (json is ABSENT or entry.json is not ABSENT):
            if json not in (ABSENT, entry.json):  # A validator put it into the place of another one.
                entry.json = UNKNOWN
            self.is_separate = False
            self.objects.append(entry)
            entry.readers += 1
            return []
        values = shape.values(value)
        entry = TrackedObject(value, shape, json, values)
        if self._model.reorders:
            entry.fields_set = frozenset(getattr(value, "__pydantic_fields_set__", ()))
        self.objects.append(entry)
        tracking.track(entry)
        if shape.is_root:
            return [(values["root"], json, entry, "root")]
        nested = [name for name, member in values.items() if type(member) not in PLAIN]
        if not nested:
            return []
        members = {} if json is ABSENT else json
        return [
            (values[field.name], members.get(field.key_in(members), ABSENT), entry, field.name)
            for field in shape.all_fields(values)
            if field.name in nested
        ]

    def _add_container(self, value: Any, json: Any, owner: TrackedObject | None, name: str) -> list[tuple[Any, Any]]:
        pairs = self._add_dict(value, json) if isinstance(value, dict) else self._add_list(value, json)
        checked = owner is not None and self._model.reorders and json is not ABSENT
        if pairs is not None and not (checked and not self._is_paired(pairs)):
            return pairs
        self.containers.pop(id(value), None)
        self._add_opaque(value, owner, name)
        return []

    def _add_list(self, value: Any, json: Any) -> list[tuple[Any, Any]] | None:
        if isinstance(value, (set, frozenset)):
            return None  # It has an order of its own.
        elements = tuple(value)
        if json is ABSENT:
            pairs = [(element, ABSENT) for element in elements]
        elif isinstance(json, list) and len(json) == len(elements):
            pairs = list(zip(elements, json))  # noqa: B905
        else:
            return None
        is_plain = all(type(element) in PLAIN for element in elements)
        self._remember(ReadContainer(value, json, elements, None, is_plain))
        return [] if is_plain and json is ABSENT else pairs

    def _add_dict(self, value: dict[Any, Any], json: Any) -> list[tuple[Any, Any]] | None:
        if json is ABSENT:
            keys: dict[Any, str] = {key: str(key) for key in value}
        elif not isinstance(json, dict):
            return None
        elif all(key in json for key in value) and (self._model.has_typed_dicts or len(json) == len(value)):
            # A TypedDict loses what it does not name, but is a dict: what it does not name may stay in it.
            value.update((key, json[key]) for key in json if key not in value)
            keys = {key: key for key in value}
        elif len(json) == len(value):
            keys = dict(zip(value, json))  # noqa: B905
        else:
            return None
        is_plain = all(type(element) in PLAIN for element in value.values())
        self._remember(ReadContainer(value, json, dict(value), keys, is_plain))
        return [(element, ABSENT if json is ABSENT else json[keys[key]]) for key, element in value.items()]

    def _remember(self, read: ReadContainer) -> None:
        if id(read.value) in self.containers and not isinstance(read.value, tuple):
            self.is_separate = False  # A default that several values share: a change of it is one of them all.
        self.containers[id(read.value)] = read

    def _is_paired(self, pairs: list[tuple[Any, Any]]) -> bool:
        """Whether each element is what its JSON is read as, although a validator may have moved it."""
        return all(value is json or self._is_read_from(value, json) for value, json in pairs)

    def _is_read_from(self, value: Any, json: Any) -> bool:
        shape = self._model.shape(type(value))
        return shape is not None and shape.is_read_from(value, json)


def has_elements(value: Any, elements: Any) -> bool:
    """Whether a list or dict has the very elements, in their order."""
    if isinstance(elements, dict):
        return [*value] == [*elements] and all(map(is_, value.values(), elements.values()))
    return len(value) == len(elements) and all(map(is_, value, elements))
