"""The adapter for pydantic: models, and dataclasses that it validates."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, get_origin

from biot_plugin.bodies.libraries.class_shapes import ClassShapes
from biot_plugin.bodies.libraries.problem_messages import pydantic_problem
from biot_plugin.bodies.model_shape import ABSENT, Field, Shape, attribute_reader, attributes_of
from biot_plugin.bodies.model_types import field_types, is_pydantic, is_typed_dict, reachable_types, types_in
from biot_plugin.bodies.unwritable import Unwritable
from biot_plugin.errors import InvalidBody


class PydanticModel:
    """A model that pydantic validates."""

    is_json = False

    def __init__(self, annotation: Any) -> None:
        from pydantic import TypeAdapter

        self.root_class: type[Any] = annotation if is_pydantic(annotation) else get_origin(annotation) or annotation
        self._adapter: Any = TypeAdapter(annotation)
        self._adapter.rebuild(raise_errors=True)  # It would raise NameError in the first event only.
        self._adapters: dict[Any, Any] = {}
        self._shapes = ClassShapes(self._create_shape)
        self._types = reachable_types(annotation)
        self.has_typed_dicts = any(map(is_typed_dict, self._types))
        self.reorders = any(map(_has_own_code, self._types))

    @property
    def converts(self) -> bool:
        """Whether code of the author's own runs on values while they are written, and may change them."""
        return any(map(_has_serializers, self._types))  # Nearly nobody asks.

    def load(self, json: Any) -> Any:
        """Validate and parse JSON. Raises InvalidBody."""
        return self.load_all([json])[0]

    def load_all(self, json: list[Any]) -> list[Any]:
        """Validate and parse the JSON of several values. Raises InvalidBody, of the first that does not match."""
        from pydantic import ValidationError

        # Not an adapter of a list: it would cost at each start what it saves in a large event.
        validate = self._adapter.validator.validate_python
        try:
            return [validate(element) for element in json]
        except ValidationError as error:
            problems = error.errors(include_url=False, include_input=False, include_context=False)
            raise InvalidBody([pydantic_problem(problem) for problem in problems]) from None

    def dump(self, value: Any) -> Any:
        """Convert a value to JSON. Raises Unwritable."""
        from pydantic_core import PydanticSerializationError

        shape = self.shape(type(value))
        if shape is None:
            return _dump_plain(value)
        try:
            return self._serializer(type(value)).to_python(
                value,
                mode="json",
                by_alias=True,
                round_trip=True,
                exclude_unset=_omits_unset(type(value)),
                warnings="error",
            )
        except (PydanticSerializationError, ValueError, TypeError):
            names = shape.values(value)
            return {field.key: shape.dump_member(value, field) for field in shape.fields if field.name in names}

    def _dump_field(self, value: Any, name: str) -> Any:
        """Convert one field of an object to JSON; ABSENT where its serializer leaves it out. Raises Unwritable."""
        from pydantic_core import PydanticSerializationError

        include = None if _is_root(type(value)) else {name}
        try:
            json = self._serializer(type(value)).to_python(
                value, mode="json", by_alias=True, round_trip=True, include=include, warnings="error"
            )
        except (PydanticSerializationError, ValueError, TypeError):
            return self._dump_converted(value, name)
        return json if include is None else next(iter(json.values()), ABSENT)

    def _dump_converted(self, value: Any, name: str) -> Any:
        """Convert a value that is not of its field's type to one that is, if pydantic can."""
        from pydantic import PydanticUserError, ValidationError
        from pydantic_core import PydanticSerializationError

        try:
            adapter = self._field_adapter(type(value), name)
            converted = adapter.validate_python(_values_reader(type(value))(value)[name])
            return adapter.dump_python(converted, mode="json", by_alias=True, round_trip=True, warnings="error")
        except (ValidationError, PydanticSerializationError, PydanticUserError, ValueError, TypeError):
            raise Unwritable("its value does not match the model") from None

    def _is_read_from(self, value: Any, json: Any) -> bool:
        adapter = self._class_adapter(type(value))
        try:
            return bool(self.dump(adapter.validate_python(json)) == self.dump(value))
        except ValueError:
            return False

    def shape(self, model_class: type[Any]) -> Shape | None:
        """Return the shape of a class; None where it is no model."""
        return self._shapes[model_class]

    def _create_shape(self, model_class: type[Any]) -> Shape | None:
        if not is_pydantic(model_class) and not dataclasses.is_dataclass(model_class):
            return None
        return Shape(
            _fields_of(model_class),
            _values_reader(model_class),
            self._dump_field,
            self._is_read_from,
            has_extra=_config_of(model_class).get("extra") == "allow" and hasattr(model_class, "model_validate"),
            is_root=_is_root(model_class),
            members=_members_of(model_class),
        )

    def _serializer(self, model_class: type[Any]) -> Any:
        serializer = getattr(model_class, "__pydantic_serializer__", None)
        return serializer if serializer is not None else self._class_adapter(model_class).serializer

    def _class_adapter(self, model_class: type[Any]) -> Any:
        from pydantic import TypeAdapter

        if model_class not in self._adapters:
            self._adapters[model_class] = TypeAdapter(model_class)
        return self._adapters[model_class]

    def _field_adapter(self, model_class: type[Any], name: str) -> Any:
        from pydantic import TypeAdapter

        key = (model_class, name)
        if key not in self._adapters:
            self._adapters[key] = TypeAdapter(_annotation_of(model_class, name))
        return self._adapters[key]


def _annotation_of(model_class: type[Any], name: str) -> Any:
    """The type of a field with its constraints; anything for a field that the class allows without naming it."""
    from typing import Annotated

    if not is_pydantic(model_class):
        return field_types(model_class)[name]
    field = model_class.__pydantic_fields__.get(name)
    annotation: Any = Any if field is None else field.annotation
    for item in () if field is None else field.metadata:
        annotation = Annotated[annotation, item]
    return annotation


def _dump_plain(value: Any) -> Any:
    """Convert what is no model, such as a dict that stands for one."""
    from pydantic_core import PydanticSerializationError, to_jsonable_python

    try:
        return to_jsonable_python(value, by_alias=True)
    except (PydanticSerializationError, ValueError, TypeError):
        raise Unwritable("it contains what JSON has no form of") from None


def _fields_of(model_class: type[Any]) -> tuple[Field, ...]:
    if not is_pydantic(model_class):
        return tuple(Field(field.name, field.name) for field in dataclasses.fields(model_class))
    by_name = _reads_names(_config_of(model_class))
    return tuple(
        Field(name, field.validation_alias or field.alias or name, name if by_name else None)
        for name, field in model_class.__pydantic_fields__.items()
    )


def _reads_names(config: Any) -> bool:
    return bool(config.get("populate_by_name") or config.get("validate_by_name"))


def _values_reader(model_class: type[Any]) -> Callable[[Any], dict[str, Any]]:
    if not hasattr(model_class, "model_validate"):
        return attribute_reader([field.name for field in dataclasses.fields(model_class)])
    names = tuple(model_class.__pydantic_fields__)

    def read(value: Any) -> dict[str, Any]:
        # Not by attribute: reading a deprecated field warns.
        attributes, extra = value.__dict__, value.__pydantic_extra__
        is_usual = (*attributes,) == names  # Without a value that is computed once, or a field that was deleted.
        values = attributes.copy() if is_usual else {name: attributes[name] for name in names if name in attributes}
        return {**values, **extra} if extra else values

    def read_set(value: Any) -> dict[str, Any]:
        return {name: member for name, member in read(value).items() if name in value.__pydantic_fields_set__}

    return read_set if _omits_unset(model_class) else read


def _members_of(model_class: type[Any]) -> Callable[[Any], Sequence[Any]] | None:
    names = [field.name for field in _fields_of(model_class)]
    if not hasattr(model_class, "model_validate"):
        return attributes_of(names)
    if len(names) < 2 or _config_of(model_class).get("extra") == "allow" or _omits_unset(model_class):
        return None
    members = itemgetter(*names)
    return lambda value: members(value.__dict__)


def _config_of(model_class: type[Any]) -> Any:
    return getattr(model_class, "model_config", None) or getattr(model_class, "__pydantic_config__", None) or {}


def _omits_unset(model_class: type[Any]) -> bool:
    """Whether a field that nobody has set is absent, and not its default, as in what `biot-plugin types` writes."""
    return bool(getattr(model_class, "__omits_unset__", False))


def _is_root(model_class: type[Any]) -> bool:
    return bool(getattr(model_class, "__pydantic_root_model__", False))


def _has_own_code(model_class: Any) -> bool:
    """Whether a class has validators, which may change what was read."""
    if hasattr(model_class, "__post_init__") or hasattr(model_class, "__get_validators__"):
        return True
    decorators = getattr(model_class, "__pydantic_decorators__", None)
    if decorators is None:
        return False
    if decorators.field_validators or decorators.model_validators or decorators.validators:
        return True
    if decorators.root_validators or getattr(model_class, "__pydantic_post_init__", None):
        return True
    fields = getattr(model_class, "__pydantic_fields__", {}).values()
    return any(type(item).__name__.endswith("Validator") for field in fields for item in field.metadata)


def _has_serializers(model_class: Any) -> bool:
    """Whether a class has serializers, which may write another value than the field's."""
    decorators = getattr(model_class, "__pydantic_decorators__", None)
    if decorators is not None and decorators.field_serializers:
        return True
    metadata = [item for field in getattr(model_class, "__pydantic_fields__", {}).values() for item in field.metadata]
    parts = [part for annotation in field_types(model_class).values() for part in types_in(annotation)]
    return any(type(item).__name__.endswith("Serializer") for item in (*metadata, *parts))
