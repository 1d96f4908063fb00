"""Adapters for the libraries that validate handlers' models: pydantic and msgspec.

Dataclasses and TypedDicts are validated by msgspec, or by pydantic where only that is installed, or where they contain
what is pydantic's. Neither is imported unless a handler has a model.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast, get_origin

from biot_plugin.bodies.model_types import is_dataclass, is_pydantic, is_struct, is_typed_dict, reachable_types

if TYPE_CHECKING:
    from biot_plugin.bodies.model_shape import Shape

M = TypeVar("M")


class Model(Protocol[M]):
    """Converts between JSON and the values of one model.

    Attributes:
        type: The model's class; `dict` for a TypedDict.
        is_json: Whether the values are the JSON itself.
        reorders: Whether code of the author's own runs on values while they are read, and may move them.
    """

    type: type[Any]
    is_json: bool
    reorders: bool

    def load(self, json: Any) -> M:
        """Validate and parse JSON. Raises InvalidBody."""
        ...

    def dump(self, value: Any) -> Any:
        """Convert an object to JSON, in the form of its class. Raises Unwritable."""
        ...

    def dump_field(self, value: Any, name: str) -> Any:
        """Convert one field of an object to JSON; ABSENT where the class leaves it out. Raises Unwritable."""
        ...

    def is_read_from(self, value: Any, json: Any) -> bool:
        """Whether an object is equal to what its class reads from JSON."""
        ...

    def shape(self, model_class: type[Any]) -> Shape | None:
        """Return the shape of a class, and observe what happens to its objects; None where it is no model."""
        ...


def create_model(annotation: Any, *, is_written: bool = True) -> Model[Any]:
    """Create the adapter for the model in a type parameter.

    Args:
        annotation: A pydantic model, msgspec struct, dataclass or TypedDict.
        is_written: Whether values are written back, and not only read.

    Raises:
        TypeError: It is none of these, cannot be written back, or no library that validates it is installed.
    """
    origin = get_origin(annotation) or annotation
    if not (is_pydantic(origin) or is_struct(origin) or is_dataclass(origin) or is_typed_dict(origin)):
        raise TypeError(f"{annotation!r} is not a pydantic model, msgspec struct, dataclass or TypedDict")
    try:
        types = reachable_types(annotation)
        if is_written:
            from biot_plugin.bodies.model_checks import check

            check(types)
        model = _adapter_of(origin, types)(annotation)
        if is_written:
            for model_class in types:
                model.shape(model_class)
    except (NameError, RuntimeError) as error:  # What pydantic and typing raise for types that they cannot resolve.
        raise TypeError(f"{annotation!r}: {error}") from None
    return model


def _adapter_of(origin: Any, types: list[Any]) -> Callable[[Any], Model[Any]]:
    from biot_plugin.bodies.typed_dict_adapter import TypedDictModel

    if is_typed_dict(origin):
        return lambda annotation: TypedDictModel(_library_for(origin, types)(annotation))
    return _library_for(origin, types)


def _library_for(origin: Any, types: list[Any]) -> Callable[[Any], Model[Any]]:
    if any(map(is_pydantic, types)) or (not any(map(is_struct, types)) and not find_spec("msgspec")):
        if not find_spec("pydantic"):
            raise TypeError(
                f"{cast('type', origin).__name__} needs a validation library: add biot-plugin[models] "
                "to the plugin's dependencies"
            )
        from biot_plugin.bodies.pydantic_adapter import PydanticModel

        return PydanticModel
    from biot_plugin.bodies.msgspec_adapter import MsgspecModel

    return MsgspecModel
