"""Values of types that `biot-plugin types` wrote, and of any other TypedDict, struct, dataclass or model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, get_origin

from biot_plugin.bodies.annotations.members import members_of
from biot_plugin.bodies.model_adapters import create_model
from biot_plugin.testing.json_forms import plain
from biot_plugin.testing.typed.plausible_values import plausible

T = TypeVar("T")


def factory(type: type[T], values: Mapping[str, Any] | None = None, /, **named: Any) -> T:
    """Make a value of a type, with plausible values where the test says nothing.

        patient = factory(Patient, mrn="7", _phone=None, _email=...)  # no phone, and nothing about mail

    Args:
        type: A TypedDict, msgspec struct, dataclass or pydantic model, such as those that `biot-plugin types` writes.
        values: Values by the names that attributes have in JSON; `...` leaves an attribute out.
        named: The same, for names that are identifiers.

    Raises:
        TypeError: The type has no such attribute, or is none of these, or nothing is known that an attribute could be.
        InvalidBody: A value does not match the type.
    """
    model_class: Any = type
    model = create_model(model_class, is_written=False)
    members = {member.key: member for member in members_of(get_origin(model_class) or model_class)}
    stated = {**(values or {}), **named}
    if unknown := stated.keys() - members.keys():
        raise TypeError(
            f"{model_class.__name__} has no {', '.join(sorted(unknown))}: it has {', '.join(sorted(members))}"
        )
    json = plausible([member for key, member in members.items() if key not in stated], (model_class,))
    json |= {key: plain(value) for key, value in stated.items() if value is not ...}
    value: T = model.load({key: json[key] for key in members if key in json})
    return value
