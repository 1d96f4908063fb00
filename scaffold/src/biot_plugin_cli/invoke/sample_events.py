"""Sample events of every kind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from biot_plugin.testing import events
from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.hooks.offered.call_shapes import call_shape
from biot_plugin_cli.hooks.offered.catalogue import Catalogue
from biot_plugin_cli.hooks.offered.requirements import (
    EXAMPLE_API,
    require_api,
    require_entity_type,
    require_notification,
)
from biot_plugin_cli.invoke.direct_events import create_direct_event

__all__ = ["EventOptions", "create_event"]

JSON = dict[str, Any]

_ENTITY_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
_ORGANIZATION = {"id": "00000000-0000-0000-0000-000000000000", "name": "Primary Organization"}
_VARIABLE = re.compile(r"\{(\w+)\}")
# What a path variable can have, where any text is not enough.
_VALUES = {"state": "DISABLED", "deleteOrphanSessionsEnum": "DEVICE"}

_PATIENT: JSON = {
    "_name": {"firstName": "Grace", "lastName": "Hopper"},
    "_email": "grace@example.org",
    "_dateOfBirth": "1986-12-09",
    "mrn": "MRN-0042",
}
_SAMPLES: dict[str, JSON] = {
    "caregiver": {"_name": {"firstName": "Mary", "lastName": "Seacole"}, "_email": "mary@example.org"},
    "device": {"_name": "Infusion pump", "_timezone": "Europe/Berlin"},
    "generic-entity": {"_name": "Observation 17"},
    "organization": {"_name": "General Hospital"},
    "organization-user": {"_name": {"firstName": "Joan", "lastName": "Clarke"}, "_email": "joan@example.org"},
    "patient": _PATIENT,
    "usage-session": {
        "_state": "DONE",
        "_startTime": "2026-01-02T02:00:00.000Z",
        "_endTime": "2026-01-02T03:00:00.000Z",
        "_patient": {"id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "name": "Grace Hopper"},
        "_device": {"id": "PUMP-1"},
    },
}


@dataclass(frozen=True, slots=True)
class EventOptions:
    """What an event is about; None for the default.

    Attributes:
        api_id: The API id, for `pre-request` and `post-request`; path variables may have values.
        entity: The entity type, for `adapt-entity` and `notification`.
        action: The action, for `notification`.
        path: The path of a direct call.
        method: The HTTP method of a direct call.
        query: The parameters of a direct call, each as `name=value`.
        body: The body of a direct call.
    """

    api_id: str | None = None
    entity: str | None = None
    action: str | None = None
    path: str | None = None
    method: str | None = None
    query: Sequence[str] | None = None
    body: bytes | None = None


def create_event(kind: str, options: EventOptions, catalogue: Catalogue) -> JSON:
    """Create an event whose body is a JSON value, which people can read and edit.

    Args:
        kind: The kind of hook, as on the command line.
        options: What it is about.
        catalogue: What can be hooked.

    Raises:
        UsageError: Nothing calls a plugin for that, or an option is invalid or for another kind of event.
    """
    parameters, create = _FACTORIES[kind]
    values = {name: value for name, value in asdict(options).items() if value is not None}
    for name in values:
        if name not in parameters:
            raise UsageError(f"--{name.replace('_', '-')} is not for {kind} events: leave it out")
    event = create(catalogue, **values)
    if isinstance(event.get("body"), str) and kind != "endpoint":
        event["body"] = json.loads(event["body"])
    return event


def _pre_request(catalogue: Catalogue, api_id: str = EXAMPLE_API) -> JSON:
    template, variables = _call(catalogue, api_id)
    entity_type = _entity_type(catalogue, template)
    return events.pre_request(
        template,
        body=_request_body(template, entity_type),
        path_variables=variables,
        fields={"entityName": entity_type},
    )


def _post_request(catalogue: Catalogue, api_id: str = EXAMPLE_API) -> JSON:
    template, variables = _call(catalogue, api_id)
    entity_type = _entity_type(catalogue, template)
    status, body = _response(template, entity_type)
    return events.post_request(
        template,
        body=body,
        status=status,
        request_body=_request_body(template, entity_type),
        path_variables=variables,
        fields={"entityName": entity_type},
    )


def _adapt_entity(catalogue: Catalogue, entity: str = "patient") -> JSON:
    require_entity_type(catalogue, entity)
    return events.adapt_entity(entity, entities=[_entity(entity)])


def _notification(catalogue: Catalogue, entity: str = "patient", action: str = "_create") -> JSON:
    require_notification(catalogue, entity, action)
    new = _entity(entity)
    old = {**new, "_caption": "Before the update"} if action == "_update" else None
    return events.notification(entity, action, entity=new, old_entity=old)


def _scheduled(_: Catalogue) -> JSON:
    return events.scheduled()


def _endpoint(_: Catalogue, **call: Any) -> JSON:
    return create_direct_event(**call) if call else create_direct_event("/report", query=["day=2026-01-02"])


_FACTORIES: dict[str, tuple[tuple[str, ...], Callable[..., JSON]]] = {
    "pre-request": (("api_id",), _pre_request),
    "post-request": (("api_id",), _post_request),
    "adapt-entity": (("entity",), _adapt_entity),
    "notification": (("entity", "action"), _notification),
    "scheduled": ((), _scheduled),
    "endpoint": (("path", "method", "query", "body"), _endpoint),
}


def _call(catalogue: Catalogue, api_id: str) -> tuple[str, dict[str, str]]:
    """Return the id of an API, and a value for each variable of its path."""
    template, values = require_api(catalogue, api_id)
    samples = {
        name: _VALUES.get(name) or (_ENTITY_ID if name.lower().endswith("id") else "example")
        for name in _VARIABLE.findall(template)
    }
    return template, samples | values


def _entity_type(catalogue: Catalogue, api_id: str) -> str:
    return next(api.entity_type for api in catalogue.apis if api.api_id == api_id)


def _request_body(api_id: str, entity_type: str) -> JSON | None:
    shape = call_shape(api_id)
    if shape.sends_entity:
        return {**_SAMPLES.get(entity_type, {"_name": "Example"}), "_ownerOrganization": {"id": _ORGANIZATION["id"]}}
    return {} if shape.sends_body else None


def _response(api_id: str, entity_type: str) -> tuple[str, JSON | None]:
    """Return the status and the body of an API's response."""
    created = api_id.startswith("POST") and call_shape(api_id).sends_entity
    match call_shape(api_id).response:
        case "nothing":
            return "204 NO_CONTENT", None
        case "page":
            metadata = {"sort": [], "filter": {}, "page": {"totalResults": 1, "page": 0, "limit": 10}}
            return "200 OK", {"data": [_entity(entity_type)], "metadata": metadata}
        case "entity":
            return "201 CREATED" if created else "200 OK", _entity(entity_type)
    return "200 OK", {}


def _entity(entity_type: str) -> JSON:
    """Create an entity as an API returns it."""
    return {
        "_id": _ENTITY_ID,
        **_SAMPLES.get(entity_type, {"_name": "Example"}),
        "_caption": "Example",
        "_ownerOrganization": _ORGANIZATION,
        "_template": {"id": "b1eebc99-9c0b-4ef8-bb6d-6bb9bd380a12", "name": entity_type, "displayName": entity_type},
        "_creationTime": "2026-01-02T03:04:04.123Z",
        "_lastModifiedTime": "2026-01-02T03:04:05.123Z",
    }
