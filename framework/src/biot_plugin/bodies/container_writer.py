"""Writes lists, tuples, sets and dicts back into the JSON that they were read from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import is_
from typing import Any

from biot_plugin.bodies.model_form import Form
from biot_plugin.bodies.model_shape import ABSENT, NEW, is_json
from biot_plugin.bodies.read_values import ReadContainer, ReadValues
from biot_plugin.bodies.unwritable import Unwritable


class ContainerWriter:
    """Writes containers.

    Args:
        read: What was read.
        write: Writes an element, from its form and the JSON that it came from.
    """

    def __init__(self, read: ReadValues, write: Callable[[Any, Form, Any, bool], Any]) -> None:
        self._read = read
        self._write = write

    def writer_of(self, value: Any, came: Any) -> Callable[[Any, Form, Any, bool], Any]:
        """Return the method that writes a container; its arguments are as for any value."""
        read = self._read.containers.get(id(value))
        if read is None or came is NEW or read.json is ABSENT:
            return self._write_unread
        return self._write_dict if isinstance(value, dict) else self._write_list

    def _write_unread(self, value: Any, form: Form, came: Any, _is_whole: bool) -> Any:
        """Write a container that was not read from JSON, or stands where it was not read."""
        read = self._read.containers.get(id(value))
        if read is None and came is value and is_json(value):
            return value
        if read is None or came is NEW:
            return self._write_elements(value, form)
        return ABSENT if self._is_untouched(value, read, form) else self._write_elements(value, form)

    def _write_elements(self, value: Any, form: Form) -> Any:
        """Write a container that stands where it did not stand before."""
        json = form()
        if isinstance(value, dict):
            if not isinstance(json, dict) or len(json) > len(value):
                return json
            items = zip(value, json) if len(json) == len(value) else zip(value, value)  # noqa: B905
            return {key: self._element(key, value[name], form.element(key, value[name]), NEW) for name, key in items}
        if not isinstance(json, list) or len(json) != len(value):
            return json
        return [self._element(index, element, form.element(index, None), NEW) for index, element in enumerate(value)]

    def _is_untouched(self, value: Any, read: ReadContainer, form: Form) -> bool:
        """Whether a container that the model filled in is as it was."""
        if len(value) != len(read.elements):
            return False
        if isinstance(value, dict):
            if list(value) != list(read.elements):
                return False
            triples = zip(value, value.values(), read.elements.values())  # noqa: B905
        else:
            triples = zip(range(len(value)), value, read.elements)  # noqa: B905
        return all(
            element is before and self._write(element, form.element(key, None), ABSENT, False) is ABSENT
            for key, element, before in triples
        )

    def _write_list(self, value: Any, form: Form, came: Any, is_whole: bool) -> Any:
        read = self._read.containers[id(value)]
        elements, json = read.elements, read.came
        is_same = len(value) == len(elements)
        if is_same and read.is_plain and not is_whole and all(map(is_, value, elements)):
            return came
        moved = _Moved(elements, json)
        written = []
        for index, element in enumerate(value):
            in_place = index < len(elements) and elements[index] is element
            member = json[index] if in_place else moved.json_of(element)
            try:  # Not in a function of its own: bodies may be deep.
                written.append(self._write(element, form.element(index, None), member, is_whole))
            except Unwritable as error:
                raise error.in_element(index) from None
        return came if is_same and all(map(is_, written, json)) else _changed(read, written)

    def _write_dict(self, value: dict[Any, Any], form: Form, came: Any, is_whole: bool) -> Any:
        read = self._read.containers[id(value)]
        elements, json, keys = read.elements, read.came, read.keys or {}
        if read.is_plain and not is_whole and value.keys() == elements.keys() and _is_same_dict(value, elements):
            return came
        moved = _Moved(elements.values(), [json[keys[name]] for name in elements])
        written: dict[str, Any] = {}
        for index, (name, element) in enumerate(value.items()):
            key = keys[name] if name in keys else _key_in_form(name, index, form)
            member = json[key] if name in elements and elements[name] is element else moved.json_of(element)
            element_form = Form(_element_of_dict(form, name, index, element), form.is_number)
            try:
                written[key] = self._write(element, element_form, member, is_whole)
            except Unwritable as error:
                raise error.in_element(key) from None
        if written.keys() == json.keys() and all(written[key] is json[key] for key in json):
            return came
        return _changed(read, {**{key: written[key] for key in json if key in written}, **written})

    def _element(self, key: Any, element: Any, form: Form, came: Any) -> Any:
        try:
            return self._write(element, form, came, False)
        except Unwritable as error:
            raise error.in_element(key) from None


class _Moved:
    """Finds the JSON of an element that stands at another place of its list or dict now."""

    def __init__(self, elements: Iterable[Any], json: list[Any]) -> None:
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


def _changed(read: ReadContainer, written: Any) -> Any:
    """Return what a container is written as, unless its JSON was changed, too, by a middleware that got it before."""
    if not read.is_json_unchanged():
        raise Unwritable("its JSON was changed, and so were the values that the model read from it: change one of them")
    return written


def _element_of_dict(form: Form, name: Any, index: int, element: Any) -> Callable[[], Any]:
    """What a library makes of a member; what it leaves out, as of a TypedDict, is JSON already."""

    def compute() -> Any:
        json = form()
        key = _key_in_form(name, index, form)
        return json.get(key, element)

    return compute


def _key_in_form(name: Any, index: int, form: Form) -> str:
    if type(name) is str:
        return name
    return str(list(form())[index])


def _is_same_dict(left: dict[Any, Any], right: dict[Any, Any]) -> bool:
    return all(element is right[name] for name, element in left.items())
