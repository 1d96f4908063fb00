"""The configuration of a plugin that is sent to the platform (contract sections 6.3 and 6.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_plugin_cli.deploy.plan import INTERCEPTION_ORDER
from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.manifest.settings import Manifest

__all__ = ["code_config", "plugin_config", "unmentioned_fields"]

# The fields of the configuration by key of the manifest; all other fields are sent with every update.
_FIELDS = {
    "handler": "handler",
    "timeout": "timeout",
    "memory-size": "memorySize",
    "ephemeral-storage": "ephemeralStorage",
    "environment": "environmentVariables",
    "cors": "cors",
    "analytics-db-access": "analyticsDbAccess",
    "interception-order": INTERCEPTION_ORDER,
}


def plugin_config(manifest: Manifest, hooks: Hooks) -> dict[str, Any]:
    """Create the configuration of a plugin.

    Settings that the manifest does not mention have their default, as the platform's documentation disagrees on some
    of them; `cors` and `cronSchedule` are omitted if there are none, and `subscriptions` if they are unknown.

    Args:
        manifest: The plugin's manifest, with the overrides of its environment.
        hooks: The plugin's hooks.
    """
    order = {"interceptionOrder": manifest.interception_order} if manifest.interception_order else {}
    config = {
        "name": manifest.name,
        "displayName": manifest.display_name,
        "version": manifest.version,
        "deploymentPackageType": manifest.package.upper(),
        "runtime": manifest.runtime,
        "handler": manifest.handler,
        "timeout": manifest.timeout,
        "memorySize": manifest.memory_size,
        "ephemeralStorage": manifest.ephemeral_storage,
        "environmentVariables": dict(manifest.environment),
        "cors": {_camel(name): values for name, values in manifest.cors.items()},
        "analyticsDbAccess": manifest.analytics_db_access,
        # The subscriptions of a plugin without the framework are unknown, and must not be overwritten.
        "subscriptions": {**order, **(hooks.subscriptions if hooks.has_framework else {})},
        "cronSchedule": hooks.cron_schedule,
    }
    # An image contains these.
    absent = {"runtime", "handler"} if manifest.package == "image" else set()
    absent |= {name for name in ("cors", "cronSchedule", "subscriptions") if not config[name]}
    return {name: value for name, value in config.items() if name not in absent}


def code_config(whole: Mapping[str, Any], config: Mapping[str, Any], hooks: Hooks) -> dict[str, Any]:
    """Select the part of a configuration that belongs to the code, and is rolled back with it.

    Args:
        whole: The whole configuration after the deployment.
        config: What the manifest and the code declare of it.
        hooks: The plugin's hooks.
    """
    # Orders that the code does not declare are not part of it.
    declared = ("subscriptions", "cronSchedule") if hooks.has_framework else ()
    return {name: whole.get(name) for name in ("handler", "runtime")} | {name: config.get(name) for name in declared}


def unmentioned_fields(manifest: Manifest, hooks: Hooks) -> frozenset[str]:
    """List the fields that neither the manifest nor the code mentions: an update leaves them unchanged.

    Args:
        manifest: The plugin's manifest, with the overrides of its environment.
        hooks: The plugin's hooks.
    """
    # Without the framework, the schedule is unknown, too.
    schedule = () if hooks.has_framework else ("cronSchedule",)
    return frozenset([*schedule, *(name for key, name in _FIELDS.items() if key not in manifest.mentioned)])


def _camel(name: str) -> str:
    first, *others = name.split("-")
    return first + "".join(word.capitalize() for word in others)
