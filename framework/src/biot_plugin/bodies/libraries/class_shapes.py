"""The shapes of the classes that a model consists of, or meets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from biot_plugin.bodies.model_shape import Shape
from biot_plugin.bodies.tracking import observe


class ClassShapes(dict[type[Any], "Shape | None"]):
    """Shapes by class, each created when it is first looked up; None for a class that is no model.

    Args:
        create: Creates the shape of a class.
    """

    __slots__ = ("_create",)

    def __init__(self, create: Callable[[type[Any]], Shape | None]) -> None:
        super().__init__()
        self._create = create

    def __missing__(self, model_class: type[Any]) -> Shape | None:
        shape = self._create(model_class)
        if shape is not None:
            observe(model_class)
        return self.setdefault(model_class, shape)
