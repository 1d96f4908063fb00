"""A plugin as the settings API returns it (contract section 6.5)."""

from __future__ import annotations

from typing import Any

from biot_emulator.services.settings.plugin import Plugin

__all__ = ["plugin_document"]

_ALWAYS_PRESENT = ("name", "displayName", "version", "runtime", "handler")
#: What is in an image, not in the configuration, as responses have it (contract section 6.5).
_IN_IMAGE = ("runtime", "handler")


def plugin_document(plugin: Plugin, base_url: str, *, prefixed: bool = False) -> dict[str, Any]:
    """Render a plugin.

    Args:
        plugin: The plugin.
        base_url: The platform's URL.
        prefixed: Whether its name has the prefix.
    """
    document = {
        **dict.fromkeys(_ALWAYS_PRESENT),
        **plugin.config,
        "name": plugin.full_name if prefixed else plugin.name,
        "endpointUrl": plugin.endpoint_url,
        "linkToConsole": f"{base_url}/_emulator/?plugin={plugin.full_name}",
        "creationTime": plugin.creation_time,
        "lastModifiedTime": plugin.last_modified_time,
    }
    if plugin.config["deploymentPackageType"] == "IMAGE":
        document.update(dict.fromkeys(_IN_IMAGE))
    return {name: value for name, value in document.items() if value is not None or name in _ALWAYS_PRESENT}
