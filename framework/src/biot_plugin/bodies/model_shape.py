"""What the framework must know of a model's class to write its objects back: its fields, and their names in JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter, is_
from typing import Any, Final, NamedTuple

from biot_plugin.bodies.unwritable import Unwritable

#: Types whose values are the same in JSON.
PLAIN: Final = frozenset({str, int, float, bool, type(None)})


class Absent:
    """The type of `ABSENT`."""

    __slots__ = ()


#: The JSON of a field that was not in the JSON.
ABSENT: Final = Absent()


class New:
    """The type of `NEW`."""

    __slots__ = ()


class Unknown:
    """The type of `UNKNOWN`."""

    __slots__ = ()


#: The JSON of an object that was read, where nobody knows which it is.
UNKNOWN: Final = Unknown()

#: In place of the JSON that a value came from, where it was assigned, or stands where it was not read.
NEW: Final = New()


class Field(NamedTuple):
    """A field of a model.

    Attributes:
        name: Its name in Python.
        key: The key that it has in JSON.
        other_key: The key that it may have instead.
    """

    name: str
    key: str
    other_key: str | None = None

    def key_in(self, json: Any) -> str:
        """The key that the field has in an object's JSON."""
        if self.other_key is not None and json is not ABSENT and self.key not in json and self.other_key in json:
            return self.other_key
        return self.key


class Shape(NamedTuple):
    """The fields of a model's class.

    Attributes:
        fields: The fields.
        values: Reads the values of an object's fields by name; fields that were deleted are left out.
        dump_field: Converts the field of an object that has a name to JSON; ABSENT where the class leaves it out.
            Raises Unwritable.
        is_read_from: Whether an object is equal to what its class reads from JSON.
        constants: What every object of the class has in its JSON that is no field, such as a tag.
        hidden_defaults: Whether the class leaves fields out of its JSON that have their defaults.
        hidden_nulls: The names of the fields that are left out where they are None.
        has_extra: Whether objects keep fields that the class does not name.
        is_root: Whether an object's JSON is that of its only field.
        members: Reads the values of all fields, in their order, where nothing else can be in an object. Raises
            AttributeError or KeyError for a field that was deleted.
    """

    fields: tuple[Field, ...]
    values: Callable[[Any], dict[str, Any]]
    dump_field: Callable[[Any, str], Any]
    is_read_from: Callable[[Any, Any], bool]
    constants: dict[str, Any] = {}  # noqa: RUF012  # never changed
    hidden_defaults: bool = False
    hidden_nulls: frozenset[str] = frozenset()
    has_extra: bool = False
    is_root: bool = False
    members: Callable[[Any], Sequence[Any]] | None = None

    def has_values(self, value: Any, before: dict[str, Any]) -> bool:
        """Whether the fields of an object have the very values that were read before."""
        if self.members is not None and len(before) == len(self.fields):
            try:
                return all(map(is_, self.members(value), before.values()))
            except (AttributeError, KeyError):
                return False
        values = self.values(value)
        return [*values] == [*before] and all(map(is_, values.values(), before.values()))

    def dump_member(self, value: Any, field: Field) -> Any:
        """Convert a field of an object to JSON. Raises Unwritable, which names the field."""
        try:
            return self.dump_field(value, field.name)
        except Unwritable as error:
            raise error.in_field(field.key) from None

    def all_fields(self, *values: dict[str, Any]) -> tuple[Field, ...]:
        """Return the fields of the class, and those that objects with these values have beyond them."""
        if not self.has_extra:
            return self.fields
        named = {field.name for field in self.fields}
        extra = dict.fromkeys(name for names in values for name in names if name not in named)
        return (*self.fields, *(Field(name, name) for name in extra))


def attributes_of(names: Sequence[str]) -> Callable[[Any], Sequence[Any]]:
    """Return the function that reads attributes of an object, in the order of their names. It raises AttributeError."""
    return attrgetter(*names) if len(names) > 1 else lambda value: [getattr(value, name) for name in names]


def attribute_reader(names: Sequence[str]) -> Callable[[Any], dict[str, Any]]:
    """Return the function that reads the values of an object's fields from its attributes."""
    members = attributes_of(names)

    def read(value: Any) -> dict[str, Any]:
        try:
            return dict(zip(names, members(value)))  # noqa: B905
        except AttributeError:  # A field was deleted.
            return {name: getattr(value, name) for name in names if hasattr(value, name)}

    return read


def is_json(value: Any) -> bool:
    """Whether a value consists of what JSON has types for."""
    if type(value) in PLAIN:
        return True
    pending, seen = [value], set()
    while pending:
        value = pending.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if type(value) is dict and PLAIN.issuperset(map(type, value)):
            elements: Any = value.values()
        elif type(value) is list:
            elements = value
        else:
            return False
        # Few values have elements: most need no turn of the loop.
        pending += [element for element in elements if type(element) not in PLAIN]
    return True
