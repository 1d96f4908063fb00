"""The behaviour of a platform as a JSON document, whose keys are the settings' names in camelCase.

What the document leaves out is as by default. Everything about a value is read from the type of its field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from biot_emulator.behaviour.constraints import Names, Range
from biot_emulator.behaviour.errors import BehaviourInvalid
from biot_emulator.behaviour.settings import PlatformBehaviour, Refusal
from biot_emulator.wire_json import to_text

__all__ = ["behaviour_document", "changed", "parse_behaviour", "setting_names", "setting_value", "wire_name"]

_T = TypeVar("_T")


def wire_name(name: str) -> str:
    """Return how a field is called in documents."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def parse_behaviour(document: Any, within: str = "behaviour") -> PlatformBehaviour:
    """Return the behaviour that a document describes.

    Args:
        document: A decoded JSON value.
        within: Where it is in the file, for messages.

    Raises:
        BehaviourInvalid: It has an unknown key, or a value that the platform cannot have.
    """
    return _parse_group(PlatformBehaviour, document, within)


def behaviour_document(behaviour: PlatformBehaviour) -> dict[str, Any]:
    """Return a behaviour as a document; every setting is in it."""
    return {wire_name(group.name): _render(getattr(behaviour, group.name)) for group in fields(behaviour)}


def setting_names(group: type[Any] = PlatformBehaviour, within: str = "") -> Iterator[str]:
    """Yield every setting by its path, such as `interceptors.preRequest.crash`."""
    for name, kind in _types(group).items():
        path = f"{within}{wire_name(name)}"
        if is_dataclass(kind) and kind is not Refusal:
            yield from setting_names(kind, f"{path}.")  # type: ignore[arg-type] # its fields are classes
        else:
            yield path


def setting_value(behaviour: PlatformBehaviour, path: str) -> Any:
    """Return the value of a setting, as documents have it."""
    value: Any = behaviour_document(behaviour)
    for name in path.split("."):
        value = value[name]
    return value


def changed(behaviour: PlatformBehaviour, path: str, value: Any) -> PlatformBehaviour:
    """Return a behaviour with another value of one setting.

    Raises:
        BehaviourInvalid: There is no such setting, or it cannot have this value.
    """
    document: Any = value
    for name in reversed(path.split(".")):
        document = {name: document}
    return _merged(behaviour, document, "behaviour")


def _merged(current: _T, document: Mapping[str, Any], within: str) -> _T:
    return replace(current, **_values(type(current), document, within, current))  # type: ignore[type-var]


def _parse_group(group: type[_T], document: Any, within: str) -> _T:
    return group(**_values(group, document, within, None))


def _values(group: type[Any], document: Any, within: str, current: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise BehaviourInvalid(f"{within} is no object: write its settings in braces")
    types = {wire_name(name): (name, kind) for name, kind in _types(group).items()}
    for key in document:
        if key not in types:
            raise BehaviourInvalid(f"{within} has the unknown setting {_shown(key)}: it has {', '.join(types)}")
    values = {}
    for key, value in document.items():
        name, kind = types[key]
        inner = getattr(current, name, None)
        if is_dataclass(inner) and not isinstance(inner, Refusal | type):
            values[name] = _merged(inner, value, f"{within}.{key}")
        else:
            values[name] = _parse(kind, value, f"{within}.{key}")
    return values


def _types(group: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(group, include_extras=True)
    return {item.name: hints[item.name] for item in fields(group)}


def _parse(kind: Any, value: Any, where: str) -> Any:
    origin = get_origin(kind)
    if kind is Refusal:
        return _parse_refusal(value, where)
    if is_dataclass(kind):
        return _parse_group(kind, value, where)  # type: ignore[arg-type] # fields have classes, no instances
    if origin in (Union, UnionType):
        return _parse_union(get_args(kind), value, where)
    if origin is Literal:
        return _parse_choice(get_args(kind), value, where)
    if kind is bool:
        return _require(isinstance(value, bool), value, where, "is not true or false")
    bare, rule = get_args(kind)
    return _parse_annotated(bare, rule, value, where)


def _parse_union(kinds: Sequence[Any], value: Any, where: str) -> Any:
    if NoneType in kinds:
        others = [kind for kind in kinds if kind is not NoneType]
        return None if value is None else _parse(others[0], value, where)
    choices = get_args(next(kind for kind in kinds if get_origin(kind) is Literal))
    if isinstance(value, dict):
        return _parse_refusal(value, where)
    return _require(value in choices, value, where, f"is none of {', '.join(choices)}, and has no status and code")


def _parse_refusal(value: Any, where: str) -> Refusal:
    if not isinstance(value, dict) or value.keys() != {"status", "code"}:
        raise BehaviourInvalid(f'{where} is no refusal: write it as {{"status": 502, "code": "BAD_GATEWAY"}}')
    return _parse_group(Refusal, value, where)


def _parse_choice(choices: Sequence[str], value: Any, where: str) -> Any:
    return _require(isinstance(value, str) and value in choices, value, where, f"is none of {', '.join(choices)}")


def _parse_annotated(kind: Any, rule: Range | Names, value: Any, where: str) -> Any:
    if isinstance(rule, Range):
        fits = type(value) is int and rule.least <= value <= rule.most
        return _require(fits, value, where, f"is no whole number from {rule.least} to {rule.most}")
    texts = value if get_origin(kind) is tuple and isinstance(value, list) else [value]
    if get_origin(kind) is tuple and not isinstance(value, list):
        raise BehaviourInvalid(f"{where} is no list: write each as {rule.meaning}")
    for text in texts:
        matches = isinstance(text, str) and re.fullmatch(rule.pattern, text) is not None
        _require(matches, text, where, f"is no {rule.meaning.removeprefix('a ')}")
    # In any order they are the same.
    return tuple(sorted(set(texts))) if get_origin(kind) is tuple else value


def _require(fits: bool, value: Any, where: str, problem: str) -> Any:
    if not fits:
        raise BehaviourInvalid(f"{where} is {_shown(value)}, which {problem}")
    return value


def _shown(value: Any) -> str:
    text = to_text(value)
    return text if len(text) <= 40 else f"{text[:40]}..."


def _render(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {wire_name(item.name): _render(getattr(value, item.name)) for item in fields(value)}
    return list(value) if isinstance(value, tuple) else value
