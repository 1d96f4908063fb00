"""Calls to try on the platform while a plugin is developed: one for each of its hooks."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from biot_emulator.services.entities.types import ENTITY_TYPES
from biot_plugin_cli.dev.sample_entities import Samples, api_id_for, new_entity

__all__ = ["SampleCall", "sample_calls"]

# The actions that calls set off.
_DOES = {"_create": "create", "_update": "update", "_delete": "delete", "_updateEnabledState": "set_enabled"}
_APIS = {api_id: (one.name, does) for one in ENTITY_TYPES for api_id, does in one.apis.items()} | {
    "GET/organization/v1/users/self": ("organization-user", "self")
}

Call = tuple[str, str, Any]


@dataclass(frozen=True, slots=True)
class SampleCall:
    """A call to try.

    Attributes:
        hook: The hook of the plugin that it sets off.
        command: The command line; `$TOKEN` stands for the caller's token. None where nothing here sets the hook off.
    """

    hook: str
    command: str | None


def sample_calls(url: str, plugin: Mapping[str, Any], samples: Samples) -> Iterator[SampleCall]:
    """Give a call for each thing that a plugin is called for.

    Args:
        url: Where the platform is.
        plugin: The plugin as the platform shows it.
        samples: The entities to play with.
    """
    for one in plugin["subscriptions"]["interceptions"]:
        hook = one.get("apiId") or one["entityTypeName"]
        call = _of_api(hook, samples) if "apiId" in one else _of_entities(hook, samples)
        yield SampleCall(f"{one['type']} {hook}", _curl(url, call))
    for one in plugin["subscriptions"]["notifications"]:
        hook = f"{one['entityTypeName']} {one['actionName']}"
        yield SampleCall(f"NOTIFICATION {hook}", _curl(url, _of_action(one, samples)))
    if schedule := plugin.get("cronSchedule"):
        path = f"/_emulator/plugins/Plugin-{plugin['name']}/schedule"
        yield SampleCall(f"SCHEDULED {schedule}", _curl(url, ("POST", path, None)))
    yield SampleCall("DIRECT", _curl("", ("GET", plugin["endpointUrl"], None)))


def _of_api(api_id: str, samples: Samples) -> Call | None:
    """Call an API, or a part of it that is told by values in its path."""
    method, slash, path = api_id.partition("/")
    entity_type, does = _APIS.get(_template_of(api_id), ("", ""))
    # Whoever has the token is a user of an organization, and nobody else.
    if not does or (does == "self" and entity_type != "organization-user"):
        return None
    filled = samples.filled(entity_type, slash + path)
    return (method, filled, _body(entity_type, does)) if filled else None


def _template_of(api_id: str) -> str:
    """The API that an id is of: that which has the most words in common with it."""
    words = api_id.split("/")
    found = [template for template in _APIS if _fits(words, template.split("/"))]
    return max(found, key=lambda template: sum(word in words for word in template.split("/")), default="")


def _fits(words: list[str], template: list[str]) -> bool:
    return len(words) == len(template) and all(
        word == wanted or wanted.startswith("{") for word, wanted in zip(words, template, strict=True)
    )


def _of_entities(entity_type: str, samples: Samples) -> Call | None:
    api_ids = [api_id for does in ("read", "search") if (api_id := api_id_for(entity_type, does))]
    return next((call for api_id in api_ids if (call := _of_api(api_id, samples))), None)


def _of_action(wanted: Mapping[str, Any], samples: Samples) -> Call | None:
    api_id = api_id_for(wanted["entityTypeName"], _DOES.get(wanted["actionName"], ""))
    return _of_api(api_id, samples) if api_id else None


def _body(entity_type: str, does: str) -> Any:
    if does == "create":
        return new_entity(entity_type)
    if does == "update":
        return {"_state": "DONE"} if entity_type == "usage-session" else {"note": "changed"}
    return None


def _curl(url: str, call: Call | None) -> str | None:
    if call is None:
        return None
    method, path, body = call
    words = ["curl", "-s", *([] if method == "GET" else ["-X", method]), url + path]
    command = f'{shlex.join(words)} -H "authorization: Bearer $TOKEN"'
    if body is None:
        return command
    return f"{command} -H 'content-type: application/json' -d {shlex.quote(json.dumps(body))}"
