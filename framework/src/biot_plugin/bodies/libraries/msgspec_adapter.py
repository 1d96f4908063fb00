"""The adapter for msgspec: structs, and dataclasses."""

from __future__ import annotations

import dataclasses
from collections import deque
from typing import Any, get_origin

from biot_plugin.bodies.libraries.class_shapes import ClassShapes
from biot_plugin.bodies.libraries.problem_messages import msgspec_problem
from biot_plugin.bodies.model_shape import ABSENT, PLAIN, Field, Shape, attribute_reader, attributes_of
from biot_plugin.bodies.model_types import is_struct, is_typed_dict, reachable_types
from biot_plugin.bodies.unwritable import Unwritable
from biot_plugin.errors import InvalidBody


class MsgspecModel:
    """A model that msgspec validates."""

    is_json = False
    converts = False

    def __init__(self, annotation: Any) -> None:
        import msgspec

        self._annotation = annotation
        self._list_annotation = list[annotation]
        self.root_class: type[Any] = get_origin(annotation) or annotation
        self._shapes = ClassShapes(self._create_shape)
        types = reachable_types(annotation)
        self.has_typed_dicts = any(map(is_typed_dict, types))
        self.reorders = any(hasattr(part, "__post_init__") for part in types)
        msgspec.json.Decoder(annotation)  # Raises TypeError for types that msgspec does not know.

    def load(self, json: Any) -> Any:
        """Validate and parse JSON. Raises InvalidBody."""
        import msgspec

        try:
            return msgspec.convert(json, self._annotation, str_keys=True)
        except msgspec.ValidationError as error:
            raise InvalidBody([msgspec_problem(error)]) from None

    def load_all(self, json: list[Any]) -> list[Any]:
        """Validate and parse the JSON of several values. Raises InvalidBody, of the first that does not match."""
        import msgspec

        try:
            values: list[Any] = msgspec.convert(json, self._list_annotation, str_keys=True)
        except msgspec.ValidationError:  # Its path begins with the place in the list.
            values = [self.load(element) for element in json]
        return values

    def dump(self, value: Any) -> Any:
        """Convert a value to JSON. Raises Unwritable."""
        if type(value) in PLAIN:
            return value
        shape = self.shape(type(value))
        if shape is not None:
            return self._dump_object(value, shape)
        if isinstance(value, dict):
            return {self._dump_key(key): self.dump(element) for key, element in value.items()}
        if isinstance(value, (list, tuple, set, frozenset, deque)):
            return [self.dump(element) for element in value]
        return _dump_leaf(value)

    def _dump_object(self, value: Any, shape: Shape) -> dict[str, Any]:
        json = dict(shape.constants)
        for field in shape.fields:
            member = shape.dump_member(value, field)
            if member is not ABSENT and not (shape.hidden_defaults and _is_default(value, field.name)):
                json[field.key] = member
        return json

    def _dump_field(self, value: Any, name: str) -> Any:
        """Convert one field of an object to JSON; ABSENT where it is not set. Raises Unwritable."""
        import msgspec

        member = getattr(value, name, msgspec.UNSET)
        return ABSENT if member is msgspec.UNSET else self.dump(member)

    def _dump_key(self, key: Any) -> str:
        import msgspec

        if type(key) is str:
            return key
        try:
            text: str = next(iter(msgspec.to_builtins({key: None}, str_keys=True)))
            return text
        except TypeError:
            raise Unwritable("a key is of a type that JSON does not have") from None

    def _is_read_from(self, value: Any, json: Any) -> bool:
        import msgspec

        try:
            return bool(self.dump(msgspec.convert(json, type(value), str_keys=True)) == self.dump(value))
        except ValueError:
            return False

    def shape(self, model_class: type[Any]) -> Shape | None:
        """Return the shape of a class; None where it is no model."""
        return self._shapes[model_class]

    def _create_shape(self, model_class: type[Any]) -> Shape | None:
        if is_struct(model_class):
            return self._create_struct_shape(model_class)
        if dataclasses.is_dataclass(model_class):
            return self._shape_with(tuple(Field(field.name, field.name) for field in dataclasses.fields(model_class)))
        return None

    def _create_struct_shape(self, struct: type[Any]) -> Shape:
        import msgspec

        described = msgspec.structs.fields(struct)
        config = struct.__struct_config__
        return self._shape_with(tuple(Field(field.name, field.encode_name) for field in described))._replace(
            constants={config.tag_field: config.tag} if config.tag_field else {},
            hidden_defaults=config.omit_defaults,
            hidden_nulls=frozenset(field.name for field in described if config.omit_defaults and field.default is None),
        )

    def _shape_with(self, fields: tuple[Field, ...]) -> Shape:
        names = [field.name for field in fields]
        return Shape(
            fields, attribute_reader(names), self._dump_field, self._is_read_from, members=attributes_of(names)
        )


def _is_default(value: Any, name: str) -> bool:
    import msgspec

    field = next(field for field in msgspec.structs.fields(value) if field.name == name)
    member = getattr(value, name)
    if field.default_factory is not msgspec.NODEFAULT:
        return type(member) is field.default_factory and not member
    return member is field.default or (type(member) is type(field.default) and bool(member == field.default))


def _dump_leaf(value: Any) -> Any:
    import msgspec

    try:
        return msgspec.to_builtins(value, str_keys=True)
    except (TypeError, ValueError):
        raise Unwritable(f"JSON has no form of a {type(value).__name__}") from None
