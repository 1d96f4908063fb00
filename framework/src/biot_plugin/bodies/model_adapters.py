"""Adapters for the libraries that validate handlers' models: pydantic and msgspec.

Dataclasses and TypedDicts are validated by msgspec, or by pydantic where only that is installed, or where they contain
what is pydantic's. Neither is imported unless a handler has a model.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, cast, get_origin

from biot_plugin.bodies.model import Model
from biot_plugin.bodies.model_types import is_dataclass, is_pydantic, is_struct, is_typed_dict, reachable_types


def create_model(annotation: Any, *, is_written: bool = True) -> Model:
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


def _adapter_of(origin: Any, types: list[Any]) -> Callable[[Any], Model]:
    from biot_plugin.bodies.libraries.typed_dict_adapter import TypedDictModel

    if is_typed_dict(origin):
        return lambda annotation: TypedDictModel(_library_for(origin, types)(annotation))
    return _library_for(origin, types)


def _library_for(origin: Any, types: list[Any]) -> Callable[[Any], Model]:
    if any(map(is_pydantic, types)) or (not any(map(is_struct, types)) and not find_spec("msgspec")):
        if not find_spec("pydantic"):
            raise TypeError(
                f"{cast('type', origin).__name__} needs a validation library: add biot-plugin[models] "
                "to the plugin's dependencies"
            )
        from biot_plugin.bodies.libraries.pydantic_adapter import PydanticModel

        return PydanticModel
    from biot_plugin.bodies.libraries.msgspec_adapter import MsgspecModel

    return MsgspecModel
