"""How the platform refuses what it publishes no code for."""

from __future__ import annotations

from biot_emulator.client import Reply
from biot_emulator.learning.findings import Findings
from biot_emulator.learning.laboratory import PLUGINS, Laboratory
from biot_emulator.wire_json import encode

__all__ = ["observe_refusals"]

_SUBSCRIBE = "/dispatcher/v1/hooks/notifications/subscribe"
_CREATED = 201


def observe_refusals(laboratory: Laboratory, findings: Findings) -> None:
    """Observe refusals of calls that would make nothing but what is removed with the probes."""
    connection = laboratory.connection
    unknown = connection.call("GET", f"/generic-entity/{laboratory.names.plugins[0]}/no-such-api")
    findings.refused("errors.unknownApi", unknown, "an API that there is not")
    findings.refused("errors.invalidPluginField", _create_invalid(laboratory), "a plugin with the version 0")
    _observe_second_subscription(laboratory, findings)


def _create_invalid(laboratory: Laboratory) -> Reply:
    name = laboratory.names.plugins[2]
    config = {"name": name, "displayName": name, "version": 0, "runtime": "python3.12", "handler": "index.handler"}
    return laboratory.connection.call("POST", PLUGINS, form={"config": encode(config)})


def _observe_second_subscription(laboratory: Laboratory, findings: Findings) -> None:
    subscription = {
        "entityTypeName": "generic-entity",
        "actionName": "_update",
        "templateName": laboratory.names.template,
        "endpoint": laboratory.endpoints[1],
    }
    first = laboratory.connection.call("POST", _SUBSCRIBE, json=subscription)
    second = laboratory.connection.call("POST", _SUBSCRIBE, json=subscription)
    laboratory.connection.call("POST", _SUBSCRIBE.replace("/subscribe", "/unsubscribe"), json=subscription)
    if first.status_code == _CREATED:
        findings.refused("errors.subscribedTwice", second, "the second of two equal subscriptions")
    else:
        findings.missed("errors.subscribedTwice", f"the first subscription got {first.status_code}")
