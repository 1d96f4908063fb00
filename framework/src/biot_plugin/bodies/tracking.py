"""Notices what an author's code does to the objects that were read from an event: assignments and copies.

A field may be assigned the value that it has, which no comparison could tell. So the classes of models call the
framework when a field is assigned or an object copied, from their registration on; nothing else about them changes.
Objects are known by their identity, and only until the end of their event.
"""

from __future__ import annotations

import dataclasses
import functools
import gc
import threading
from collections.abc import Callable, Iterable
from types import CellType, ModuleType
from typing import Any, cast

from biot_plugin.bodies.model_shape import Shape
from biot_plugin.bodies.model_types import is_dataclass, is_struct

#: The objects that the events in progress read, and copies of them, by id; each is held by its entry.
_tracked: dict[int, TrackedObject] = {}

#: Held by whoever begins or ends to track: events in several threads may share a default of a model.
lock = threading.RLock()

_NO_NAMES: frozenset[str] = frozenset()
_NO_FIELDS: dict[str, tuple[Any, bool]] = {}


class TrackedObject:
    """An object of a model that was read from JSON, or a copy of one.

    Attributes:
        value: The object.
        shape: The shape of its class.
        json: The JSON that it was read from; ABSENT for a default that the model filled in.
        values: The values of its fields as they were read, by name.
        assigned: The names of the fields that were assigned.
        fields_set: The fields that a validator set.
        opaque: The fields of which nobody knows which part came from which JSON, by name: their JSON as it was read,
            and whether there are objects of models in it.
        unset: The names of the fields of a copy that are still to be set, which is no assignment.
        readers: How often it was read, as a default that several values share is, and not released yet.
    """

    __slots__ = (
        "_original",
        "assigned",
        "copies",
        "fields_set",
        "json",
        "opaque",
        "readers",
        "shape",
        "unset",
        "value",
        "values",
    )

    def __init__(self, value: Any, shape: Shape, json: Any, values: dict[str, Any]) -> None:
        self.value = value
        self.shape = shape
        self.json = json
        self.values = values
        # Not itself, which would have it live on until the next search for garbage, with all that is in it.
        self._original: TrackedObject | None = None
        # Shared until there is something in them: there may be thousands of objects.
        self.assigned = self.unset = self.fields_set = _NO_NAMES
        self.copies: tuple[TrackedObject, ...] = ()
        self.opaque = _NO_FIELDS
        self.readers = 1

    @property
    def is_copy(self) -> bool:
        """Whether it is a copy of an object that was read."""
        return self._original is not None

    @property
    def original(self) -> TrackedObject:
        """The entry of the object that it is a copy of; itself where it is none."""
        return self._original or self

    def is_unchanged(self) -> bool:
        """Whether no field was assigned, and each has the value that was read."""
        return not self.assigned and self.shape.has_values(self.value, self.values)

    def copied(self, copy: Any) -> TrackedObject:
        """Create the entry of a copy of the object, or of what stands for it."""
        entry = TrackedObject(copy, self.shape, self.json, self.values)
        entry._original = self.original
        entry.assigned = self.assigned
        entry.opaque = self.opaque
        entry.fields_set = self.fields_set
        return entry


def track(entry: TrackedObject) -> None:
    """Notice the assignments to an object and its copies, until each of its readers has released it."""
    _tracked[id(entry.value)] = entry


def find(value: object) -> TrackedObject | None:
    """Return the entry of an object that is tracked."""
    return _tracked.get(id(value))


def release(entries: Iterable[TrackedObject]) -> None:
    """Forget objects and their copies, unless somebody else read them, too."""
    with lock:
        for entry in entries:
            entry.readers -= 1
            if entry.readers:
                continue
            _tracked.pop(id(entry.value), None)
            for copy in entry.copies:
                _tracked.pop(id(copy.value), None)
            entry.copies = ()


def observe(model_class: type[Any]) -> None:
    """Make a model's class report assignments and copies. Repeated calls do nothing."""
    if not (is_struct(model_class) and model_class.__struct_config__.frozen):
        # A frozen struct's would be replaced by that of its base class, which is not frozen.
        _replace_method(model_class, "__setattr__", _reporting_assignments)
    _replace_method(model_class, "__reduce_ex__", _reporting_reductions)
    for name in ("__copy__", "__deepcopy__"):
        if hasattr(model_class, name):
            _replace_method(model_class, name, _reporting_copies)
    if hasattr(model_class, "model_copy") and "copy" not in vars(model_class)["__pydantic_fields__"]:
        _replace_method(model_class, "copy", _reporting_copies)  # Deprecated, but used.
    if is_struct(model_class) or is_dataclass(model_class):
        if hasattr(model_class, "__replace__"):
            _replace_method(model_class, "__replace__", _reporting_replacements)
        _replace_function(*_replacement_of(model_class))


def _replacement_of(model_class: type[Any]) -> tuple[ModuleType, str]:
    """The function that copies an object with other values, which calls nothing of the class that could report it."""
    if is_dataclass(model_class):
        return dataclasses, "replace"
    import msgspec

    return msgspec.structs, "replace"


def _replace_method(model_class: type[Any], name: str, wrap: Callable[[Any], Callable[..., Any]]) -> None:
    method = getattr(model_class, name)
    if not hasattr(method, "_reports_to_biot_plugin"):
        wrapper = functools.wraps(method)(wrap(method))
        wrapper._reports_to_biot_plugin = True  # type: ignore[attr-defined]
        setattr(model_class, name, wrapper)


def _reporting_assignments(method: Callable[..., None]) -> Callable[..., None]:
    def __setattr__(self: Any, name: str, value: object) -> None:
        method(self, name, value)
        entry = _tracked.get(id(self))
        if entry is None:
            return
        if name in entry.unset:
            entry.unset -= {name}
        else:
            entry.assigned |= {name}

    return __setattr__


def _reporting_copies(method: Callable[..., Any]) -> Callable[..., Any]:
    def __copy__(self: Any, /, *arguments: Any, **options: Any) -> Any:
        copy = method(self, *arguments, **options)
        _link(self, copy)
        return copy

    return __copy__


def _reporting_reductions(method: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap what `copy` calls for a class that has no method for copies of its own."""

    def __reduce_ex__(self: Any, protocol: Any, /) -> Any:
        reduced = method(self, protocol)
        if id(self) not in _tracked or not isinstance(reduced, tuple):
            return reduced
        return (_LinkingConstructor(self, reduced), *reduced[1:])

    return __reduce_ex__


def _reporting_replacements(method: Callable[..., Any]) -> Callable[..., Any]:
    def replace(self: Any, /, **changes: Any) -> Any:
        copy = method(self, **changes)
        entry = _link(self, copy)
        if entry is not None:
            entry.assigned |= changes.keys()
        return copy

    return replace


def _replace_function(module: ModuleType, name: str) -> None:
    """Make a function report copies: it is replaced wherever it is held.

    What is imported later gets it from the module. Only a tuple that holds it already cannot be changed.
    """
    original = getattr(module, name)
    if hasattr(original, "_reports_to_biot_plugin"):
        return
    holders = _referrers(original)  # Before the wrapper, which holds it, too.
    wrapper = functools.wraps(original)(_reporting_replacements(original))
    wrapper._reports_to_biot_plugin = True  # type: ignore[attr-defined]
    for holder in holders:
        _replace_member(holder, original, wrapper)


def _referrers(value: object) -> list[Any]:
    """Find what holds an object. What is frozen is not searched, so that it is freed for the search."""
    is_frozen = gc.get_freeze_count() > 0
    gc.unfreeze()
    holders = gc.get_referrers(value)
    if is_frozen:
        gc.freeze()
    return holders


def _replace_member(holder: Any, member: object, new: object) -> None:
    """Put another object in the place of one that a dict, list, closure or partial holds."""
    if type(holder) is dict:
        holder.update({name: new for name, value in list(holder.items()) if value is member})
    elif type(holder) is list:
        holder[:] = [new if value is member else value for value in holder]
    elif isinstance(holder, CellType):
        holder.cell_contents = new
    elif isinstance(holder, functools.partial):
        cast("Any", holder).__setstate__((new, holder.args, holder.keywords, vars(holder)))


class _LinkingConstructor:
    """Creates the copy of a tracked object, and links them."""

    def __init__(self, original: object, reduced: tuple[Any, ...]) -> None:
        self._original = original
        self._construct: Callable[..., Any] = reduced[0]
        state = reduced[2] if len(reduced) > 2 else None
        self._slots = state[1] if isinstance(state, tuple) and len(state) == 2 and isinstance(state[1], dict) else ()

    def __call__(self, *arguments: Any) -> Any:
        copy = self._construct(*arguments)
        entry = _link(self._original, copy)
        if entry is not None:
            entry.unset |= frozenset(self._slots)
        return copy

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the constructor alone."""
        return _identity, (self._construct,)


def _identity(value: Any) -> Any:
    return value


def _link(original: object, copy: object) -> TrackedObject | None:
    entry = _tracked.get(id(original))
    if entry is None or type(copy) is not type(original) or copy is original:
        return None
    copied = entry.copied(copy)
    entry.original.copies += (copied,)
    _tracked[id(copy)] = copied
    return copied
