"""hypothesis strategies for events: valid ones of every kind, damaged ones, and arbitrary JSON."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st  # noqa: TID253

import biot_plugin.testing.events as events
from biot_plugin.bodies.model_adapters import create_model
from biot_plugin.testing.typed.fitting_values import fitting_object
from biot_plugin.wire.kind import Kind

__all__ = ["anything", "damaged", "entities", "event", "from_type", "json_objects", "json_values"]

JSON = dict[str, Any]
_T = TypeVar("_T")

_names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
)
_API_IDS = (
    "POST/organization/v1/users/patients",
    "GET/organization/v1/users/patients/{id}",
    "POST/organization/v1/users/caregivers/templates/{templateName}",
)
_STATUSES = ("OK", "200 OK", "201 CREATED", "NO_CONTENT")


@cache
def json_values() -> st.SearchStrategy[Any]:
    """Generate any JSON value."""
    return st.recursive(
        _scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names, inner, max_size=4), max_leaves=12
    )


@cache
def json_objects() -> st.SearchStrategy[JSON]:
    """Generate any JSON object."""
    return st.dictionaries(_names, json_values(), max_size=5)


@cache
def entities() -> st.SearchStrategy[JSON]:
    """Generate an entity with built-in attributes, which start with an underscore, and custom ones."""
    built_in = st.fixed_dictionaries(
        {"_id": st.uuids().map(str), "_name": _names},
        optional={"_template": st.fixed_dictionaries({"name": _names}), "_caption": st.none() | _names},
    )
    return st.builds(lambda custom, built_in: {**custom, **built_in}, json_objects(), built_in)


@cache
def event(kind: Kind) -> st.SearchStrategy[JSON]:
    """Generate a valid event of a kind, with the placeholder `SIGN_ME` for `Client.send` to sign."""
    return _EVENTS[kind]()


def from_type(type: type[_T]) -> st.SearchStrategy[_T]:
    """Generate values of a type that `biot-plugin types` wrote, or of any other model.

    They are what the templates allow: dates, addresses of mail, numbers in their ranges, texts that match patterns.
    What need not be there is left out or null at times.

    Raises:
        TypeError: It is no TypedDict, msgspec struct, dataclass or pydantic model.
    """
    model_class: Any = type
    values: st.SearchStrategy[_T] = fitting_object(model_class).map(create_model(model_class, is_written=False).load)
    return values


def damaged(event: JSON) -> st.SearchStrategy[JSON]:
    """Generate the event with one member, at any depth, removed or replaced by any JSON value."""
    return st.builds(_damage, st.just(event), st.sampled_from(_paths(event)), st.none() | json_values(), st.booleans())


def anything() -> st.SearchStrategy[Any]:
    """Generate any JSON value as an event, including some that look like an envelope."""
    headers = st.dictionaries(
        st.sampled_from(["hooktype", "HookType", "authorization", "traceparent"]) | _names,
        st.sampled_from([kind.value for kind in Kind]) | json_values(),
        max_size=4,
    )
    envelopes = st.fixed_dictionaries(
        {},
        optional={
            "headers": headers | json_values(),
            "body": st.text(max_size=30) | json_values(),
            "requestContext": json_values(),
            "isBase64Encoded": st.booleans() | json_values(),
            "source": st.just("aws.events") | json_values(),
            "rawQueryString": st.text(max_size=10),
        },
    )
    return json_values() | envelopes


def _pre_request() -> st.SearchStrategy[JSON]:
    return st.builds(
        events.pre_request,
        st.sampled_from(_API_IDS),
        body=st.none() | json_objects(),
        path_variables=st.dictionaries(st.sampled_from(["id", "templateName"]), st.sampled_from(["nurse", "7"])),
        query=st.dictionaries(_names, st.lists(st.text(max_size=8), max_size=2), max_size=2),
    )


def _post_request() -> st.SearchStrategy[JSON]:
    return st.builds(
        events.post_request,
        st.sampled_from(_API_IDS),
        body=st.none() | json_objects(),
        status=st.sampled_from(_STATUSES),
    )


def _adapt_entity() -> st.SearchStrategy[JSON]:
    return st.builds(
        events.adapt_entity,
        st.sampled_from(["patient", "device"]),
        entities=st.lists(entities(), max_size=3),
        status=st.sampled_from(_STATUSES),
    )


def _notification() -> st.SearchStrategy[JSON]:
    return st.builds(
        events.notification,
        st.sampled_from(["patient", "usage-session"]),
        st.sampled_from(["_create", "_update"]),
        entity=entities(),
        old_entity=st.none() | entities(),
    )


def _direct() -> st.SearchStrategy[JSON]:
    return st.builds(
        events.direct,
        st.sampled_from(["GET", "POST"]),
        st.just("/") | st.just("/report"),
        query=st.dictionaries(_names, st.text(max_size=8), max_size=2),
        body=st.none() | json_objects(),
    )


_EVENTS: dict[Kind, Callable[[], st.SearchStrategy[JSON]]] = {
    Kind.PRE_REQUEST: _pre_request,
    Kind.POST_REQUEST: _post_request,
    Kind.ADAPT_ENTITY: _adapt_entity,
    Kind.NOTIFICATION: _notification,
    Kind.SCHEDULED: lambda: st.builds(events.scheduled),
    Kind.DIRECT: _direct,
}


def _paths(value: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for key, inner in members for path in [(*prefix, key), *_paths(inner, (*prefix, key))]]


def _damage(event: JSON, path: tuple[Any, ...], value: Any, remove: bool) -> JSON:
    damaged_event = deepcopy(event)
    parent: Any = damaged_event
    for key in path[:-1]:
        parent = parent[key]
    if remove:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return damaged_event
