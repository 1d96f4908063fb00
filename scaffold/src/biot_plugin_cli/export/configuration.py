"""The configuration of `--target aws` as JSON: what AWS and the platform's dispatcher get."""

from __future__ import annotations

from typing import Any

from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.own_account.desired_state import DesiredState
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.subscriptions.desired import desired_subscriptions

__all__ = ["own_account_config"]

_URL = "(the function URL)"


def own_account_config(plugin: Plugin, hooks: Hooks) -> dict[str, Any]:
    """Create the document, without what is known only when it is deployed: keys, ARNs, the URL and the code's hash.

    Args:
        plugin: The plugin, with the overrides of its environment.
        hooks: Its hooks.

    Raises:
        InvalidPlugin: It cannot be deployed there.
    """
    desired = DesiredState.of(plugin.manifest, plugin.environment, plugin.base_url or "", hooks, None)
    settings, function = desired.settings, desired.function(desired.settings.role or "(made)", {})
    subscriptions = [] if desired.hooks is None else desired_subscriptions(desired.hooks, _URL)
    return {
        "target": "aws",
        "region": settings.region,
        "function": {
            "name": desired.names.function,
            "packageType": plugin.manifest.package,
            # An image has both in it.
            "runtime": function.runtime or None,
            "handler": function.handler or None,
            "architecture": function.architecture,
            "timeout": function.timeout,
            "memorySize": function.memory_size,
            "ephemeralStorage": function.ephemeral_storage,
            "role": function.role,
            "subnets": list(function.subnets),
            "securityGroups": list(function.security_groups),
            "kmsKey": settings.kms_key,
            "environmentVariables": {**plugin.manifest.environment, **desired.label_variables},
        },
        "functionUrl": {"authType": "NONE", "cors": desired.cors},
        "repository": settings.repository,
        "logRetention": settings.log_retention,
        "cronSchedule": desired.cron,
        "tags": desired.tags,
        "serviceUser": {"name": desired.names.service_user, "keyStore": settings.key_store}
        if settings.service_user
        else None,
        # The hooks of a plugin without the framework are unknown.
        "subscriptions": None if desired.hooks is None else [item.body() for item in subscriptions],
    }
