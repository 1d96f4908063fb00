"""Who deployed what, when and where: what this folder has noted down, and what the platform shows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from biot_plugin_cli.deploy.versions.journal import read_deployments

__all__ = ["Platform", "deployment_record", "live_record"]

_SHOWN = ("name", "version", "enabledState", "endpointUrl", "lastModifiedTime", "function", "account", "region")


class Platform(Protocol):
    """Where a plugin runs."""

    def status(self) -> dict[str, Any]:
        """Return the plugin as it is deployed."""
        ...

    def versions(self) -> list[dict[str, Any]]:
        """Return the versions that are known, the newest first."""
        ...


def deployment_record(root: Path, plugin: str, content_hash: str, platform: Platform | None) -> dict[str, Any]:
    """Create the record of deployments.

    Args:
        root: The plugin's folder.
        plugin: The plugin's name.
        content_hash: The content hash of the release.
        platform: Where it runs; None not to ask.

    Raises:
        CliError: The platform cannot be asked, or does not have the plugin.
    """
    noted = [{**record.document} for record in read_deployments(root, plugin)]
    return {
        "noted": [{**item, "release": item["contentHash"] == content_hash} for item in noted],
        "platform": live_record(platform.status(), platform.versions()) if platform else None,
    }


def live_record(status: Mapping[str, Any], versions: list[dict[str, Any]]) -> dict[str, Any]:
    """Describe what runs, and the versions before.

    Args:
        status: The plugin as the platform shows it.
        versions: The versions that are known.
    """
    # Where they can be rolled back from depends on the machine.
    names = ("version", "live", "contentHash", "commit", "clean", "runtime", "codeOf")
    return {
        "live": {name: status[name] for name in _SHOWN if status.get(name) is not None},
        "versions": [{name: item[name] for name in names} for item in versions],
    }
