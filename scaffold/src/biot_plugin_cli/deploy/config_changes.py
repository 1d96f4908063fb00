"""Compares two configurations of a plugin, and lists the fields that change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from biot_plugin_cli.deploy.variables import VARIABLES, deployed_variables
from biot_plugin_cli.manifest.environment_variables import HASH_VARIABLE, RECORD_VARIABLES

__all__ = ["Change", "Config", "changed_fields", "content_hash_of", "normalized"]

Config = Mapping[str, Any]

_NOT_CONFIG = frozenset({"endpointUrl", "linkToConsole", "creationTime", "lastModifiedTime", "version"})


@dataclass(frozen=True, slots=True)
class Change:
    """A field that changes.

    Attributes:
        field: Its name on the platform; with dots for the fields of an object.
        before: Its value before; None if it has none.
        after: Its value after; None if it has none.
    """

    field: str
    before: Any
    after: Any


def content_hash_of(deployed: Config) -> str | None:
    """Read the content hash of a deployed plugin's code; None if it has none."""
    value = deployed_variables(deployed).get(HASH_VARIABLE)
    return value if isinstance(value, str) else None


def normalized(config: Config) -> dict[str, Any]:
    """Normalize a configuration: remove nulls and what the platform adds, and sort the subscriptions."""
    fields = {name: value for name, value in config.items() if name not in _NOT_CONFIG and value is not None}
    variables = {name: text for name, text in deployed_variables(config).items() if name not in RECORD_VARIABLES}
    subscriptions = _normalized_subscriptions(fields.get("subscriptions") or {})
    cors = {"cors": _normalized_cors(fields["cors"])} if "cors" in fields else {}
    return {**fields, VARIABLES: variables, "subscriptions": subscriptions, **cors}


def changed_fields(before: Config, after: Config, prefix: str = "") -> tuple[Change, ...]:
    """List the fields that differ; objects are compared field by field."""
    changes: list[Change] = []
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            changes += changed_fields(old, new, f"{prefix}{name}.")
        elif old != new:
            changes.append(Change(f"{prefix}{name}", old, new))
    return tuple(changes)


def _normalized_subscriptions(subscriptions: Config) -> dict[str, Any]:
    lists = {
        name: sorted(map(_without_nulls, subscriptions.get(name) or ()), key=_sort_key)
        for name in ("interceptions", "notifications")
    }
    return {"interceptionOrder": subscriptions.get("interceptionOrder") or 1, **lists}


def _normalized_cors(cors: Config) -> dict[str, Any]:
    # Browsers do not care about the order.
    return {name: sorted(values, key=str) if isinstance(values, list) else values for name, values in cors.items()}


def _without_nulls(subscription: Config) -> dict[str, Any]:
    return {name: value for name, value in subscription.items() if value is not None}


def _sort_key(subscription: Config) -> list[tuple[str, str]]:
    return sorted((name, str(value)) for name, value in subscription.items())
