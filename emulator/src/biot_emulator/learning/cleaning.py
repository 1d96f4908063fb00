"""Removes what a run has made, by its name: whatever its own record says, and however it was interrupted."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from biot_emulator.client import Reply
from biot_emulator.errors import EmulatorError
from biot_emulator.learning.connection import Connection
from biot_emulator.learning.errors import UNEXPECTED, CannotObserve, ConnectionLost, LeftBehind
from biot_emulator.learning.laboratory import GENERIC, PLUGINS, TEMPLATES
from biot_emulator.learning.names import (
    PLUGIN_PREFIX,
    TEMPLATE_PREFIX,
    ProbeNames,
    run_of_plugin,
    run_of_template,
)
from biot_emulator.learning.pace import Pace
from biot_emulator.learning.subscribing import INTERCEPTIONS, NOTIFICATIONS

__all__ = ["find_runs", "remove_run"]

_ROUNDS = 20
_ATTEMPTS = 5
_GONE = (200, 202, 204, 404)


def find_runs(connection: Connection) -> set[str]:
    """Return the runs of which something is on the platform, by the names of probes and templates alone."""
    plugins = connection.search(PLUGINS, {"filter": {"name": {"like": PLUGIN_PREFIX}}}) or []
    templates = connection.search(TEMPLATES, {"filter": {"name": {"like": TEMPLATE_PREFIX}}}) or []
    runs = {run_of_plugin(plugin.get("name")) for plugin in plugins}
    runs |= {run_of_template(template.get("name")) for template in templates}
    return {run for run in runs if run}


def remove_run(connection: Connection, names: ProbeNames, pace: Pace, *, may_still_appear: bool = False) -> None:
    """Remove everything of a run: subscriptions, entities and templates, and last the probe by which it is recognised.

    Args:
        connection: Calls the platform.
        names: The names of the run.
        pace: How long to wait between attempts.
        may_still_appear: Whether a call had no response of its own, so that what it makes may not be there yet.

    Raises:
        LeftBehind: Something is still there.
    """
    end = time.monotonic() + (pace.settle if may_still_appear else 0)
    problem = _attempts(lambda: _remove(connection, names), connection, pace)
    while problem is None and time.monotonic() < end:
        connection.wait(pace.poll)
        problem = _attempts(lambda: _remove(connection, names), connection, pace)
    if problem is not None:
        raise LeftBehind(
            f"Not everything of the run {names.run} could be removed ({problem}): run biot-emulator learn again, which "
            f"offers to, or delete the plugins {PLUGIN_PREFIX}{names.run}-* and the templates "
            f"{TEMPLATE_PREFIX}{names.run}_* with their entities in the console"
        )


def _attempts(work: Callable[[], None], connection: Connection, pace: Pace) -> EmulatorError | None:
    """Do something until it succeeds, a few times at most; return why it did not."""
    problem: EmulatorError | None = None
    for attempt in range(_ATTEMPTS):
        if attempt:
            connection.wait(pace.poll * attempt)
        try:
            work()
        except EmulatorError as error:
            problem = error
        except UNEXPECTED as error:
            problem = CannotObserve(f"a response has another shape than the published one: {type(error).__name__}")
        else:
            return None
    return problem


def _remove(connection: Connection, names: ProbeNames) -> None:
    first, *others = names.plugins
    endpoints = [endpoint for name in names.plugins if (endpoint := _endpoint(connection, name))]
    _unsubscribe(connection, endpoints)
    for name in others:
        _delete(connection, f"{PLUGINS}/Plugin-{name}")
    for name in names.templates:
        _remove_entities(connection, names, name)
    _remove_templates(connection, names)
    _delete(connection, f"{PLUGINS}/Plugin-{first}")


def _endpoint(connection: Connection, name: str) -> str | None:
    reply = connection.call("GET", f"{PLUGINS}/Plugin-{name}")
    url = reply.body.get("endpointUrl") if isinstance(reply.body, dict) else None
    return url if isinstance(url, str) else None


def _unsubscribe(connection: Connection, endpoints: list[str]) -> None:
    if not endpoints:
        return
    for item in connection.search(INTERCEPTIONS, {"filter": {"endpoint": {"in": endpoints}}}) or []:
        if item.get("endpoint") in endpoints:
            key = "entityName" if item.get("type") == "ADAPT_ENTITY" else "apiId"
            hook = {name: item[name] for name in ("type", "endpoint", key, "pathFilters") if item.get(name)}
            _require(connection.call("POST", f"{INTERCEPTIONS}/unsubscribe", json=hook), "An interception")
    _unsubscribe_notifications(connection, endpoints)


def _unsubscribe_notifications(connection: Connection, endpoints: list[str]) -> None:
    request = {"filter": {"endpoint": {"in": endpoints}}}
    for item in connection.search(NOTIFICATIONS, request) or []:
        if item.get("endpoint") in endpoints:
            fields = ("entityTypeName", "actionName", "endpoint", "templateName")
            subscription = {name: item[name] for name in fields if item.get(name)}
            _require(connection.call("POST", f"{NOTIFICATIONS}/unsubscribe", json=subscription), "A notification")


def _remove_entities(connection: Connection, names: ProbeNames, template: str) -> None:
    path = f"{GENERIC}/{template}"
    for _ in range(_ROUNDS):
        entities = _own_entities(connection, names, path, template)
        if not entities:
            return
        for entity in entities:
            _delete(connection, f"{path}/{entity['_id']}")
    raise ConnectionLost(f"Entities of the template {template} are still there")


def _own_entities(connection: Connection, names: ProbeNames, path: str, template: str) -> list[dict[str, Any]]:
    def is_own(entity: dict[str, Any]) -> bool:
        by_template = (entity.get("_template") or {}).get("name") == template
        return by_template or str(entity.get("_name")).startswith(names.entity_prefix)

    return [entity for entity in connection.search(path, {}) or [] if is_own(entity)]


def _remove_templates(connection: Connection, names: ProbeNames) -> None:
    request = {"filter": {"name": {"in": list(names.templates)}}}
    for template in connection.search(TEMPLATES, request) or []:
        if template.get("name") in names.templates:
            _delete(connection, f"{TEMPLATES}/{template['id']}")


def _delete(connection: Connection, path: str) -> None:
    _require(connection.call("DELETE", path), path)


def _require(reply: Reply, what: str) -> None:
    if reply.status_code not in _GONE:
        raise ConnectionLost(f"{what} cannot be removed: {reply.status_code}")
