"""A plugin's folder as a function that runs on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from biot_plugin_cli._interpreters import plugin_python

if TYPE_CHECKING:
    from biot_emulator import Function
    from biot_plugin_cli._manifest import Manifest

__all__ = ["local_function"]


def local_function(
    manifest: Manifest, platform: Mapping[str, str], variables: Mapping[str, str] | None = None
) -> Function:
    """Make the function of a plugin that is not packaged.

    Args:
        manifest: The plugin.
        platform: The variables that the platform puts into its environment.
        variables: Environment variables that win over all others.

    Raises:
        OperationFailed: There is no interpreter for it.
    """
    from biot_emulator import Function

    return Function(
        root=manifest.root,
        python=plugin_python(manifest.root, manifest.runtime),
        name=manifest.name,
        handler=manifest.handler,
        timeout=manifest.timeout,
        memory_mb=manifest.memory_size,
        environment={
            **manifest.environment,
            "BIOT_APP_NAME": manifest.display_name,
            **platform,
            **(variables or {}),
        },
    )
