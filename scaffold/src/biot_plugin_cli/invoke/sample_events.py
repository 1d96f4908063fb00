"""Sample events of every kind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from biot_plugin.testing import events
from biot_plugin_cli.errors import UsageError

__all__ = ["create_event"]

JSON = dict[str, Any]

_API_ID = "POST/organization/v1/users/patients"
_ENTITY_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
_ORGANIZATION = {"id": "00000000-0000-0000-0000-000000000000", "name": "Primary Organization"}
_VARIABLE = re.compile(r"\{(\w+)\}")

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


def create_event(kind: str, *, api_id: str | None, entity: str | None, action: str | None) -> JSON:
    """Create an event whose body is a JSON value, which people can read and edit.

    Args:
        kind: The kind of hook, as on the command line.
        api_id: The API id, for `pre-request` and `post-request`.
        entity: The entity type, for `adapt-entity` and `notification`.
        action: The action, for `notification`.

    Raises:
        UsageError: The API id or action is invalid, or an option is for another kind of event.
    """
    parameters, create = _FACTORIES[kind]
    options = {"api_id": api_id, "entity": entity, "action": action}
    for name, value in options.items():
        if value is not None and name not in parameters:
            raise UsageError(f"--{name.replace('_', '-')} is not for {kind} events: leave it out")
    event = create(**{name: value for name, value in options.items() if value is not None})
    if "body" in event:
        event["body"] = json.loads(event["body"])
    return event


def _pre_request(api_id: str = _API_ID) -> JSON:
    return events.pre_request(_validated(api_id), body=_request_body(api_id), path_variables=_path_variables(api_id))


def _post_request(api_id: str = _API_ID) -> JSON:
    created = api_id.startswith("POST")
    event = events.post_request(
        _validated(api_id),
        body={},
        status="201 CREATED" if created else "200 OK",
        request_body=_request_body(api_id),
        path_variables=_path_variables(api_id),
    )
    body = json.loads(event["body"])
    body["response"]["body"] = _entity(body["entityName"])
    return {**event, "body": json.dumps(body)}


def _adapt_entity(entity: str = "patient") -> JSON:
    return events.adapt_entity(entity, entities=[_entity(entity)])


def _notification(entity: str = "patient", action: str = "_create") -> JSON:
    if not re.fullmatch(r"_[A-Za-z]+", action):
        raise UsageError(f"--action {action} is not an action: actions start with an underscore, as in _create")
    new = _entity(entity)
    old = {**new, "_caption": "Before the update"} if action == "_update" else None
    return events.notification(entity, action, entity=new, old_entity=old)


def _scheduled() -> JSON:
    return events.scheduled()


def _endpoint() -> JSON:
    return events.direct("GET", "/report", query={"day": "2026-01-02"})


_FACTORIES: dict[str, tuple[tuple[str, ...], Callable[..., JSON]]] = {
    "pre-request": (("api_id",), _pre_request),
    "post-request": (("api_id",), _post_request),
    "adapt-entity": (("entity",), _adapt_entity),
    "notification": (("entity", "action"), _notification),
    "scheduled": ((), _scheduled),
    "endpoint": ((), _endpoint),
}


def _validated(api_id: str) -> str:
    if not re.fullmatch(r"(GET|POST|PUT|PATCH|DELETE)(/[^/\s?#]+)+", api_id):
        raise UsageError(
            f"--api-id {api_id!r} is not an API id: write method and path without a space, as in {_API_ID}"
        )
    return api_id


def _path_variables(api_id: str) -> dict[str, str]:
    return {name: _ENTITY_ID if name.lower().endswith("id") else "example" for name in _VARIABLE.findall(api_id)}


def _request_body(api_id: str) -> JSON | None:
    """Create the body of a call: an entity for writing methods, none for the others."""
    if not api_id.startswith(("POST", "PUT", "PATCH")):
        return None
    entity_type = json.loads(events.pre_request(api_id)["body"])["entityName"]
    return {**_SAMPLES.get(entity_type, {"_name": "Example"}), "_ownerOrganization": {"id": _ORGANIZATION["id"]}}


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
