"""Values that were selected on the platform and that the types of a plugin do not know: accepted, and logged by place.

A new choice on the platform must not stop a plugin that works. The value itself is a patient's, and never logged.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, get_args, get_origin

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger

_MODULE = "biot_plugin.attributes"


class UnknownChoices:
    """Finds values in JSON that a model's choices do not have, and logs each place once.

    Args:
        annotation: The model.
    """

    def __init__(self, annotation: Any) -> None:
        self._objects: dict[type[Any], dict[str, _Place]] = {}
        self._root = self._place(annotation)
        self._logged: set[str] = set()
        self._lock = threading.Lock()

    @classmethod
    def of(cls, annotation: Any) -> UnknownChoices | None:
        """Return what finds them; None where nothing in the model is a choice."""
        if _MODULE not in sys.modules:
            return None
        found = cls(annotation)
        places = [found._root, *(place for members in found._objects.values() for place in members.values())]
        return found if any(place.choices for place in places) else None

    def look(self, json: Any, logger: Logger) -> None:
        """Log the places in JSON that have a value which the model does not know."""
        for path in self._root.unknown(json, ""):
            with self._lock:
                is_new = path not in self._logged
                self._logged.add(path)
            if is_new:
                logger.warning(f"{path} has a choice that the plugin's types do not know: run biot-plugin types again")

    def _place(self, annotation: Any) -> _Place:
        from biot_plugin.attributes import Attribute

        place, pending = _Place(), [annotation]
        while pending:
            part = pending.pop()
            pending += get_args(part)
            origin = get_origin(part) or part
            if isinstance(part, Attribute):
                place.choices |= {*part.choices}
            elif isinstance(origin, type):
                place.objects.append(self._members(origin))
        return place

    def _members(self, model_class: type[Any]) -> dict[str, _Place]:
        from biot_plugin.bodies.annotations.members import members_of

        if model_class not in self._objects:
            members = self._objects[model_class] = {}
            for member in members_of(model_class):
                members[member.key] = self._place(member.annotation)
        return self._objects[model_class]


class _Place:
    """What the values at one place may be: one of several texts, or objects with further places."""

    __slots__ = ("choices", "objects")

    def __init__(self) -> None:
        self.choices: set[str] = set()
        self.objects: list[dict[str, _Place]] = []

    def unknown(self, json: Any, path: str) -> Iterator[str]:
        """Yield the paths of texts that are not among the choices."""
        if isinstance(json, str):
            if self.choices and json not in self.choices:
                yield path
        elif isinstance(json, list):
            for element in json:
                yield from self.unknown(element, path)
        elif isinstance(json, dict):
            for members in self.objects:
                for key in members.keys() & json.keys():
                    yield from members[key].unknown(json[key], f"{path}.{key}" if path else key)
