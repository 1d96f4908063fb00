"""Writes a model's values back into the JSON that they were read from.

An object that was read has its JSON, wherever it stands now, and only what was changed or assigned is written into it.
A copy has the JSON of its original, and a new object nothing but itself. Everything is visited once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from biot_plugin.bodies import tracking
from biot_plugin.bodies.container_writer import ContainerWriter
from biot_plugin.bodies.model_form import Form
from biot_plugin.bodies.model_shape import ABSENT, NEW, PLAIN, UNKNOWN, Field, Shape
from biot_plugin.bodies.read_values import LISTS, ReadValues
from biot_plugin.bodies.tracking import TrackedObject
from biot_plugin.bodies.unwritable import Unwritable

if TYPE_CHECKING:
    from biot_plugin.bodies.model import Model

#: One object wherever it stands, so that nobody knows which one was read where; it cannot change, as plain values.
_EMPTY = ()
_UNKNOWN = "the model read its elements in another order, or other ones, so what belongs to which of them is unknown"


class Writer:
    """Writes the values of one event.

    Args:
        model: The model.
        read: What was read.
        normalize: Whether what validation changed counts as assigned.
    """

    def __init__(self, model: Model, read: ReadValues, *, normalize: bool) -> None:
        self._model = model
        self._read = read
        self._normalize = normalize
        self._containers = ContainerWriter(read, self._write)

    def write(self, value: Any, came: Any = NEW) -> Any:
        """Return the JSON of a value: the very JSON that it was read from where nothing was touched.

        Args:
            value: The value.
            came: The JSON of the place where it stands, if it was read there.

        Raises:
            Unwritable: It has no JSON, or cannot be paired with what was read.
        """
        is_read = tracking.find(value) is not None and not self._normalize
        return self._write(value, Form(lambda: self._model.dump(value)), came if is_read else NEW)

    def write_body(self, value: Any, body: TrackedObject) -> Any:
        """Return the JSON of an object that was put in the place of the body that was read.

        Raises:
            Unwritable: It has no JSON, or cannot be paired with what was read.
        """
        tracked = tracking.find(value)
        entry = tracked or body.copied(value)
        if entry.json is ABSENT or entry.json is UNKNOWN:
            return self.write(value)
        return self._write_copy(value, entry, is_complete=tracked is None)

    def _write(self, value: Any, form: Form, came: Any, is_whole: bool = False) -> Any:
        """Write any value.

        Args:
            value: The value.
            form: Its JSON as the library writes it.
            came: The JSON that it came from if it stands where it was read; NEW otherwise.
            is_whole: Whether what validation changed in it is written.
        """
        if type(value) in PLAIN or value is _EMPTY:
            return came if came is not NEW and (not is_whole or _is_same(came, value)) else self._form_of(value, form)
        entry = tracking.find(value)
        if entry is not None:
            if entry.json is ABSENT or entry.json is UNKNOWN:
                return self._write_unpaired(value, entry, form, came)
            if entry.is_copy:
                return self._write_copy(value, entry)
            json = self._write_read(value, entry)
            return came if json is entry.json and came is not NEW else json
        if isinstance(value, (*LISTS, dict)):
            return self._containers.writer_of(value, came)(value, form, came, is_whole)
        shape = self._model.shape(type(value))
        if shape is not None:
            return self._write_new(value, shape, form)
        return form.of_leaf(value) if came is NEW else came

    def _form_of(self, value: Any, form: Form) -> Any:
        """Return the form of a plain value. Where a field is Any, pydantic writes null for what is not finite."""
        json = form()
        is_lost = json is None and type(value) is float and not self._model.converts
        return value if is_lost else json

    def _write_read(self, value: Any, entry: TrackedObject) -> Any:
        """Write an object that was read: its JSON, with what was changed or assigned."""
        values = entry.shape.values(value)
        if entry.shape.is_root:
            return self._write_field(value, entry, Field("root", ""), values["root"], entry.json)
        changes: dict[str, Any] = {}
        for field in entry.shape.all_fields(entry.values, values):
            current = values.get(field.name, NEW)
            if type(current) in PLAIN and not self._normalize and not _is_assigned(entry, field.name, current):
                continue
            key = field.key_in(entry.json)
            member = entry.json.get(key, ABSENT)
            if current is not NEW:
                written = self._write_field(value, entry, field, current, member)
            else:
                written = ABSENT if field.name in entry.values else member
            if written is not member:
                changes[key] = written
        return _with_changes(entry.json, changes)

    def _write_field(self, value: Any, entry: TrackedObject, field: Field, current: Any, member: Any) -> Any:
        """Write a field of an object that was read; ABSENT where it is left out."""
        name = field.name
        is_assigned = (self._normalize and member is not ABSENT) or _is_assigned(entry, name, current)
        if is_assigned and _is_left_out(entry.shape, name, current):
            return ABSENT
        try:
            if name in entry.opaque:
                return self._write_opaque(value, entry, name, member)
            form = self._form(value, entry.shape, name, member)
            return self._write(current, form, NEW if is_assigned else member)
        except Unwritable as error:
            raise error.in_field(field.key) from None

    def _write_opaque(self, value: Any, entry: TrackedObject, name: str, member: Any) -> Any:
        """Write a field of which nobody knows which part came from which JSON."""
        before, has_objects = entry.opaque[name]
        is_assigned = name in entry.assigned
        if before is NEW and not is_assigned:
            return member
        now = entry.shape.dump_field(value, name)
        if repr(now) == repr(before) and (has_objects or not (is_assigned or self._normalize)):
            return member
        if has_objects:
            raise Unwritable(_UNKNOWN)
        return now

    def _write_unpaired(self, value: Any, entry: TrackedObject, form: Form, came: Any) -> Any:
        """Write an object that has no JSON of its own: what came where nothing in it was touched.

        The model filled it in, or made it of JSON that is no object, or nobody knows which JSON it has.
        """
        values = entry.shape.values(value)
        is_untouched = (
            came is not NEW and not entry.is_copy and not entry.assigned and values.keys() == entry.values.keys()
        )
        for field in entry.shape.all_fields(entry.values, values) if is_untouched else ():
            if self._write_field(value, entry, field, values[field.name], ABSENT) is not ABSENT:
                is_untouched = False
                break
        if is_untouched:
            return came
        if entry.json is UNKNOWN:
            raise Unwritable(_UNKNOWN)
        return self._write_new(value, entry.shape, form)

    def _write_copy(self, value: Any, entry: TrackedObject, *, is_complete: bool = False) -> Any:
        """Write all fields of a copy into the JSON of its original.

        Fields that are not there are written only where they were changed, or where the object is complete.
        """
        values = entry.shape.values(value)
        if entry.shape.is_root:
            return self._write_copied(value, entry, Field("root", ""), values["root"], entry.json, True)
        explicit = entry.assigned | (_fields_set(value) - entry.fields_set)
        if is_complete:
            explicit = explicit | values.keys()
        changes: dict[str, Any] = {}
        for field in entry.shape.all_fields(entry.values, values):
            key = field.key_in(entry.json)
            member = entry.json.get(key, ABSENT)
            written: Any = ABSENT
            if field.name in values:
                written = self._write_copied(value, entry, field, values[field.name], member, field.name in explicit)
            if written is not member:
                changes[key] = written
        return _with_changes(entry.json, changes)

    def _write_copied(
        self, value: Any, entry: TrackedObject, field: Field, current: Any, member: Any, is_explicit: bool
    ) -> Any:
        """Write a field of a copy; ABSENT where it is left out."""
        name = field.name
        if member is ABSENT and not is_explicit and self._is_equal_copy(current, entry.values.get(name, NEW)):
            return ABSENT
        came = self._came_of_copied(entry, name, current, member, is_explicit)
        if came is NEW and _is_left_out(entry.shape, name, current):
            return ABSENT
        try:
            if name in entry.opaque:
                return self._write_opaque(value, entry, name, member)
            is_whole = came is not NEW and came is not ABSENT
            return self._write(current, self._form(value, entry.shape, name, member), came, is_whole)
        except Unwritable as error:
            raise error.in_field(field.key) from None

    def _came_of_copied(self, entry: TrackedObject, name: str, current: Any, member: Any, is_explicit: bool) -> Any:
        """The JSON that the value of a copy's field came from: NEW where it has another value than the original."""
        before = entry.values.get(name, NEW)
        if member is ABSENT:
            return ABSENT if current is before and not is_explicit else NEW
        is_same = current is before or self._is_same_leaf(current, before)
        return member if is_same and name not in entry.assigned else NEW

    def _write_new(self, value: Any, shape: Shape, form: Form) -> Any:
        """Write an object that was not read: nothing but itself."""
        values = shape.values(value)
        if shape.is_root:
            return self._write(values["root"], form, NEW)
        json = form()
        if not isinstance(json, dict):
            return json
        written = {key: json[key] for key in shape.constants if key in json}
        for field in shape.all_fields(values):
            if field.name not in values or (shape.hidden_defaults and field.key not in json):
                continue
            try:
                member = self._write(values[field.name], self._form_of_new(value, shape, field, form), NEW)
            except Unwritable as error:
                raise error.in_field(field.key) from None
            if member is not ABSENT:
                written[field.key] = member
        return written

    def _form(self, value: Any, shape: Shape, name: str, member: Any) -> Form:
        is_number = type(member) in (int, float)
        is_number = is_number or (type(member) is not str and (type(value), name) in self._read.number_fields)
        return Form(lambda: shape.dump_field(value, name), is_number)

    def _form_of_new(self, value: Any, shape: Shape, field: Field, form: Form) -> Form:
        """The form of a field inside the form of its object, which lacks the fields of subclasses."""
        if field.key not in form():
            return self._form(value, shape, field.name, ABSENT)
        return form.element(field.key, None, (type(value), field.name) in self._read.number_fields)

    def _is_equal_copy(self, value: Any, before: Any) -> bool:
        return value is not before and self._read.is_equal(value, before)

    def _is_same_leaf(self, value: Any, before: Any) -> bool:
        """Whether a value that JSON has no type for, such as a date, is what was read: then its form is, too."""
        if type(value) in PLAIN or type(value) is not type(before) or isinstance(value, (*LISTS, dict)):
            return False
        return self._model.shape(type(value)) is None and (value is before or repr(value) == repr(before))


def _is_assigned(entry: TrackedObject, name: str, current: Any) -> bool:
    return name in entry.assigned or current is not entry.values.get(name, NEW)


def _with_changes(json: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON itself where there are no changes."""
    if not changes:
        return json
    changed = {key: changes.pop(key, member) for key, member in json.items()}
    return {key: member for key, member in {**changed, **changes}.items() if member is not ABSENT}


def _is_same(json: Any, value: Any) -> bool:
    """Whether JSON and a value are the same, where 1 and 1.0 are, but not 1 and true."""
    kinds = {type(json), type(value)}
    return (len(kinds) == 1 or kinds == {int, float}) and bool(json == value)


def _is_left_out(shape: Shape, name: str, value: Any) -> bool:
    """Whether None stands for a field that is left out, as it does where a class leaves defaults out."""
    return value is None and name in shape.hidden_nulls


def _fields_set(value: Any) -> frozenset[str]:
    return frozenset(getattr(value, "__pydantic_fields_set__", ()))
