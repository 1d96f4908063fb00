"""A plugin's folder as a function that runs on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biot_emulator import Function
    from biot_plugin_cli.plugin.manifest import Manifest

__all__ = ["local_function"]


def local_function(
    manifest: Manifest, python: Path, platform: Mapping[str, str], variables: Mapping[str, str] | None = None
) -> Function:
    """Make the function of a plugin that is not packaged.

    Args:
        manifest: The plugin.
        python: The interpreter that has what it needs.
        platform: The variables that the platform puts into its environment.
        variables: Environment variables that win over all others.
    """
    from biot_emulator import Function

    return Function(
        root=manifest.root,
        python=python,
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
