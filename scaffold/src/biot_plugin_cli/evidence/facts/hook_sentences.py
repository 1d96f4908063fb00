"""What the platform calls a plugin for, each hook as a sentence for people who do not know its code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.hooks.schedule import describe_schedule
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.plugin.source_location import SourceLocation

__all__ = ["describe_hooks"]

_REQUESTS = {
    "PRE_REQUEST": "Before the platform carries out {call}, the plugin may change the request or refuse it",
    "POST_REQUEST": "After the platform has carried out {call}, the plugin may change what the caller gets",
}
_ADAPTATION = "Whenever an API answers with entities of the type {entity}, the plugin may change what the caller gets"
_ACTIONS = {"_create": "was created", "_update": "was changed", "_delete": "was deleted"}


def describe_hooks(plugin: Plugin, hooks: Hooks, config: Mapping[str, Any], moment: datetime) -> list[dict[str, Any]]:
    """Describe each hook, in the order of the code.

    Args:
        plugin: The plugin.
        hooks: Its hooks.
        config: The configuration that is sent.
        moment: The time of the release.

    Returns:
        `hook` as the platform has it, the `sentence`, and where its function is.
    """
    return [
        {"hook": hook, "sentence": f"{sentence}.", "function": str(plugin.relative(location)) or None}
        for hook, sentence, location in _described(hooks, config, moment)
    ]


def _described(
    hooks: Hooks, config: Mapping[str, Any], moment: datetime
) -> Iterator[tuple[dict[str, Any], str, SourceLocation]]:
    default = (config.get("subscriptions") or {}).get("interceptionOrder")
    for number, hook in enumerate(hooks.subscriptions.get("interceptions") or ()):
        yield {**hook}, _interception(hook, default), _location(hooks, "interceptions", number)
    for number, hook in enumerate(hooks.subscriptions.get("notifications") or ()):
        yield {"type": "NOTIFICATION", **hook}, _notification(hook), _location(hooks, "notifications", number)
    if hooks.cron_schedule:
        schedule = {"type": "SCHEDULED", "cronSchedule": hooks.cron_schedule}
        yield schedule, _scheduled(hooks.cron_schedule, moment), _location(hooks, "schedule", 0)
    for number, _ in enumerate(hooks.locations.get("calls") or ()):
        sentence = "Callers of the plugin's own address get an answer that the plugin makes"
        yield {"type": "DIRECT_CALL"}, sentence, _location(hooks, "calls", number)


def _interception(hook: Mapping[str, Any], default: int | None) -> str:
    order = hook.get("order") or default
    place = f"; among all plugins it is number {order} in order" if order else ""
    if hook["type"] == "ADAPT_ENTITY":
        return f"{_ADAPTATION.format(entity=hook.get('entityTypeName'))}{place}"
    method, _, path = str(hook.get("apiId")).partition("/")
    return f"{_REQUESTS[hook['type']].format(call=f'{method} /{path}')}{place}"


def _notification(hook: Mapping[str, Any]) -> str:
    action = str(hook.get("actionName"))
    of = f" of the template {hook['templateName']}" if hook.get("templateName") else ""
    what = _ACTIONS.get(action, f"had the action {action}")
    return f"After an entity of the type {hook.get('entityTypeName')}{of} {what}, the plugin is told"


def _scheduled(cron: str, moment: datetime) -> str:
    meaning = describe_schedule(cron, moment).meaning
    return (
        f"The plugin runs by itself: {meaning} (UTC; {cron})" if meaning else f"The plugin runs by itself: {cron} (UTC)"
    )


def _location(hooks: Hooks, name: str, number: int) -> SourceLocation:
    locations = hooks.locations.get(name) or ()
    return locations[number] if number < len(locations) else SourceLocation()
