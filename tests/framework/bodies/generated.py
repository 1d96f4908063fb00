"""Models of every kind over generated fields, and a reference of what their edits must lead to."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from datetime import datetime, timezone
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec
import pydantic
from hypothesis import strategies as st
from typing_extensions import TypedDict

ABSENT: Final = object()
START = datetime(2020, 1, 1, tzinfo=timezone.utc)


class Leaf(NamedTuple):
    """A kind of field without elements."""

    annotation: Any
    default: Any
    json: st.SearchStrategy[Any]
    value: st.SearchStrategy[Any]


moments = st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1), timezones=st.just(timezone.utc))

LEAVES = {
    "text": Leaf(str, "", st.text(max_size=3), st.text(max_size=3)),
    "count": Leaf(int, 0, st.integers(-3, 300), st.integers(-3, 300)),
    "flag": Leaf(bool, False, st.booleans(), st.booleans()),
    "ratio": Leaf(float, 0.0, st.floats(-9, 9) | st.integers(-3, 3), st.floats(-9, 9)),
    "when": Leaf(
        datetime | None,
        None,
        st.none() | st.sampled_from(["2020-01-01T00:00:00.1Z", "2021-02-03T04:05:06+00:00", "2021-02-03T04:05:06Z"]),
        st.none() | moments,
    ),
}


class Spec(NamedTuple):
    """The fields of a generated model: its leaves, those of them that have defaults, and whether it has aliases."""

    leaves: tuple[str, ...]
    defaults: frozenset[str]
    has_aliases: bool

    def key(self, name: str) -> str:
        return f"_{name}" if self.has_aliases else name


@st.composite
def specs(draw: st.DrawFn) -> Spec:
    leaves = draw(st.lists(st.sampled_from(sorted(LEAVES)), min_size=1, max_size=4, unique=True).map(sorted))
    defaults = draw(st.sets(st.sampled_from(leaves)))
    return Spec(tuple(leaves), frozenset(defaults), draw(st.booleans()))


class Models(NamedTuple):
    """A body and its elements."""

    body: Any
    element: Any


class Kind(NamedTuple):
    """One kind of model, and how its objects are made and copied."""

    name: str
    create: Callable[[Spec], Models]
    copies: list[Callable[..., Any]]
    has_aliases: bool = True
    is_frozen: bool = False
    is_json: bool = False

    def get(self, value: Any, name: str, spec: Spec) -> Any:
        return value[spec.key(name)] if self.is_json else getattr(value, name)

    def set(self, value: Any, name: str, new: Any, spec: Spec) -> None:
        if self.is_json:
            value[spec.key(name)] = new
        else:
            setattr(value, name, new)

    def new(self, element: Any, values: dict[str, Any], spec: Spec) -> Any:
        if self.is_json:
            return {spec.key(name): value for name, value in values.items()}
        if isinstance(element, type) and issubclass(element, pydantic.BaseModel):
            return element(**{spec.key(name): value for name, value in values.items()})
        return element(**values)


CONTAINERS = ("items", "others", "by")


def _containers(element: Any) -> dict[str, tuple[Any, Any]]:
    return {"items": (list[element], list), "others": (list[element], list), "by": (dict[str, element], dict)}


def _pydantic(frozen: bool) -> Callable[[Spec], Models]:
    @cache
    def create(spec: Spec) -> Models:
        fields: dict[str, Any] = {}
        for name in spec.leaves:
            alias = spec.key(name) if spec.has_aliases else None
            default = LEAVES[name].default if name in spec.defaults else ...
            fields[name] = (LEAVES[name].annotation, pydantic.Field(default, alias=alias))
        element = pydantic.create_model("Element", __config__=pydantic.ConfigDict(frozen=frozen), **fields)
        members: dict[str, Any] = {"one": (element | None, None)}
        for name, (annotation, factory) in _containers(element).items():
            members[name] = (annotation, pydantic.Field(default_factory=factory))
        body = pydantic.create_model("Body", **members)
        return Models(body, element)

    return create


def _struct(frozen: bool) -> Callable[[Spec], Models]:
    @cache
    def create(spec: Spec) -> Models:
        fields: list[Any] = []
        for name in spec.leaves:
            default = {"default": LEAVES[name].default} if name in spec.defaults else {}
            fields.append((name, LEAVES[name].annotation, msgspec.field(name=spec.key(name), **default)))
        element = msgspec.defstruct("Element", fields, frozen=frozen, kw_only=True)
        containers: list[Any] = [
            (name, annotation, msgspec.field(default_factory=factory))
            for name, (annotation, factory) in _containers(element).items()
        ]
        return Models(msgspec.defstruct("Body", [("one", element | None, None), *containers]), element)

    return create


def _dataclass(frozen: bool, slots: bool) -> Callable[[Spec], Models]:
    @cache
    def create(spec: Spec) -> Models:
        fields: list[Any] = []
        for name in spec.leaves:
            default = {"default": LEAVES[name].default} if name in spec.defaults else {}
            fields.append((name, LEAVES[name].annotation, dataclasses.field(**default)))
        element = dataclasses.make_dataclass("Element", fields, frozen=frozen, slots=slots, kw_only=True)
        containers: list[Any] = [
            (name, annotation, dataclasses.field(default_factory=factory))
            for name, (annotation, factory) in _containers(element).items()
        ]
        one: Any = ("one", element | None, dataclasses.field(default=None))
        return Models(dataclasses.make_dataclass("Body", [one, *containers], slots=slots), element)

    return create


@cache
def _typed_dict(spec: Spec) -> Models:
    json_types = {"when": str | None}
    leaves: dict[str, Any] = {name: json_types.get(name, LEAVES[name].annotation) for name in spec.leaves}
    element: Any = TypedDict("Element", {spec.key(name): leaf for name, leaf in leaves.items()}, total=False)  # type: ignore[misc]
    containers = {name: annotation for name, (annotation, _) in _containers(element).items()}
    body: Any = TypedDict("Body", {"one": element | None, **containers}, total=False)  # type: ignore[misc]
    return Models(body, element)


def _update(original: Any, **changes: Any) -> Any:
    return original.model_copy(update=changes)


def _deep(original: Any, **changes: Any) -> Any:
    return original.model_copy(update=changes, deep=True)


def _copied(original: Any, **changes: Any) -> Any:
    duplicate = copy.copy(original)
    return dataclasses.replace(duplicate, **changes) if changes else duplicate


def _deeply(original: Any, **changes: Any) -> Any:
    duplicate = copy.deepcopy(original)
    return msgspec.structs.replace(duplicate, **changes) if changes else duplicate


KINDS = {
    kind.name: kind
    for kind in (
        Kind("pydantic", _pydantic(frozen=False), [_update, _deep]),
        Kind("frozen pydantic", _pydantic(frozen=True), [_update, _deep], is_frozen=True),
        Kind("struct", _struct(frozen=False), [msgspec.structs.replace, _deeply]),
        Kind("frozen struct", _struct(frozen=True), [msgspec.structs.replace, _deeply], is_frozen=True),
        Kind("dataclass", _dataclass(frozen=False, slots=False), [dataclasses.replace, _copied], has_aliases=False),
        Kind("slots", _dataclass(frozen=False, slots=True), [dataclasses.replace, _copied], has_aliases=False),
        Kind(
            "frozen slots",
            _dataclass(frozen=True, slots=True),
            [dataclasses.replace, _copied],
            has_aliases=False,
            is_frozen=True,
        ),
        Kind("TypedDict", _typed_dict, [lambda original, **changes: {**original, **changes}], is_json=True),
    )
}


class Reference:
    """What an element must be written as: its own JSON with what was assigned, or all that it has if it is new."""

    def __init__(self, json: dict[str, Any] | None, values: dict[str, Any]) -> None:
        self.json = json
        self.values = values
        self.assigned: set[str] = set()

    def copy(self) -> Reference:
        duplicate = Reference(self.json, dict(self.values))
        duplicate.assigned = set(self.assigned)
        return duplicate

    def assign(self, name: str, value: Any) -> None:
        self.values[name] = value
        self.assigned.add(name)

    def to_json(self, spec: Spec, *, with_defaults: bool) -> dict[str, Any]:
        if self.json is None:
            defaults = {name: LEAVES[name].default for name in spec.leaves} if with_defaults else {}
            return {spec.key(name): form(value) for name, value in {**defaults, **self.values}.items()}
        return {**self.json, **{spec.key(name): form(self.values[name]) for name in self.assigned}}


def form(value: Any) -> Any:
    """The form of a value in JSON that all libraries share."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


@st.composite
def elements(draw: st.DrawFn, spec: Spec) -> dict[str, Any]:
    """JSON of an element; an unnamed member tells it from all others."""
    json = {
        spec.key(name): draw(LEAVES[name].json)
        for name in spec.leaves
        if name not in spec.defaults or draw(st.booleans())
    }
    return {**json, "unnamed": draw(st.uuids().map(str)), "other": draw(st.sampled_from([None, 1.0, [1, {}]]))}


@st.composite
def bodies(draw: st.DrawFn, spec: Spec) -> dict[str, Any]:
    """JSON of a body."""
    element = elements(spec)
    members = {
        "one": st.none() | element,
        "items": st.lists(element, max_size=4),
        "others": st.lists(element, max_size=3),
        "by": st.dictionaries(st.sampled_from("abcd"), element, max_size=3),
        "unnamed": st.just(1.0),
    }
    names = draw(st.sets(st.sampled_from(sorted(members))))
    return {name: draw(members[name]) for name in sorted(names | {"items"})}
