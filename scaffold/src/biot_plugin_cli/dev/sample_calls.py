"""Example calls that trigger a plugin's hooks, one for each."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from biot_emulator.services.entities.types import ENTITY_TYPES
from biot_plugin_cli.dev.sample_entities import Samples, api_id_for, new_entity

__all__ = ["SampleCall", "sample_calls"]

# The operation that triggers each action.
_OPERATIONS = {
    "_create": "create",
    "_update": "update",
    "_delete": "delete",
    "_updateEnabledState": "set_enabled",
    "_clear": "update",
    "_start": "start",
    "_stop": "stop",
    "_remoteStart": "start",
}
_OF_DEVICE = "/device/v1/devices/{deviceId}"
_CONTROL = f"POST{_OF_DEVICE}/usage-sessions/{{id}}/remote-control"
# The API that triggers an action where that is no operation on the entity alone.
_ACTION_APIS = {
    ("device", "_generateCertificate"): "POST/device/v2/devices/{id}/certificate",
    ("device", "_command"): f"POST{_OF_DEVICE}/commands/start",
    ("usage-session", "_remotePause"): f"{_CONTROL}/pause",
    ("usage-session", "_remoteStop"): f"{_CONTROL}/stop",
}
# What no sample is in the state for.
_OUT_OF_REACH = (
    f"{_CONTROL}/resume",
    f"DELETE{_OF_DEVICE}/commands/{{id}}",
    "POST/device/v2/devices/{id}/certificate/activate",
)
_APIS = {api_id: (entity.name, operation) for entity in ENTITY_TYPES for api_id, operation in entity.apis.items()} | {
    "GET/organization/v1/users/self": ("organization-user", "self")
}

_BODIES: Mapping[str, Any] = {
    "update": {"note": "changed"},
    # A session is what ends, and nothing else about it is news.
    "usage-session update": {
        "_state": "DONE",
        "_endTime": "2024-01-02T07:00:00Z",
        "_summary": {"_stopReasonCode": "COMPLETION"},
    },
    "start": {},
    "update_status": {"data": {"_fwVersion": "1.1"}},
}
_TEMPLATE_VARIABLES = ("{templateName}", "{usageType}")

Call = tuple[str, str, Any]


@dataclass(frozen=True, slots=True)
class SampleCall:
    """An example call.

    Attributes:
        hook: The hook that it triggers.
        command: The command line; `$TOKEN` stands for the caller's token. None if no call triggers the hook.
    """

    hook: str
    command: str | None


def sample_calls(
    url: str, plugin: Mapping[str, Any], samples: Samples, *, has_endpoint: bool = True
) -> Iterator[SampleCall]:
    """Create an example call for each hook of a plugin.

    Args:
        url: The platform's base URL.
        plugin: The plugin as the platform shows it.
        samples: The sample entities.
        has_endpoint: Whether anything handles calls of the plugin's own URL, as far as that is known.
    """
    for interception in plugin["subscriptions"]["interceptions"]:
        hook = interception.get("apiId") or interception["entityTypeName"]
        call = _api_call(hook, samples) if "apiId" in interception else _entity_call(hook, samples)
        yield SampleCall(f"{interception['type']} {hook}", _curl(url, call))
    for notification in plugin["subscriptions"]["notifications"]:
        hook = f"{notification['entityTypeName']} {notification['actionName']}"
        yield SampleCall(f"NOTIFICATION {hook}", _curl(url, _action_call(notification, samples)))
    if schedule := plugin.get("cronSchedule"):
        path = f"/_emulator/plugins/Plugin-{plugin['name']}/schedule"
        yield SampleCall(f"SCHEDULED {schedule}", _curl(url, ("POST", path, None)))
    if has_endpoint:
        yield SampleCall("DIRECT", _curl("", ("GET", plugin["endpointUrl"], None)))


def _api_call(api_id: str, samples: Samples) -> Call | None:
    """Create a call of an API, or of one whose path variables are replaced by values."""
    method, slash, path = api_id.partition("/")
    template = _template_of(api_id)
    entity_type, operation = _APIS.get(template, ("", ""))
    # The token belongs to a user of an organization.
    if not operation or template in _OUT_OF_REACH or (operation == "self" and entity_type != "organization-user"):
        return None
    for name in _template_names(api_id, template):
        samples.add_template(entity_type, name)
    filled_path = samples.fill_path(entity_type, slash + path, operation)
    return (method, filled_path, _body(entity_type, operation)) if filled_path else None


def _template_of(api_id: str) -> str:
    """Find the template of an API id: the one that has the most path segments in common with it."""
    segments = api_id.split("/")
    matches = [template for template in _APIS if _fits(segments, template.split("/"))]
    return max(matches, key=lambda template: sum(part in segments for part in template.split("/")), default="")


def _template_names(api_id: str, template: str) -> list[str]:
    """Return the names of entity templates that an API id has in place of variables."""
    pairs = zip(api_id.split("/"), template.split("/"), strict=True)
    return [value for value, part in pairs if part in _TEMPLATE_VARIABLES and value != part]


def _fits(segments: list[str], template: list[str]) -> bool:
    return len(segments) == len(template) and all(
        segment == part or part.startswith("{") for segment, part in zip(segments, template, strict=True)
    )


def _entity_call(entity_type: str, samples: Samples) -> Call | None:
    api_ids = [api_id for operation in ("read", "search") if (api_id := api_id_for(entity_type, operation))]
    return next((call for api_id in api_ids if (call := _api_call(api_id, samples))), None)


def _action_call(notification: Mapping[str, Any], samples: Samples) -> Call | None:
    entity_type, action = notification["entityTypeName"], notification["actionName"]
    api_id = _ACTION_APIS.get((entity_type, action)) or api_id_for(entity_type, _OPERATIONS.get(action, ""))
    call = _api_call(api_id, samples) if api_id else None
    return (*call[:2], {"_state": "CLEARED"}) if call and action == "_clear" else call


def _body(entity_type: str, operation: str) -> Any:
    if operation == "create":
        return new_entity(entity_type)
    return _BODIES.get(f"{entity_type} {operation}", _BODIES.get(operation))


def _curl(url: str, call: Call | None) -> str | None:
    if call is None:
        return None
    method, path, body = call
    words = ["curl", "-s", *([] if method == "GET" else ["-X", method]), url + path]
    command = f'{shlex.join(words)} -H "authorization: Bearer $TOKEN"'
    if body is None:
        return command
    return f"{command} -H 'content-type: application/json' -d {shlex.quote(json.dumps(body))}"
