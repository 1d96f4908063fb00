"""Calls to try on the platform while a plugin is developed: one for each of its hooks."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from biot_emulator.client import Client

__all__ = ["SampleCall", "Samples", "sample_calls"]

_USERS = "/organization/v1/users"
_DEVICES = "/device/v1/devices"
_SAMPLES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "patient": (
        f"{_USERS}/patients",
        {"_name": {"firstName": "Ada", "lastName": "Lovelace"}, "_dateOfBirth": "1985-12-10"},
    ),
    "caregiver": (f"{_USERS}/caregivers", {"_name": {"firstName": "Mary", "lastName": "Seacole"}}),
    "organization-user": (f"{_USERS}/organizations", {"_name": {"firstName": "Grace", "lastName": "Hopper"}}),
    "organization": ("/organization/v1/organizations", {"_name": "Sample clinic"}),
    "device": ("/device/v2/devices", {"_id": "sample-device"}),
    "usage-session": (f"{_DEVICES}/sample-device/usage-sessions", {"_state": "ACTIVE"}),
    "device-alert": (f"{_DEVICES}/sample-device/alerts", {"_name": "sample"}),
    "generic-entity": ("/generic-entity/v1/generic-entities", {"_name": "sample"}),
}
_VARIABLE = re.compile(r"\{(\w+)\}")

Call = tuple[str, str, Any]


@dataclass(frozen=True, slots=True)
class SampleCall:
    """A call to try.

    Attributes:
        hook: The hook of the plugin that it sets off.
        command: The command line; `$TOKEN` stands for the caller's token.
    """

    hook: str
    command: str


class Samples:
    """Entities to play with, made when the platform is new.

    Args:
        client: Calls the platform as one who may do all.
    """

    def __init__(self, client: Client) -> None:
        self._ids: dict[str, str] = {}
        for entity_type, (path, body) in _SAMPLES.items():
            reply = client.call("POST", path, json=body)
            if isinstance(reply.body, dict) and "_id" in reply.body:
                self._ids[entity_type] = reply.body["_id"]

    def path(self, entity_type: str) -> str:
        """The path of the sample of an entity type, or of all of them where there is no sample."""
        path, _ = _SAMPLES.get(entity_type, (f"/{entity_type}", {}))
        return f"{path}/{self._ids[entity_type]}" if entity_type in self._ids else path

    def filled(self, template: str) -> str:
        """A path template with the samples' ids in the place of its variables."""
        of_path = {path.rsplit("/", 1)[-1]: name for name, (path, _) in _SAMPLES.items()}
        words = template.split("/")
        for index, word in enumerate(words):
            if word == "{id}":
                words[index] = self._ids.get(of_path.get(words[index - 1], ""), "ID")
            elif match := _VARIABLE.fullmatch(word):
                words[index] = self._ids.get(match[1].removesuffix("Id"), match[1])
        return "/".join(words)


def sample_calls(url: str, plugin: Mapping[str, Any], samples: Samples) -> Iterator[SampleCall]:
    """Give a call for each thing that a plugin is called for.

    Args:
        url: Where the platform is.
        plugin: The plugin as the platform shows it.
        samples: The entities to play with.
    """
    for one in plugin["subscriptions"]["interceptions"]:
        hook = one.get("apiId") or one["entityTypeName"]
        call = _of_api(hook, samples) if "apiId" in one else ("GET", samples.path(hook), None)
        yield SampleCall(f"{one['type']} {hook}", _curl(url, call))
    for one in plugin["subscriptions"]["notifications"]:
        hook = f"{one['entityTypeName']} {one['actionName']}"
        yield SampleCall(f"NOTIFICATION {hook}", _curl(url, _of_action(one, samples)))
    if schedule := plugin.get("cronSchedule"):
        path = f"/_emulator/plugins/Plugin-{plugin['name']}/schedule"
        yield SampleCall(f"SCHEDULED {schedule}", _curl(url, ("POST", path, None)))
    yield SampleCall("DIRECT", _curl("", ("GET", plugin["endpointUrl"], None)))


def _of_api(api_id: str, samples: Samples) -> Call:
    method, slash, path = api_id.partition("/")
    body = _body(path) if method == "POST" else {"note": "changed"} if method in ("PATCH", "PUT") else None
    return method, samples.filled(slash + path), body


def _body(path: str) -> dict[str, Any]:
    """A body to create with: that of the sample whose path is the longest that this one begins with or ends like."""
    found = [
        body for base, body in _SAMPLES.values() if f"/{path}".startswith(base) or base.endswith(path.rsplit("/")[-1])
    ]
    body = found[-1] if found else {}
    return {**body, "_id": "another-device"} if "_id" in body else body


def _of_action(wanted: Mapping[str, Any], samples: Samples) -> Call:
    entity_type, action = wanted["entityTypeName"], wanted["actionName"]
    path, body = _SAMPLES.get(entity_type, (f"/{entity_type}", {}))
    match action:
        case "_create":
            return "POST", path, {**body, "_id": "another-device"} if "_id" in body else body
        case "_delete":
            return "DELETE", samples.path(entity_type), None
        case "_updateEnabledState":
            return "POST", f"{samples.path(entity_type)}/enabled-state/DISABLED", None
    changed = {"_state": "DONE"} if entity_type == "usage-session" else {"note": "changed"}
    return "PATCH", samples.path(entity_type), changed


def _curl(url: str, call: Call) -> str:
    method, path, body = call
    words = ["curl", "-s", *([] if method == "GET" else ["-X", method]), url + path]
    command = f'{shlex.join(words)} -H "authorization: Bearer $TOKEN"'
    if body is None:
        return command
    return f"{command} -H 'content-type: application/json' -d {shlex.quote(json.dumps(body))}"
