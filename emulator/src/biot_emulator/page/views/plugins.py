"""The plugins, and what calls them in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from biot_emulator.page.context import Context
from biot_emulator.page.errors import Invalid
from biot_emulator.page.links import link
from biot_emulator.page.responses import Response
from biot_emulator.wire_json import decode

__all__ = ["fire_schedule", "invoke", "set_state", "show", "show_all"]

_PLUGINS = "/settings/v2/plugins"
_INTERCEPTIONS = "/dispatcher/v1/hooks/interceptions"
_NOTIFICATIONS = "/dispatcher/v1/hooks/notifications"
_PREFIX = "Plugin-"
_STATES = ("ENABLED", "DISABLED")
_ALL = '{"limit": 10000}'
#: As calls take them: the interceptors of a call before and after it, then who is notified.
_KINDS = ("PRE_REQUEST", "ADAPT_ENTITY", "POST_REQUEST")
_SAMPLE = '{\n  "headers": {"authorization": "Bearer SIGN_ME"},\n  "body": {}\n}'

Document = Mapping[str, Any]


@dataclass(slots=True)
class Hook:
    """What plugins are subscribed to, and which of them.

    Attributes:
        name: The API, or the entity type.
        steps: The subscriptions by kind, each in the order in which they run.
    """

    name: str
    steps: dict[str, list[Document]] = field(default_factory=dict)


def show_all(context: Context) -> Response:
    """Show the plugins, and for each hook who is called in which order."""
    plugins = _plugins(context)
    names = {plugin["endpointUrl"]: plugin for plugin in plugins}
    return context.show(
        "plugins.html",
        "plugins",
        "Plugins",
        plugins=plugins,
        hooks=_hooks(context, names),
        notifications=_notifications(context, names),
    )


def show(context: Context) -> Response:
    """Show a plugin."""
    plugin = _plugin(context)
    endpoint = plugin["endpointUrl"]
    interceptions = [item for item in _search(context, _INTERCEPTIONS) if item["endpoint"] == endpoint]
    notifications = [item for item in _search(context, _NOTIFICATIONS) if item["endpoint"] == endpoint]
    return context.show(
        "plugin.html",
        "plugins",
        plugin["displayName"],
        plugin=plugin,
        interceptions=sorted(interceptions, key=lambda item: (_KINDS.index(item["type"]), item["executionOrder"])),
        notifications=notifications,
        sample=_SAMPLE,
        address=_browsable(endpoint),
    )


def set_state(context: Context) -> Response:
    """Enable or disable a plugin."""
    plugin, state = _plugin(context), context.request.field("state")
    if state not in _STATES:
        raise Invalid(f"The state is one of {', '.join(_STATES)}")
    changes = {"version": plugin["version"], "enabledState": state}
    context.administrator.change("PATCH", f"{_PLUGINS}/{plugin['name']}", changes, part="config")
    return context.done(f"{plugin['displayName']} is {state.lower()}.", link("plugins", plugin["name"]))


def fire_schedule(context: Context) -> Response:
    """Invoke a plugin as if it were due."""
    plugin = _plugin(context)
    record = context.administrator.change("POST", f"/_emulator/plugins/{plugin['name']}/schedule")
    return _invoked(context, plugin, record)


def invoke(context: Context) -> Response:
    """Invoke a plugin with an event."""
    plugin = _plugin(context)
    try:
        event = decode(context.request.field("event"))
    except ValueError as error:
        raise Invalid(f"The event is not JSON: {error}") from None
    record = context.administrator.change("POST", f"/_emulator/plugins/{plugin['name']}/invoke", event)
    return _invoked(context, plugin, record)


def _invoked(context: Context, plugin: Document, record: Document) -> Response:
    error = record["error"]
    if error:
        context.session.tell(f"{plugin['displayName']} failed: {error['type']}", "failed")
    else:
        context.session.tell(f"{plugin['displayName']} replied with {record['statusCode']}.")
    return context.done_at(link("invocations", record["id"]))


def _plugin(context: Context) -> dict[str, Any]:
    name = context.request.variables["name"]
    plugin = dict(context.administrator.read(f"{_PLUGINS}/{name}"))
    return {**plugin, "name": _PREFIX + plugin["name"].removeprefix(_PREFIX)}


def _plugins(context: Context) -> list[dict[str, Any]]:
    documents = _search(context, _PLUGINS)
    plugins = [{**plugin, "name": _PREFIX + plugin["name"].removeprefix(_PREFIX)} for plugin in documents]
    return sorted(plugins, key=lambda plugin: str(plugin["name"]))


def _search(context: Context, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = context.administrator.read(path, searchRequest=_ALL)["data"]
    return found


def _hooks(context: Context, names: Mapping[str, Document]) -> list[Hook]:
    hooks: dict[str, Hook] = {}
    for item in sorted(_search(context, _INTERCEPTIONS), key=lambda item: int(item["executionOrder"])):
        name = item["entityName"] if item["type"] == "ADAPT_ENTITY" else item["apiId"]
        steps = hooks.setdefault(name, Hook(name)).steps.setdefault(item["type"], [])
        steps.append({**item, "plugin": names.get(item["endpoint"])})
    for hook in hooks.values():
        hook.steps = {kind: hook.steps[kind] for kind in _KINDS if kind in hook.steps}
    return sorted(hooks.values(), key=lambda hook: hook.name)


def _notifications(context: Context, names: Mapping[str, Document]) -> list[dict[str, Any]]:
    items = _search(context, _NOTIFICATIONS)
    with_plugins = [{**item, "plugin": names.get(item["endpoint"])} for item in items]
    return sorted(with_plugins, key=lambda item: (item["entityTypeName"], item["actionName"]))


def _browsable(endpoint: str) -> str:
    """Return a plugin's address as a browser may open it: at another host than the page, which it cannot read then."""
    return endpoint.replace("//127.0.0.1", "//localhost", 1).replace("//[::1]", "//localhost", 1)
