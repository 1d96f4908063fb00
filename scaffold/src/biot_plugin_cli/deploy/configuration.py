"""The configuration that the platform is sent of a plugin (contract sections 6.3 and 6.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_plugin_cli.deploy.plan import INTERCEPTION_ORDER
from biot_plugin_cli.hooks.reader import Hooks
from biot_plugin_cli.plugin.manifest import Manifest

__all__ = ["config_of_code", "plugin_config", "unmentioned_fields"]

# What belongs to which key of the manifest; the fields that are not here are always the plugin's own to say.
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
    """Give the JSON that makes a plugin on the platform.

    What the manifest does not mention is sent with the platform's own default, as its documents do not agree on all of
    them; `cors` and `cronSchedule` are left out where there are none, and `subscriptions` where nobody can tell.

    Args:
        manifest: The plugin's manifest, as it is in the environment that is meant.
        hooks: What its decorators say.
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
        "subscriptions": {**order, **hooks.subscriptions},
        "cronSchedule": hooks.cron_schedule,
    }
    # An image has these in itself.
    absent = {"runtime", "handler"} if manifest.package == "image" else set()
    if not hooks.has_framework:
        # Nobody can tell what such a plugin is subscribed to: that is left to whoever does know.
        absent.add("subscriptions")
    absent |= {name for name in ("cors", "cronSchedule") if not config[name]}
    return {name: value for name, value in config.items() if name not in absent}


def config_of_code(config: Mapping[str, Any], hooks: Hooks) -> dict[str, Any]:
    """Give the part of a whole configuration that is the code's own, and goes back with it.

    Args:
        config: The configuration.
        hooks: What the code's decorators say.
    """
    told = ("subscriptions", "cronSchedule") if hooks.has_framework else ()
    return {name: config.get(name) for name in ("handler", "runtime", *told)}


def unmentioned_fields(manifest: Manifest, hooks: Hooks) -> frozenset[str]:
    """Name the fields of the configuration that nothing here tells, and that an update leaves alone.

    Args:
        manifest: The plugin's manifest, as it is in the environment that is meant.
        hooks: What its decorators say.
    """
    # Without decorators nobody can tell when such a plugin is called, either.
    schedule = () if hooks.has_framework else ("cronSchedule",)
    return frozenset([*schedule, *(name for key, name in _FIELDS.items() if key not in manifest.mentioned)])


def _camel(name: str) -> str:
    first, *others = name.split("-")
    return first + "".join(word.capitalize() for word in others)
