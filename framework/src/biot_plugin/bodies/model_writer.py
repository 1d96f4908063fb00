"""Writes a model's values back into the JSON that they were read from.

An object that was read has its JSON, wherever it stands now, and only what was changed or assigned is written into it.
A copy has the JSON of its original, and a new object nothing but itself. Everything is visited once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from biot_plugin.bodies import tracking
from biot_plugin.bodies.model_form import Form
from biot_plugin.bodies.model_shape import ABSENT, PLAIN, Field, Shape
from biot_plugin.bodies.originals import Originals
from biot_plugin.bodies.read_values import LISTS, ReadContainer, ReadValues
from biot_plugin.bodies.tracking import TrackedObject
from biot_plugin.bodies.unwritable import Unwritable

if TYPE_CHECKING:
    from biot_plugin.bodies.model_adapters import Model


class _New:
    """The type of `NEW`."""


#: In place of the JSON that an untouched value came from: the value was assigned, or stands at another place.
NEW: Final = _New()


class Writer:
    """Writes the values of one event.

    Args:
        model: The model.
        read: What was read.
        normalize: Whether what validation changed counts as assigned.
        root: What the handler leaves in the event.
    """

    def __init__(self, model: Model[Any], read: ReadValues, root: Any, *, normalize: bool) -> None:
        self._model = model
        self._read = read
        self._normalize = normalize
        self._originals = Originals(read, root, model)

    def write(self, value: Any) -> Any:
        """Return the JSON of a value: the very JSON that it was read from where nothing was touched.

        Raises:
            Unwritable: It has no JSON, or cannot be paired with what was read.
        """
        return self._write(value, Form(lambda: self._model.dump(value)), NEW)

    def write_whole(self, value: Any, body: TrackedObject) -> Any:
        """Return the JSON of an object that takes the place of the body that was read.

        Raises:
            Unwritable: It has no JSON, or cannot be paired with what was read.
        """
        form = Form(lambda: self._model.dump(value))
        entry = tracking.find(value)
        if entry is not None:
            return self._write_copy(value, entry, form, entry.json)
        return self._write_copy(value, body.copied(value), form, body.json, is_complete=True)

    def _write(self, value: Any, form: Form, came: Any) -> Any:
        """Write a value that came from `came`, or is NEW."""
        if type(value) in PLAIN:
            return form() if came is NEW else came
        entry = tracking.find(value)
        if entry is not None:
            return self._write_object(value, entry, form, came)
        if isinstance(value, (*LISTS, dict)):
            return self._write_container(value, form, came)
        shape = self._model.shape(type(value))
        if shape is None:
            return form.of_leaf(value) if came is NEW else came
        original = self._originals.of(value, shape)
        if original is None:
            return self._write_new(value, shape, form)
        return self._write_copy(value, original.copied(value), form, original.json)

    # --- objects

    def _write_object(self, value: Any, entry: TrackedObject, form: Form, came: Any) -> Any:
        if entry.is_copy:
            return self._write_copy(value, entry, form, came)
        if entry.json is ABSENT:
            return self._write_default(value, entry, form, came)
        if entry.shape.is_root:
            return self._write_field(value, entry, Field("root", ("",)), entry.shape.values(value)["root"], entry.json)
        changes: dict[str, Any] = {}
        values = entry.shape.values(value)
        for field in self._fields(entry.shape, entry.values, values):
            key = field.key_in(entry.json)
            member = entry.json.get(key, ABSENT)
            if field.name in values:
                written = self._write_field(value, entry, field, values[field.name], member)
            else:
                written = ABSENT if field.name in entry.values else member
            if written is not member:
                changes[key] = written
        return _with_changes(entry.json, changes)

    def _write_field(self, value: Any, entry: TrackedObject, field: Field, current: Any, member: Any) -> Any:
        """Write one field of an object that was read from JSON; ABSENT where it is left out."""
        is_assigned = (
            field.name in entry.assigned
            or current is not entry.values.get(field.name, NEW)
            or (self._normalize and member is not ABSENT)
        )
        if field.name in entry.opaque:
            return self._write_opaque(value, entry, field, member, is_assigned)
        form = self._field_form(value, field.name, member)
        if is_assigned and _is_hidden(entry.shape, current):
            return ABSENT
        return self._write_at(field, current, form, NEW if is_assigned else member)

    def _write_opaque(self, value: Any, entry: TrackedObject, field: Field, member: Any, is_assigned: bool) -> Any:
        """Write a field whose elements a validator moved, so that nobody knows which came from which JSON."""
        before, has_objects = entry.opaque[field.name]
        now = self._model.dump_field(value, field.name)
        if now == before and not is_assigned:
            return member
        if has_objects:
            raise Unwritable(
                "a validator of the model put other elements into it than it got, so what belongs to which is unknown",
                field.name,
            )
        return now

    def _write_default(self, value: Any, entry: TrackedObject, form: Form, came: Any) -> Any:
        """Write an object that the model filled in, as a new object if anything in it was touched."""
        if came is ABSENT and not entry.assigned:
            values = entry.shape.values(value)
            fields = self._fields(entry.shape, entry.values, values)
            if values.keys() == entry.values.keys() and all(
                values[field.name] is entry.values[field.name]
                and self._write_field(value, entry, field, values[field.name], ABSENT) is ABSENT
                for field in fields
                if field.name in values
            ):
                return ABSENT
        return self._write_new(value, entry.shape, form)

    def _write_copy(self, value: Any, entry: TrackedObject, form: Form, came: Any, *, is_complete: bool = False) -> Any:
        """Write all fields of a copy into the JSON of its original; fields that it lacks only if they were changed."""
        shape, json = entry.shape, entry.json
        if shape.is_root:
            return self._write(shape.values(value)["root"], form, NEW)
        if json is ABSENT:
            is_same = not entry.assigned and shape.values(value) == entry.values
            return ABSENT if came is ABSENT and is_same else self._write_new(value, shape, form)
        changes: dict[str, Any] = {}
        values = shape.values(value)
        explicit = entry.assigned | (_fields_set(value) - entry.fields_set)
        for field in self._fields(shape, entry.values, values):
            key = field.key_in(json)
            member = json.get(key, ABSENT)
            if field.name not in values:
                written = ABSENT
            elif is_complete or field.name in explicit or self._is_changed(entry, field.name, values, member):
                written = self._write_whole_field(value, entry, field, values, member)
            else:
                written = self._write_at(field, values[field.name], self._field_form(value, field.name, member), member)
            if written is not member:
                changes[key] = written
        return _with_changes(json, changes)

    def _is_changed(self, entry: TrackedObject, name: str, values: dict[str, Any], member: Any) -> bool:
        """Whether a field of a copy is written: it is in the JSON, or is not the default that the original had."""
        current, before = values[name], entry.values.get(name, NEW)
        if member is not ABSENT:
            return True
        container = self._read.containers.get(id(before))
        if container is not None and current is not before:
            before = container.elements
            current = dict(current) if isinstance(current, dict) else tuple(current)
        return current is not before and not (type(current) is type(before) and bool(current == before))

    def _write_whole_field(
        self, value: Any, entry: TrackedObject, field: Field, values: dict[str, Any], member: Any
    ) -> Any:
        current, before = values[field.name], entry.values.get(field.name, NEW)
        if _is_hidden(entry.shape, current):
            return ABSENT
        if member is not ABSENT and field.name not in entry.assigned and _is_same_leaf(self._model, current, before):
            return member
        return self._write_at(field, current, self._field_form(value, field.name, member), NEW)

    def _write_new(self, value: Any, shape: Shape, form: Form) -> Any:
        """Write an object that was not read: nothing but itself."""
        values = shape.values(value)
        if shape.is_root:
            return self._write(values["root"], form, NEW)
        json = form()
        if not isinstance(json, dict):
            return json
        written = {key: json[key] for key in shape.constants if key in json}
        for field in self._fields(shape, {}, values):
            if field.name not in values or (shape.hidden_defaults and field.keys[0] not in json):
                continue
            is_number = (type(value), field.name) in self._read.number_fields
            if field.keys[0] in json:
                member_form = form.element(field.keys[0], None)
                member_form.is_number = is_number
            else:
                member_form = self._field_form(value, field.name, ABSENT)
            member = self._write_at(field, values[field.name], member_form, NEW)
            if member is not ABSENT:
                written[field.keys[0]] = member
        return written

    def _write_at(self, field: Field, value: Any, form: Form, came: Any) -> Any:
        try:
            return self._write(value, form, came)
        except Unwritable as error:
            raise error.under(field.keys[0]) from None

    def _field_form(self, value: Any, name: str, member: Any) -> Form:
        is_number = type(member) in (int, float) or (
            type(member) is not str and (type(value), name) in self._read.number_fields
        )
        return Form(lambda: self._model.dump_field(value, name), is_number)

    @staticmethod
    def _fields(shape: Shape, before: dict[str, Any], now: dict[str, Any]) -> tuple[Field, ...]:
        if not shape.has_extra:
            return shape.fields
        named = {field.name for field in shape.fields}
        extra = dict.fromkeys(name for name in (*before, *now) if name not in named)
        return (*shape.fields, *(Field(name, (name,)) for name in extra))

    # --- containers

    def _write_container(self, value: Any, form: Form, came: Any) -> Any:
        read = self._read.containers.get(id(value))
        if read is None and came is value and _is_json(value):
            return value
        if read is None or came is NEW:
            return self._write_elements(value, form)
        if read.json is ABSENT:
            return ABSENT if self._is_untouched_default(value, read) else self._write_elements(value, form)
        if isinstance(value, dict):
            return self._write_read_dict(value, read, form)
        return self._write_read_list(value, read, form)

    def _write_elements(self, value: Any, form: Form) -> Any:
        json = form()
        if isinstance(value, dict):
            if not isinstance(json, dict) or len(json) > len(value):
                return json
            keys = _keys_in_json(value, json)
            return {key: self._element(key, value[name], form.element(key, value[name]), NEW) for name, key in keys}
        if not isinstance(json, list) or len(json) != len(value):
            return json
        return [self._element(index, element, form.element(index, None), NEW) for index, element in enumerate(value)]

    def _is_untouched_default(self, value: Any, read: ReadContainer) -> bool:
        elements = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
        before = list(read.elements.items()) if isinstance(value, dict) else list(enumerate(read.elements))
        return len(elements) == len(before) and all(
            key == before_key
            and element is before_element
            and self._write(element, Form(lambda: None), ABSENT) is ABSENT
            for (key, element), (before_key, before_element) in zip(elements, before)  # noqa: B905
        )

    def _write_read_list(self, value: Any, read: ReadContainer, form: Form) -> Any:
        elements, json = read.elements, read.json
        is_same = len(value) == len(elements)
        if is_same and read.is_plain and all(map(_is, value, elements)):
            return json
        moved = _Moved(elements, json)
        written = []
        for index, element in enumerate(value):
            in_place = index < len(elements) and elements[index] is element
            came = json[index] if in_place else moved.json_of(element)
            written.append(self._element(index, element, form.element(index, None), came))
        return json if is_same and all(map(_is, written, json)) else written

    def _write_read_dict(self, value: dict[Any, Any], read: ReadContainer, form: Form) -> Any:
        elements, json, keys = read.elements, read.json, read.keys or {}
        moved = _Moved(elements.values(), [json[keys[key]] for key in elements])
        written: dict[str, Any] = {}
        for name, element in value.items():
            key = keys[name] if name in keys else _new_key(value, name, form)
            in_place = name in elements and elements[name] is element
            came = json[key] if in_place else moved.json_of(element)
            written[key] = self._element(key, element, form.element(_form_key(value, name, form), element), came)
        if written.keys() == json.keys() and all(written[key] is json[key] for key in json):
            return json
        in_order = {key: written[key] for key in json if key in written}
        return {**in_order, **written}

    def _element(self, key: Any, element: Any, form: Form, came: Any) -> Any:
        try:
            return self._write(element, form, came)
        except Unwritable as error:
            raise error.under(key) from None


class _Moved:
    """Finds the JSON of an element that stands at another place of its list or dict now."""

    def __init__(self, elements: Any, json: list[Any]) -> None:
        self._pairs = zip(elements, json)  # noqa: B905
        self._json: dict[int, Any] | None = None

    def json_of(self, element: Any) -> Any:
        """The JSON that an element was read from; NEW where there is none, or the same object came in two forms."""
        if self._json is None:
            self._json = {}
            for before, json in self._pairs:
                same = self._json.setdefault(id(before), json)
                if type(same) is not type(json) or (same is not json and same != json):
                    self._json[id(before)] = NEW
        return self._json.get(id(element), NEW)


def _is(left: Any, right: Any) -> bool:
    return left is right


def _with_changes(json: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON itself where there are no changes."""
    if not changes:
        return json
    changed = {key: changes.pop(key, member) for key, member in json.items()}
    return {key: member for key, member in {**changed, **changes}.items() if member is not ABSENT}


def _is_hidden(shape: Shape, value: Any) -> bool:
    """Whether None stands for a field that is left out, as it does where a class leaves defaults out."""
    return shape.hidden_defaults and value is None


def _is_same_leaf(model: Model[Any], value: Any, before: Any) -> bool:
    """Whether a value that JSON has no type for, such as a date, is what was read: then its form is, too."""
    if type(value) in PLAIN or type(value) is not type(before) or isinstance(value, (*LISTS, dict)):
        return False
    return model.shape(type(value)) is None and (value is before or repr(value) == repr(before))


def _fields_set(value: Any) -> frozenset[str]:
    return frozenset(getattr(value, "__pydantic_fields_set__", ()))


def _keys_in_json(value: dict[Any, Any], json: dict[str, Any]) -> list[tuple[Any, str]]:
    if all(type(key) is str for key in value):
        return [(key, key) for key in value]
    return list(zip(value, json))  # noqa: B905


def _new_key(value: dict[Any, Any], name: Any, form: Form) -> str:
    return name if type(name) is str else _form_key(value, name, form)


def _form_key(value: dict[Any, Any], name: Any, form: Form) -> str:
    if type(name) is str:
        return name
    json = form()
    return next(key for key, other in zip(json, value) if other == name)  # noqa: B905


def _is_json(value: Any) -> bool:
    """Whether a value consists of what JSON has types for."""
    pending = [value]
    while pending:
        value = pending.pop()
        if type(value) is list:
            pending += value
        elif type(value) is dict:
            pending += value.values()
            pending += value
        elif type(value) not in PLAIN:
            return False
    return True
